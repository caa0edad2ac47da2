// Dense convolutions as contractions over gathered windows.
#include "passes/Graph/Passes.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"

namespace delos::graph {

#define GEN_PASS_DEF_CONTRACTCONVSPASS
#include "passes/Graph/Passes.h.inc"

namespace {

using mlir::Value;

/// Rewrites one convolution at the builder's position.
class WindowContraction {
public:
  explicit WindowContraction(ConvOp conv)
      : conv(conv), builder(conv), loc(conv.getLoc()), input(dimsOf(conv.getInput())),
        filter(dimsOf(conv.getFilter())), result(dimsOf(conv.getResult())),
        spatial(static_cast<int64_t>(input.size()) - 2),
        element(mlir::cast<mlir::RankedTensorType>(conv.getInput().getType()).getElementType()) {}

  Value rewrite() {
    Value windows = isPointwise() ? strided() : gathered(padded());
    int64_t last = spatial + 1;
    return ContractOp::create(
        builder, loc, windows, matrix(), {}, {}, {last}, {0},
        mlir::cast<mlir::RankedTensorType>(conv.getResult().getType()).getElementType());
  }

private:
  bool isPointwise() {
    auto isOne = [](const DimExpr &size) { return size.isConstant(1); };
    auto isZero = [](int64_t pad) { return pad == 0; };
    return llvm::all_of(llvm::drop_begin(filter, 2), isOne) && llvm::all_of(conv.getLow(), isZero) &&
           llvm::all_of(conv.getHigh(), isZero);
  }

  /// [O, C, window...] as [window... * C, O].
  Value matrix() {
    llvm::SmallVector<int64_t> perm;
    for (int64_t k = 0; k < spatial; ++k)
      perm.push_back(2 + k);
    perm.append({1, 0});
    Value ordered = TransposeOp::create(builder, loc, conv.getFilter(), perm);
    Dims flat = {elementCount(llvm::ArrayRef(filter).drop_front(1)), filter[0]};
    auto filterElement = mlir::cast<mlir::RankedTensorType>(conv.getFilter().getType()).getElementType();
    return ReshapeOp::create(builder, loc, tensorType(flat, filterElement), ordered);
  }

  /// The positions that a 1x1 window visits.
  Value strided() {
    llvm::SmallVector<int64_t> starts(input.size(), 0), strides(input.size(), 1);
    Dims sizes = result;
    sizes.back() = input.back();
    for (int64_t k = 0; k < spatial; ++k)
      strides[1 + k] = conv.getStrides()[k];
    if (llvm::all_of(conv.getStrides(), [](int64_t stride) { return stride == 1; }))
      return conv.getInput();
    return SliceOp::create(builder, loc, tensorType(sizes, element), conv.getInput(),
                           dimsAttr(builder.getContext(), llvm::ArrayRef<int64_t>(starts)), strides);
  }

  Value padded() {
    Dims low(input.size(), DimExpr(0)), high = low, sizes = input;
    for (int64_t k = 0; k < spatial; ++k) {
      low[1 + k] = DimExpr(conv.getLow()[k]);
      high[1 + k] = DimExpr(conv.getHigh()[k]);
      sizes[1 + k] = input[1 + k] + low[1 + k] + high[1 + k];
    }
    if (sizes == input)
      return conv.getInput();
    auto scalar = mlir::RankedTensorType::get({}, element);
    Value zero =
        ConstantOp::create(builder, loc, mlir::DenseElementsAttr::get(scalar, builder.getZeroAttr(element)));
    return PadOp::create(builder, loc, tensorType(sizes, element), conv.getInput(), zero,
                         dimsAttr(builder.getContext(), low), dimsAttr(builder.getContext(), high),
                         mlir::DenseI64ArrayAttr());
  }

  /// [N, out..., window..., C] read off the padded input, then flattened to [N, out..., window... * C].
  Value gathered(Value source) {
    Dims dims(result.begin(), result.end() - 1);
    llvm::append_range(dims, llvm::drop_begin(filter, 2));
    dims.push_back(input.back());
    mlir::MLIRContext *context = builder.getContext();
    llvm::SmallVector<mlir::AffineExpr> position = {mlir::getAffineDimExpr(0, context)};
    for (int64_t k = 0; k < spatial; ++k)
      position.push_back(mlir::getAffineDimExpr(1 + k, context) * conv.getStrides()[k] +
                         mlir::getAffineDimExpr(1 + spatial + k, context) * conv.getDilations()[k]);
    position.push_back(mlir::getAffineDimExpr(1 + 2 * spatial, context));
    auto map = mlir::AffineMap::get(dims.size(), 0, position, context);
    Value windows = GatherOp::create(builder, loc, tensorType(dims, element), source, mlir::ValueRange(),
                                     llvm::ArrayRef<int64_t>(), map, builder.getArrayAttr({}));
    Dims flat(result.begin(), result.end() - 1);
    flat.push_back(elementCount(llvm::ArrayRef(filter).drop_front(1)));
    return ReshapeOp::create(builder, loc, tensorType(flat, element), windows);
  }

  ConvOp conv;
  mlir::OpBuilder builder;
  mlir::Location loc;
  Dims input, filter, result;
  int64_t spatial;
  mlir::Type element;
};

bool isContractible(ConvOp conv) {
  return conv.getChannelsLast() && conv.getGroups() == 1 &&
         mlir::isa<mlir::FloatType>(
             mlir::cast<mlir::RankedTensorType>(conv.getInput().getType()).getElementType()) &&
         conv.getFilter().getDefiningOp<ConstantOp>();
}

struct ContractConvsPass : impl::ContractConvsPassBase<ContractConvsPass> {
  void runOnOperation() override {
    getOperation().walk([&](ConvOp conv) {
      if (!isContractible(conv))
        return;
      conv.replaceAllUsesWith(WindowContraction(conv).rewrite());
      conv.erase();
      ++numContracted;
    });
  }
};

} // namespace

} // namespace delos::graph
