// Element-wise functions, casts and bitcasts.
#include "lib/Reference/Elements.h"
#include "lib/Reference/Evaluation.h"
#include "lib/Reference/Scalars.h"

namespace delos::reference {
namespace {

/// Elements per pass over the operands: a few kilobytes, so that they stay in the first-level cache.
constexpr int64_t kBlock = 512;
constexpr size_t kMaxArity = 3;

template <typename C>
void mapElements(ScalarFunctionOf<C> fn, llvm::ArrayRef<RefTensor> operands, RefTensor &result) {
  C blocks[kMaxArity][kBlock] = {}, results[kBlock];
  uint8_t *bools = result.dtype() == DELOS_DTYPE_BOOL ? result.dataAs<uint8_t>() : nullptr;
  unsigned width = integerWidth(operands.back().dtype());
  for (int64_t begin = 0; begin < result.elementCount(); begin += kBlock) {
    int64_t count = std::min(kBlock, result.elementCount() - begin);
    for (size_t k = 0; k < operands.size(); ++k)
      load<C>(operands[k], begin, {blocks[k], static_cast<size_t>(count)});
    for (int64_t i = 0; i < count; ++i) {
      C arguments[kMaxArity] = {blocks[0][i], blocks[1][i], blocks[2][i]};
      results[i] = fn(arguments, width);
    }
    if (!bools) {
      store<C>(result, begin, {results, static_cast<size_t>(count)});
      continue;
    }
    for (int64_t i = 0; i < count; ++i)
      bools[begin + i] = static_cast<uint64_t>(results[i]) & 1;
  }
}

absl::StatusOr<RefTensor> map(graph::MapOp op, llvm::ArrayRef<RefTensor> operands, Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  for (const RefTensor &operand : operands)
    DELOS_REF_RETURN(expectShape("operand", result.shape(), operand.shape()));
  // The last operand is always data (the first of select is its condition).
  return withCarrier(operands.back().dtype(), [&](auto zero) -> absl::StatusOr<RefTensor> {
    auto fn = scalarFunction<decltype(zero)>(op.getFn());
    if (!fn)
      return absl::UnimplementedError(
          absl::StrCat(graph::stringifyScalarFn(op.getFn()).str(), " is not defined for this element type"));
    mapElements<decltype(zero)>(fn, operands, result);
    return result;
  });
}

absl::StatusOr<RefTensor> cast(graph::CastOp op, llvm::ArrayRef<RefTensor> operands, Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_RETURN(expectShape("input", result.shape(), operands[0].shape()));
  convert(operands[0], result,
          op.getMode() == graph::CastMode::saturate ? Overflow::Saturate : Overflow::Wrap);
  return result;
}

absl::StatusOr<RefTensor> bitcast(graph::BitcastOp op, llvm::ArrayRef<RefTensor> operands,
                                  Evaluation &evaluation) {
  // Bits are those of the declared types, whatever the values are held in.
  auto declared = mlir::cast<mlir::RankedTensorType>(op.getInput().getType()).getElementType();
  DELOS_REF_ASSIGN(input, RefTensor::zeros(dtypeOf(declared), operands[0].shape()));
  convert(operands[0], input, Overflow::Wrap);
  DELOS_REF_ASSIGN(result, evaluation.declaredResultFor(op.getResult()));
  DELOS_REF_RETURN(expectShape("input", result.shape(), input.shape()));
  return evaluation.held(input.withDType(result.dtype()));
}

} // namespace

void addElementwise(EvaluatorTable &table) {
  add<graph::MapOp, map>(table);
  add<graph::CastOp, cast>(table);
  add<graph::BitcastOp, bitcast>(table);
}

} // namespace delos::reference
