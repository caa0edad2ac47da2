// Contractions and convolutions, both as matrix products.
#include "lib/Reference/Elements.h"
#include "lib/Reference/Evaluation.h"
#include "lib/Reference/MatrixProduct.h"
#include "lib/Reference/StridedCopy.h"

namespace delos::reference {
namespace {

/// Floats multiply and accumulate in double and round once; integers do so modulo 2^64, whose low bits are
/// the product in the result's type. Calls `fn` with a zero of that type.
template <typename Fn>
absl::StatusOr<RefTensor> withProductType(DelosDType result, llvm::ArrayRef<RefTensor> operands, Fn fn) {
  if (isFloat(result))
    return fn(double{});
  for (const RefTensor &operand : operands)
    if (isFloat(operand.dtype()))
      return absl::UnimplementedError("a product of floats with an integer result");
  return fn(uint64_t{});
}

template <typename T>
void storeProducts(RefTensor &result, const std::vector<T> &products) {
  storeAll(result, products);
}

//===-- contract
//------------------------------------------------------------------------------------------===//

/// An operand with its dims in three runs, as one matrix per batch entry.
struct Operand {
  RefTensor tensor;
  Shape batch, free, contract;

  int64_t batchSize() const { return *elementCount(batch); }
  int64_t freeSize() const { return *elementCount(free); }
  int64_t contractSize() const { return *elementCount(contract); }
};

/// Transposes to [batch..., free..., contract...], or [batch..., contract..., free...] with `contractFirst`.
absl::StatusOr<Operand> arrange(const RefTensor &tensor, llvm::ArrayRef<int64_t> batch,
                                llvm::ArrayRef<int64_t> contract, bool contractFirst) {
  llvm::SmallVector<int64_t> free;
  for (int64_t dim = 0; dim < tensor.rank(); ++dim)
    if (!llvm::is_contained(batch, dim) && !llvm::is_contained(contract, dim))
      free.push_back(dim);
  Operand operand;
  Shape source = rowMajorStrides(tensor.shape()), shape;
  Box permuted;
  auto append = [&](llvm::ArrayRef<int64_t> dims, Shape &sizes) {
    for (int64_t dim : dims) {
      permuted.strides.push_back(source[dim]);
      shape.push_back(tensor.shape()[dim]);
      sizes.push_back(tensor.shape()[dim]);
    }
  };
  append(batch, operand.batch);
  if (contractFirst)
    append(contract, operand.contract);
  append(free, operand.free);
  if (!contractFirst)
    append(contract, operand.contract);
  DELOS_REF_ASSIGN(arranged, RefTensor::zeros(tensor.dtype(), shape));
  copyBox(tensor, permuted, arranged, wholeOf(arranged), shape);
  operand.tensor = std::move(arranged);
  return operand;
}

absl::StatusOr<RefTensor> contract(graph::ContractOp op, llvm::ArrayRef<RefTensor> operands,
                                   Evaluation &evaluation) {
  DELOS_REF_ASSIGN(result, evaluation.resultFor(op.getResult()));
  DELOS_REF_ASSIGN(lhs, arrange(operands[0], op.getLhsBatch(), op.getLhsContract(), /*contractFirst=*/false));
  DELOS_REF_ASSIGN(rhs, arrange(operands[1], op.getRhsBatch(), op.getRhsContract(), /*contractFirst=*/true));
  DELOS_REF_RETURN(expectShape("batch dims", lhs.batch, rhs.batch));
  DELOS_REF_RETURN(expectShape("contracted dims", lhs.contract, rhs.contract));
  Shape shape = lhs.batch;
  shape.insert(shape.end(), lhs.free.begin(), lhs.free.end());
  shape.insert(shape.end(), rhs.free.begin(), rhs.free.end());
  DELOS_REF_RETURN(expectShape("result", shape, result.shape()));
  int64_t m = lhs.freeSize(), n = rhs.freeSize(), k = lhs.contractSize();
  return withProductType(result.dtype(), operands, [&](auto zero) -> absl::StatusOr<RefTensor> {
    using T = decltype(zero);
    std::vector<T> a = loadAll<T>(lhs.tensor), b = loadAll<T>(rhs.tensor), c(result.elementCount(), 0);
    for (int64_t i = 0; i < lhs.batchSize(); ++i)
      addMatrixProduct(a.data() + i * m * k, b.data() + i * k * n, c.data() + i * m * n, m, n, k);
    storeProducts(result, c);
    return result;
  });
}

//===-- conv
//----------------------------------------------------------------------------------------------===//

/// Sizes of a convolution in the order N, C, spatial.
struct ConvProblem {
  int64_t images, groups, channelsPerGroup, outputsPerGroup;
  Shape input, window, output; ///< spatial
  llvm::ArrayRef<int64_t> strides, dilations, low;

