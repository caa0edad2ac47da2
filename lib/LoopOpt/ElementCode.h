// The semantics of element-wise graph ops on scalars, supplied by the target so that tensor-level code does
// not depend on it.
#pragma once

#include "dialects/Graph/GraphOps.h"

#include "mlir/IR/Builders.h"

namespace delos::loopopt {

/// Emits scalar arithmetic for bodies of tensor ops. A value in registers has the compute type of its element
/// type; a value in a buffer its storage type.
class ElementCode {
public:
  virtual ~ElementCode() = default;
  virtual mlir::Type computeType(mlir::Type elementType) const = 0;
  virtual mlir::Type storageType(mlir::Type elementType) const = 0;
  virtual bool isSupported(mlir::Type elementType) const = 0;
  /// The result of a map, cast or bitcast on operands in registers.
  virtual mlir::Value emit(mlir::OpBuilder &builder, mlir::Location loc, mlir::Operation *op,
                           mlir::ValueRange operands) const = 0;
  virtual mlir::Value fromStorage(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value stored,
                                  mlir::Type elementType) const = 0;
  virtual mlir::Value toStorage(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                                mlir::Type elementType) const = 0;
  /// Rounds a value in registers to what its element type can hold (16-bit floats).
  virtual mlir::Value round(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                            mlir::Type elementType) const = 0;
  virtual mlir::Value combine(mlir::OpBuilder &builder, mlir::Location loc, graph::ReduceKind kind,
                              mlir::Type elementType, mlir::Value accumulator, mlir::Value value) const = 0;
  /// Neutral element of a reduction in the compute type.
  virtual mlir::TypedAttr neutral(graph::ReduceKind kind, mlir::Type elementType) const = 0;
  /// An element of a constant in the compute type.
  virtual mlir::TypedAttr constant(mlir::Attribute element, mlir::Type elementType) const = 0;
};

} // namespace delos::loopopt
