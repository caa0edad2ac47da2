// The table of element-wise functions: the same rows feed the verifier, the interpreter, the emitters and the
// fuzzer.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMapInfo.h"
#include "llvm/ADT/StringRef.h"
#include "mlir/IR/Types.h"

#include <optional>

#include "dialects/Graph/GraphEnums.h.inc"

namespace delos::graph {

/// Element types that a function accepts.
enum ElementClass : unsigned {
  kFloat = 1,
  kSignedInt = 2,
  kUnsignedInt = 4,
  kBool = 8,
  kInt = kSignedInt | kUnsignedInt
};

struct ScalarFunction {
  ScalarFn fn;
  unsigned arity;
  /// Union of ElementClass bits for the data operands (for select: the two arms; its condition is always i1).
  unsigned classes;
  /// The result is i1 whatever the operands are.
  bool givesBool;
  /// Rough cost in multiply-adds, for estimates.
  double flops;
};

/// The row of a function. Every enumerator has one.
const ScalarFunction &describe(ScalarFn fn);
/// All rows, in the order of the enumeration.
llvm::ArrayRef<ScalarFunction> allScalarFunctions();

/// The class bit of an element type; 0 for types outside the table (complex, index). i1 is bool, signless and
/// signed integers are signed.
unsigned classOf(mlir::Type elementType);

} // namespace delos::graph
