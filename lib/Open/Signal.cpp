// Openers of Fourier transforms: the ONNX conventions around lib/Open/FourierTransform.h.
#include "lib/Open/FourierTransform.h"
#include "lib/Open/OpenerTable.h"

#include <cmath>

namespace delos::open {

namespace {

/// Splits a trailing dim of size 1 (real) or 2 (complex).
std::optional<ComplexTensor> readComplex(OpenBuilder &b, Tensor x) {
  int64_t last = x.rank() - 1;
  bool isReal = last >= 1 && x.dim(last).isConstant(1);
  if (b.failed() || !x.isFloat() || last < 1 || (!isReal && !x.dim(last).isConstant(2))) {
    b.fail("expected a signal of floats whose last dim is 1 or 2, got " + describe(x.dims()));
    return std::nullopt;
  }
  if (isReal)
    return ComplexTensor{b.squeeze(x, last), {}};
  return ComplexTensor{b.squeeze(b.slice(x, last, 0, 1), last), b.squeeze(b.slice(x, last, 1, 1), last)};
}

/// What a transform does.
struct Transform {
  int64_t length;
  bool inverse, oneSided;
};

/// Cuts or fills dim to `size`.
Tensor resized(OpenBuilder &b, Tensor x, int64_t dim, int64_t size) {
  if (!x)
    return {};
  Dims low(x.rank(), DimExpr(0)), high(low);
  high[dim] = DimExpr(size) - x.dim(dim);
  return b.pad(x, b.scalar(0, x.elementType()), low, high);
}

ComplexTensor resized(OpenBuilder &b, const ComplexTensor &x, int64_t dim, int64_t size) {
  return {resized(b, x.real, dim, size), resized(b, x.imaginary, dim, size)};
}

/// Bins 0 .. n/2 or all of them.
ComplexTensor spectrum(OpenBuilder &b, const ComplexTensor &signal, int64_t dim, const Transform &how) {
  int64_t bins = how.length / 2 + 1;
  ComplexTensor x = resized(b, signal, dim, how.length);
  if (!x.imaginary && !how.inverse) {
    ComplexTensor half = realFourierTransform(b, x.real, dim);
    return how.oneSided || !half.real ? half : mirroredSpectrum(b, half, dim, how.length);
  }
  ComplexTensor y = fourierTransform(b, x, dim, how.inverse);
  return how.oneSided ? resized(b, y, dim, bins) : y;
}

Tensor transform(OpenBuilder &b, const ComplexTensor &x, int64_t dim, const Transform &how) {
  if (b.failed() || how.length < 1 || how.length > kMaxTransform)
    return b.unsupported("a transform of length " + llvm::Twine(how.length));
  if (how.inverse && how.oneSided) {
    ComplexTensor half = resized(b, x, dim, how.length / 2 + 1);
    Tensor y = fourierTransform(b, mirroredSpectrum(b, half, dim, how.length), dim, /*inverse=*/true).real;
    return y ? b.unsqueeze(y, y.rank()) : y;
  }
  ComplexTensor y = spectrum(b, x, dim, how);
  if (b.failed())
    return {};
  int64_t last = y.real.rank();
  return b.concat({b.unsqueeze(y.real, last), b.unsqueeze(y.imaginary, last)}, last);
}

Tensors openDFT(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0);
  auto parts = readComplex(b, x);
  int64_t axis = n.opset() < 20 ? n.integer("axis", 1) : -2;
  if (n.opset() >= 20 && n.optional(2)) {
    auto given = n.knownIntegers(2);
    axis = given && given->size() == 1 ? given->front() : 0;
  }
  int64_t dim = n.axis(axis, x.rank());
  if (b.failed() || dim == x.rank() - 1)
    return {b.fail("expected an axis before the last dim")};
  Transform how{0, n.flag("inverse", false), n.flag("onesided", false)};
  if (n.optional(1)) {
    auto given = n.knownIntegers(1);
    how.length = given && given->size() == 1 ? given->front() : 0;
  } else {
    auto size = x.dim(dim).asConstant();
    if (!size)
      return {b.unsupported("a transform of the symbolic size " + x.dim(dim).str())};
    how.length = how.inverse && how.oneSided ? 2 * (*size - 1) : *size;
  }
  return {b.failed() ? Tensor()
                     : narrow(transform(b, {widen(parts->real), widen(parts->imaginary)}, dim, how),
                              x.elementType())};
}

/// Frames of the signal, weighted by the window, transformed one by one.
Tensors openSTFT(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor x = n.in(0), window = n.optional(2);
  if (x.rank() == 2)
    x = b.unsqueeze(x, 2);
  auto parts = readComplex(b, x);
  auto step = n.knownIntegers(1);
  auto length = n.optional(3) ? n.knownIntegers(3) : std::optional<Ints>();
  if (!parts || !step || step->size() != 1 || step->front() < 1 ||
      (n.optional(3) && (!length || length->size() != 1)))
    return {b.fail("expected a signal, a step of at least 1 and a frame length")};
  auto size = x.dim(1).asConstant();
  int64_t frame = length   ? length->front()
                  : window ? window.dim(0).asConstant().value_or(0)
                           : size.value_or(0);
  if (!size || frame < 1 || frame > *size || (window && !window.dim(0).isConstant(frame)))
    return {
        b.unsupported("frames of " + llvm::Twine(frame) + " elements of a signal of size " + x.dim(1).str())};
  int64_t frames = (*size - frame) / step->front() + 1;
  Tensor start = b.iota({DimExpr(frames), DimExpr(frame)}, 0, b.i64()) * b.scalar(step->front(), b.i64());
  Tensor positions = start + b.iota({DimExpr(frames), DimExpr(frame)}, 1, b.i64());
  auto framed = [&](Tensor part) {
    Tensor taken = part ? b.take(part, positions, 1) : part;
    return taken && window ? taken * window : taken;
  };
  return {transform(b, {framed(parts->real), framed(parts->imaginary)}, 2,
                    {frame, false, n.flag("onesided", true)})};
}

/// Triangular filters on the mel scale; all sizes are known.
Tensors openMelWeightMatrix(Node &n) {
  OpenBuilder &b = n.builder();
  auto bins = n.knownIntegers(0), length = n.knownIntegers(1), rate = n.knownIntegers(2);
  auto low = n.knownReals(3), high = n.knownReals(4);
  mlir::Type element = n.elementType("output_datatype", b.f32());
  if (b.failed() || bins->size() != 1 || length->size() != 1 || rate->size() != 1 || low->size() != 1 ||
      high->size() != 1)
    return {b.fail("expected scalar operands")};
  int64_t count = bins->front(), spectrum = length->front() / 2 + 1;
  if (count < 1 || count > kMaxTransform || spectrum < 1 || spectrum > kMaxTransform || rate->front() < 1)
    return {b.fail("expected positive sizes of at most " + llvm::Twine(kMaxTransform))};
  auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  double first = mel((*low)[0]), stride = (mel((*high)[0]) - first) / static_cast<double>(count + 2);
  std::vector<int64_t> edges;
  for (int64_t k = 0; k < count + 2; ++k) {
    double hertz = 700 * (std::pow(10.0, (first + static_cast<double>(k) * stride) / 2595) - 1);
    double edge =
        std::floor(static_cast<double>(length->front() + 1) * hertz / static_cast<double>(rate->front()));
    edges.push_back(std::clamp(edge, 0.0, static_cast<double>(spectrum - 1)));
  }
  std::vector<double> matrix(spectrum * count, 0);
  for (int64_t k = 0; k < count; ++k) {
    int64_t left = edges[k], centre = edges[k + 1], right = edges[k + 2];
    if (left == centre)
      matrix[centre * count + k] = 1;
    for (int64_t j = left; j <= centre && left != centre; ++j)
      matrix[j * count + k] = static_cast<double>(j - left) / static_cast<double>(centre - left);
    for (int64_t j = centre; j < right; ++j)
      matrix[j * count + k] = static_cast<double>(right - j) / static_cast<double>(right - centre);
  }
  return {element ? b.table(matrix, {spectrum, count}, element) : Tensor()};
}

constexpr OpenerRow kRows[] = {
    {"", "DFT", 17, openDFT, 1, 3},
    {"", "STFT", 17, openSTFT, 2, 4},
    {"", "MelWeightMatrix", 17, openMelWeightMatrix, 5, 5},
};

} // namespace

llvm::ArrayRef<OpenerRow> signalOpeners() { return kRows; }

} // namespace delos::open