  int64_t inputSize() const { return *elementCount(input); }
  int64_t windowSize() const { return *elementCount(window); }
  int64_t outputSize() const { return *elementCount(output); }
};

/// `tensor` with the channels last moved behind the batch, or back.
absl::StatusOr<RefTensor> moveChannels(const RefTensor &tensor, bool toFront) {
  int64_t rank = tensor.rank(), from = toFront ? rank - 1 : 1, to = toFront ? 1 : rank - 1;
  Shape order;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != from)
      order.push_back(dim);
  order.insert(order.begin() + to, from);
  Shape strides = rowMajorStrides(tensor.shape()), shape;
  Box permuted;
  for (int64_t dim : order) {
    shape.push_back(tensor.shape()[dim]);
    permuted.strides.push_back(strides[dim]);
  }
  DELOS_REF_ASSIGN(moved, RefTensor::zeros(tensor.dtype(), shape));
  copyBox(tensor, permuted, moved, wholeOf(moved), shape);
  return moved;
}

/// One row of the matrix of windows: for every output position, the element of one channel plane that the
/// window's element `offset` covers; zero in the padding.
template <typename T>
void gatherWindowRow(const ConvProblem &conv, const T *plane, const Shape &offset, T *row) {
  Shape steps = rowMajorStrides(conv.input);
  forEachPoint(conv.output, [&](const Shape &point) {
    int64_t linear = 0;
    bool inside = true;
    for (size_t i = 0; i < point.size(); ++i) {
      int64_t at = point[i] * conv.strides[i] + offset[i] * conv.dilations[i] - conv.low[i];
      inside &= at >= 0 && at < conv.input[i];
      linear += at * steps[i];
    }
    *row++ = inside ? plane[linear] : T(0);
  });
}

/// A convolution of one group of one image is the product of the filter [outputs, channels * window] with the
/// matrix of windows [channels * window, output positions].
template <typename T>
void convolveGroup(const ConvProblem &conv, const T *image, const T *filter, T *output,
                   std::vector<T> &windows) {
  int64_t depth = conv.channelsPerGroup * conv.windowSize(), positions = conv.outputSize();
  windows.resize(static_cast<size_t>(depth * positions));
  T *row = windows.data();
  for (int64_t channel = 0; channel < conv.channelsPerGroup; ++channel)
    forEachPoint(conv.window, [&](const Shape &offset) {
      gatherWindowRow(conv, image + channel * conv.inputSize(), offset, row);
      row += positions;
    });
  addMatrixProduct(filter, windows.data(), output, conv.outputsPerGroup, positions, depth);
}

absl::StatusOr<ConvProblem> problemOf(graph::ConvOp op, const Shape &input, const Shape &filter,
                                      const Shape &output) {
  int64_t groups = op.getGroups();
  if (filter[1] * groups != input[1])
    return disagreement("input channels", filter[1] * groups, input[1]);
  if (output[0] != input[0] || output[1] != filter[0] || filter[0] % groups != 0)
    return disagreement("result", absl::StrCat("[", input[0], ", ", filter[0], ", ...]"), str(output));
  return ConvProblem{input[0],
                     groups,
                     filter[1],
                     filter[0] / groups,
                     Shape(input.begin() + 2, input.end()),
                     Shape(filter.begin() + 2, filter.end()),
                     Shape(output.begin() + 2, output.end()),
                     op.getStrides(),
                     op.getDilations(),
                     op.getLow()};
}

absl::StatusOr<RefTensor> conv(graph::ConvOp op, llvm::ArrayRef<RefTensor> operands, Evaluation &evaluation) {
  DELOS_REF_ASSIGN(declared, evaluation.resultFor(op.getResult()));
  bool last = op.getChannelsLast();
  DELOS_REF_ASSIGN(input, last ? moveChannels(operands[0], /*toFront=*/true) : operands[0]);
  DELOS_REF_ASSIGN(result, last ? moveChannels(declared, /*toFront=*/true) : declared);
  DELOS_REF_ASSIGN(problem, problemOf(op, input.shape(), operands[1].shape(), result.shape()));
  return withProductType(result.dtype(), operands, [&](auto zero) -> absl::StatusOr<RefTensor> {
    using T = decltype(zero);
    std::vector<T> image = loadAll<T>(input), filter = loadAll<T>(operands[1]), c(result.elementCount(), 0),
                   windows;
    int64_t imageStep = problem.channelsPerGroup * problem.inputSize();
    int64_t filterStep = problem.outputsPerGroup * problem.channelsPerGroup * problem.windowSize();
    int64_t outputStep = problem.outputsPerGroup * problem.outputSize();
    for (int64_t i = 0; i < problem.images * problem.groups; ++i)
      convolveGroup(problem, image.data() + i * imageStep, filter.data() + i % problem.groups * filterStep,
                    c.data() + i * outputStep, windows);
    storeProducts(result, c);
    return last ? moveChannels(result, /*toFront=*/false) : absl::StatusOr<RefTensor>(result);
  });
}

} // namespace

void addContractions(EvaluatorTable &table) {
  add<graph::ContractOp, contract>(table);
  add<graph::ConvOp, conv>(table);
}

} // namespace delos::reference
