// Element-wise semantics of the graph dialect on registers: functions, casts, combiners, storage forms.
//
// A value in registers has the *compute type* of its element type: f16, bf16 and f8 are f32 (exactly
// representable after every op), integers lose their sign, i1 stays i1. All functions take scalars and 1-D
// vectors alike; a scalar among vectors is broadcast.
#pragma once

#include "dialects/Graph/GraphOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace delos::cpu::rows {

/// The register form of an element type.
mlir::Type computeType(mlir::Type elementType);
/// The type sums and products of this element type are formed in.
mlir::Type accumulatorType(mlir::Type elementType);
/// Bits of a lane in registers (a bool counts as a byte).
unsigned laneBits(mlir::Type elementType);
/// True when the emitter has a register form for this element type.
bool isSupported(mlir::Type elementType);

/// Same shape (scalar or vector) as `like` with another element type.
mlir::Type withElement(mlir::Type like, mlir::Type element);
/// `value` as a vector of `lanes`; vectors pass through.
mlir::Value broadcastTo(mlir::ImplicitLocOpBuilder &b, mlir::Value value, int64_t lanes);
/// Makes scalars among `values` vectors when any of them is one.
void unify(mlir::ImplicitLocOpBuilder &b, llvm::MutableArrayRef<mlir::Value> values);
/// A constant with the shape of `like`.
mlir::Value constantLike(mlir::ImplicitLocOpBuilder &b, mlir::Type type, mlir::TypedAttr scalar);
mlir::Value intConstant(mlir::ImplicitLocOpBuilder &b, mlir::Type type, int64_t value);
mlir::Value floatConstant(mlir::ImplicitLocOpBuilder &b, mlir::Type type, double value);

/// Memory form (see `storageType`; bf16 and f16 travel as they are) to registers and back.
mlir::Value fromStorage(mlir::ImplicitLocOpBuilder &b, mlir::Value stored, mlir::Type elementType);
mlir::Value toStorage(mlir::ImplicitLocOpBuilder &b, mlir::Value value, mlir::Type elementType);
/// Rounds an f32 in registers to what a 16-bit element type can hold; other types pass through.
mlir::Value roundTo(mlir::ImplicitLocOpBuilder &b, mlir::Value value, mlir::Type elementType);

/// `graph.map fn` on register values of element type `elementType` (that of the data operands).
mlir::Value emitFunction(mlir::ImplicitLocOpBuilder &b, graph::ScalarFn fn, mlir::Type elementType,
                         llvm::ArrayRef<mlir::Value> operands);
/// `graph.cast`.
mlir::Value emitCast(mlir::ImplicitLocOpBuilder &b, mlir::Value value, mlir::Type from, mlir::Type to,
                     graph::CastMode mode);
/// `graph.bitcast`.
mlir::Value emitBitcast(mlir::ImplicitLocOpBuilder &b, mlir::Value value, mlir::Type from, mlir::Type to);

/// The combiner of reductions, scans and windows, without rounding (accumulators keep f32).
mlir::Value emitCombine(mlir::ImplicitLocOpBuilder &b, graph::ReduceKind kind, mlir::Type elementType,
                        mlir::Value a, mlir::Value x);
/// Its neutral element as a constant of the compute type.
mlir::TypedAttr neutralElement(graph::ReduceKind kind, mlir::Type elementType);
/// Reads one element of a constant in its compute form.
mlir::TypedAttr constantElement(mlir::Attribute element, mlir::Type elementType);

} // namespace delos::cpu::rows
