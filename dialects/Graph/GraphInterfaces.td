// The access rule interface of graph ops.
#ifndef DELOS_DIALECTS_GRAPH_GRAPHINTERFACES_TD
#define DELOS_DIALECTS_GRAPH_GRAPHINTERFACES_TD

include "mlir/IR/OpBase.td"

def Graph_AccessRuleOpInterface : OpInterface<"AccessRuleOpInterface"> {
  let cppNamespace = "::delos::graph";
  let description = [{
    What a primitive reads and writes at every point of its iteration space: the only knowledge that legality, footprint, cost and
    code generation have of an op.
  }];
  let methods = [InterfaceMethod<"The op's iteration space and the map from it to each operand and result.",
                                 "::delos::graph::AccessRule", "getAccessRule", (ins)>];
}

#endif // DELOS_DIALECTS_GRAPH_GRAPHINTERFACES_TD
