// Cloning of scalar bodies to vectors.
#include "lib/Target/CPU/Seam/VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace delos::cpu::seam {

Values cloneAsVectors(Builder &b, Block &body, ArrayRef<Value> arguments, int64_t lanes) {
  auto vectorOf = [&](Type element) {
    return lanes == 1 ? element : Type(VectorType::get({lanes}, element));
  };
  IRMapping mapping;
  for (auto [argument, value] : llvm::zip_equal(body.getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  auto mapConstant = [&](Value value) {
    auto constant = value.getDefiningOp<arith::ConstantOp>();
    if (constant && lanes > 1 && !mapping.contains(value))
      mapping.map(value, splatConstant(b, vectorOf(value.getType()), cast<TypedAttr>(constant.getValue())));
  };
  for (Operation &inside : body.without_terminator()) {
    if (isa<arith::ConstantOp>(inside) && lanes > 1) {
      mapConstant(inside.getResult(0));
      continue;
    }
    for (Value operand : inside.getOperands())
      mapConstant(operand);
    Operation *copy = b.clone(inside, mapping);
    for (auto [from, to] : llvm::zip_equal(inside.getResults(), copy->getResults()))
      to.setType(vectorOf(from.getType()));
  }
  Values yields;
  for (Value value : body.getTerminator()->getOperands()) {
    mapConstant(value);
    yields.push_back(mapping.lookupOrDefault(value));
  }
  return yields;
}

} // namespace delos::cpu::seam
