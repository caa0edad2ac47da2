// All primitives of the graph dialect.
include "dialects/Graph/ElementwiseOps.td"
include "dialects/Graph/IndexingOps.td"
include "dialects/Graph/ReductionOps.td"
include "dialects/Graph/ViewOps.td"
