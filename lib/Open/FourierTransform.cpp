// Stockham's autosorting form of the mixed-radix transform (FFTPACK's passes), and Bluestein's for large
// primes.
//
// A pass with factor p reads the signal as [done, p, rest], combines the p parts by a transform of length p,
// turns them by roots of unity and writes [p, done, rest]: after the last pass the order is natural and no
// permutation is left over. The results of a pass differ in factors only, so it is one element-wise
// expression over [p, done, rest] with tables that broadcast, and one kernel. Rounding errors grow with the
// logarithm of the length. C. Temperton, "Self-sorting mixed-radix fast Fourier transforms", 1983; P. N.
// Swarztrauber, FFTPACK, 1982.
#include "lib/Open/FourierTransform.h"

#include <cmath>
#include <complex>

namespace delos::open {

namespace {

using Root = std::complex<double>;

/// Factors up to this one are element-wise; larger ones up to kLargestMatrix are products with a small
/// matrix.
constexpr int64_t kLargestButterfly = 7;
/// From here on a length goes through convolutions with powers of two, which is cheaper.
constexpr int64_t kLargestMatrix = 61;

/// exp(2 pi i k / n), exact in the axes and diagonals: the angle is folded into [0, pi/4] first.
Root rootOfUnity(int64_t k, int64_t n) {
  k = ((k % n) + n) % n;
  if (2 * k > n)
    return std::conj(rootOfUnity(n - k, n));
  if (4 * k > n)
    return -std::conj(rootOfUnity(n - 2 * k, 2 * n));
  if (8 * k > n) {
    double angle = 2 * M_PI * static_cast<double>(n - 4 * k) / (4 * static_cast<double>(n));
    return {std::sin(angle), std::cos(angle)};
  }
  double angle = 2 * M_PI * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

/// Fours first, then a two, then odd factors ascending. The two goes to the front: it has the most roots to
/// multiply with and does so on the fewest parts.
Ints factorsOf(int64_t n) {
  Ints factors;
  for (; n % 4 == 0; n /= 4)
    factors.push_back(4);
  if (n % 2 == 0) {
    factors.insert(factors.begin(), 2);
    n /= 2;
  }
  for (int64_t p = 3; n > 1; p += 2)
    for (; n % p == 0; n /= p)
      factors.push_back(p);
  return factors;
}

//===-- Complex arithmetic, where an absent part is zero ----------------------------------------===//

Tensor sum(Tensor x, Tensor y) { return x && y ? x + y : x ? x : y; }
Tensor times(Tensor x, Tensor y) { return x && y ? x * y : Tensor(); }
Tensor difference(Tensor x, Tensor y) { return x && y ? x - y : x ? x : -y; }

ComplexTensor operator+(const ComplexTensor &x, const ComplexTensor &y) {
  return {sum(x.real, y.real), sum(x.imaginary, y.imaginary)};
}

ComplexTensor operator-(const ComplexTensor &x, const ComplexTensor &y) {
  return {difference(x.real, y.real), difference(x.imaginary, y.imaginary)};
}

template <typename Function>
ComplexTensor eachPart(const ComplexTensor &x, Function function) {
  return {x.real ? function(x.real) : Tensor(), x.imaginary ? function(x.imaginary) : Tensor()};
}

ComplexTensor operator*(const ComplexTensor &x, double factor) {
  return eachPart(x, [&](Tensor part) { return part * factor; });
}

ComplexTensor operator*(const ComplexTensor &x, const ComplexTensor &y) {
  return {difference(times(x.real, y.real), times(x.imaginary, y.imaginary)),
          sum(times(x.real, y.imaginary), times(x.imaginary, y.real))};
}

//===-- One pass ------------------------------------------------------------------------------===//

/// A transform along one dim; `sign` is that of the exponent.
class MixedRadix {
public:
  MixedRadix(OpenBuilder &b, Tensor like, int64_t dim, double sign)
      : b(b), dim(dim), suffix(like.rank() - dim - 1), element(like.elementType()), sign(sign) {}

  ComplexTensor transform(ComplexTensor x) {
    int64_t n = *x.real.dim(dim).asConstant(), done = 1;
    Ints factors = factorsOf(n);
    if (!factors.empty() && factors.back() > kLargestMatrix)
      return byConvolution(x, n);
    for (int64_t p : factors) {
      x = pass(x, p, done, n);
      done *= p;
    }
    return x;
  }

  /// Bins 0..n/2 of the transform of a real signal; the others mirror them, conjugated.
  ComplexTensor halfSpectrum(Tensor x) {
    int64_t n = *x.dim(dim).asConstant(), half = n / 2;
    if (n % 2)
      return eachPart(transform({x, {}}), [&](Tensor part) { return b.slice(part, dim, 0, half + 1); });
    // Even and odd samples are the two parts of one signal of half the length; symmetry takes them apart.
    ComplexTensor packed = transform({b.slice(x, dim, 0, half, 2), b.slice(x, dim, 1, half, 2)});
    ComplexTensor around =
        eachPart(packed, [&](Tensor part) { return b.concat({part, b.slice(part, dim, 0, 1)}, dim); });
    ComplexTensor back = eachPart(around, [&](Tensor part) { return b.reverse(part, {dim}); });
    if (b.failed())
      return {};
    back.imaginary = -back.imaginary;
    std::vector<Root> turns;
    for (int64_t k = 0; k <= half; ++k)
      turns.push_back(Root(0, -1) * root(k, n));
    return (around + back) * 0.5 + timesTable((around - back) * 0.5, turns);
  }

private:
  Root root(int64_t k, int64_t n) const {
    Root value = rootOfUnity(k, n);
    return sign < 0 ? std::conj(value) : value;
  }

  ComplexTensor pass(const ComplexTensor &x, int64_t p, int64_t done, int64_t n) {
    int64_t rest = n / (done * p);
    auto split = eachPart(x, [&](Tensor part) { return reshapeDim(part, {done, p, rest}, 1); });
    ComplexTensor y = p == 2                   ? two(split)
                      : p == 4                 ? four(split)
                      : p <= kLargestButterfly ? odd(split, p)
                                               : byMatrix(split, p);
    if (rest > 1)
      y = y * table({p, 1, rest}, [&](int64_t k) { return root(k / rest * (k % rest) * done, n); });
    return eachPart(y, [&](Tensor part) { return reshapeDim(part, {n}, 3); });
  }

  /// Replaces `count` dims from `dim` on.
  Tensor reshapeDim(Tensor x, llvm::ArrayRef<int64_t> sizes, int64_t count) {
    Dims dims = x.dims();
    if (b.failed())
      return {};
    dims.erase(dims.begin() + dim, dims.begin() + dim + count);
    dims.insert(dims.begin() + dim, sizes.begin(), sizes.end());
    return b.reshape(x, dims);
  }

  /// Part j of a split signal as [1, done, rest].
  ComplexTensor take(const ComplexTensor &split, int64_t j) {
    return eachPart(split, [&](Tensor part) {
      Tensor one = b.slice(part, dim + 1, j, 1);
      int64_t done = *part.dim(dim).asConstant(), rest = *part.dim(dim + 2).asConstant();
      return reshapeDim(one, {1, done, rest}, 3);
    });
  }

  /// Roots that broadcast to signals of `suffix` more dims than `shape` has after `dim`.
  template <typename Function>
  ComplexTensor table(llvm::ArrayRef<int64_t> shape, Function value) {
    Ints padded(shape);
    padded.append(suffix, 1);
    std::vector<double> real, imaginary;
    for (int64_t k = 0, count = llvm::product_of(shape); k < count; ++k) {
      Root root = value(k);
      real.push_back(root.real());
      imaginary.push_back(root.imag());
    }
    return {b.table(real, padded, element), b.table(imaginary, padded, element)};
  }

  /// Part j of a transform of length p: the real or imaginary parts of root(j * m, p) for its results m.
  ComplexTensor factors(int64_t j, int64_t p) {
    return table({p, 1, 1}, [&](int64_t m) { return root(j * m, p); });
  }

  ComplexTensor two(const ComplexTensor &split) { return alternating(take(split, 0), take(split, 1)); }

  /// x + y where m is even, x - y where it is odd.
  ComplexTensor alternating(const ComplexTensor &x, const ComplexTensor &y, int64_t p = 2) {
    Tensor signs = table({p, 1, 1}, [](int64_t m) { return m % 2 ? -1.0 : 1.0; }).real;
    return x + ComplexTensor{times(y.real, signs), times(y.imaginary, signs)};
  }

  ComplexTensor four(const ComplexTensor &split) {
    ComplexTensor even = alternating(take(split, 0), take(split, 2), 4);
    ComplexTensor odd = alternating(take(split, 1), take(split, 3), 4);
    return even + odd * factors(1, 4);
  }

  /// Parts j and p - j have conjugate roots: their sum meets the cosines, their difference the sines.
  ComplexTensor odd(const ComplexTensor &split, int64_t p) {
    ComplexTensor cosines = take(split, 0), sines;
    for (int64_t j = 1; 2 * j < p; ++j) {
      ComplexTensor x = take(split, j), y = take(split, p - j), root = factors(j, p);
      ComplexTensor pair = x + y, gap = x - y;
      cosines = cosines + ComplexTensor{times(pair.real, root.real), times(pair.imaginary, root.real)};
      sines = sines + ComplexTensor{times(gap.real, root.imaginary), times(gap.imaginary, root.imaginary)};
    }
    return cosines + ComplexTensor{-sines.imaginary, sines.real};
  }

  /// The same with the sums over j as contractions of dim + 1 with a [(p - 1) / 2, p] matrix.
  ComplexTensor byMatrix(const ComplexTensor &split, int64_t p) {
    int64_t half = (p - 1) / 2;
    std::vector<double> cosines, sines;
    for (int64_t k = 0; k < half * p; ++k) {
      Root value = root((k / p + 1) * (k % p), p);
      cosines.push_back(value.real());
      sines.push_back(value.imag());
    }
    auto part = [&](int64_t first) {
      return eachPart(split, [&](Tensor x) { return b.slice(x, dim + 1, first, half); });
    };
    ComplexTensor low = part(1),
                  high = eachPart(part(half + 1), [&](Tensor x) { return b.reverse(x, {dim + 1}); });
    auto product = [&](const ComplexTensor &x, Tensor matrix) {
      return eachPart(x, [&](Tensor part) {
        Tensor result = b.contract(part, matrix, {}, {}, dim + 1, 0);
        Ints perm = range(0, result.rank() - 1);
        perm.insert(perm.begin() + dim, result.rank() - 1);
        return b.transpose(result, perm);
      });
    };
    ComplexTensor turned = product(low - high, b.table(sines, {half, p}, element));
    return take(split, 0) + product(low + high, b.table(cosines, {half, p}, element)) +
           ComplexTensor{-turned.imaginary, turned.real};
  }

  //===-- Lengths with a large prime factor (L. I. Bluestein, 1970) -----------------------------===//

  /// With jk = (j^2 + k^2 - (j - k)^2) / 2 the transform is a convolution between two chirps, and that is a
  /// product of transforms whose length is a power of two.
  ComplexTensor byConvolution(const ComplexTensor &x, int64_t n) {
    int64_t size = 1;
    while (size < 2 * n - 1)
      size *= 2;
    std::vector<Root> chirp(n), kernel(size);
    for (int64_t k = 0; k < n; ++k) {
      chirp[k] = root(k * k % (2 * n), 2 * n);
      kernel[k] = kernel[(size - k) % size] = std::conj(chirp[k]);
    }
    spectrum(kernel);
    for (Root &value : kernel)
      value /= static_cast<double>(size);
    ComplexTensor padded = eachPart(timesTable(x, chirp), [&](Tensor part) {
      Dims low(part.rank(), DimExpr(0)), high(low);
      if (!b.failed())
        high[dim] = DimExpr(size - n);
      return b.pad(part, b.scalar(0, part.elementType()), low, high);
    });
    ComplexTensor transformed = timesTable(MixedRadix(b, x.real, dim, -1).transform(padded), kernel);
    ComplexTensor convolved = MixedRadix(b, x.real, dim, 1).transform(transformed);
    return timesTable(eachPart(convolved, [&](Tensor part) { return b.slice(part, dim, 0, n); }), chirp);
  }

  ComplexTensor timesTable(const ComplexTensor &x, llvm::ArrayRef<Root> factors) {
    return x * table({static_cast<int64_t>(factors.size())}, [&](int64_t k) { return factors[k]; });
  }

  /// The transform of a table whose size is a power of two, at compile time.
  static void spectrum(std::vector<Root> &values) {
    size_t n = values.size();
    if (n == 1)
      return;
    std::vector<Root> even, odd;
    for (size_t k = 0; k < n; ++k)
      (k % 2 ? odd : even).push_back(values[k]);
    spectrum(even);
    spectrum(odd);
    for (size_t k = 0; k < n / 2; ++k) {
      Root turned = std::conj(rootOfUnity(static_cast<int64_t>(k), static_cast<int64_t>(n))) * odd[k];
      values[k] = even[k] + turned;
      values[k + n / 2] = even[k] - turned;
    }
  }

  OpenBuilder &b;
  int64_t dim, suffix;
  mlir::Type element;
  double sign;
};

} // namespace

/// Fails unless the size of `dim` is known and can be opened.
static int64_t lengthOf(OpenBuilder &b, Tensor x, int64_t dim) {
  if (b.failed() || !x)
    return 0;
  auto size = x.dim(dim).asConstant();
  if (!size || *size < 1 || *size > kMaxTransform)
    b.unsupported("a transform of length " + x.dim(dim).str());
  return b.failed() ? 0 : *size;
}

/// An absent imaginary part becomes zeros.
static ComplexTensor complete(OpenBuilder &b, ComplexTensor x) {
  if (x.real && !x.imaginary)
    x.imaginary = b.full(0, x.real.dims(), x.real.elementType());
  return x;
}

ComplexTensor fourierTransform(OpenBuilder &b, ComplexTensor x, int64_t dim, bool inverse) {
  int64_t length = lengthOf(b, x.real, dim);
  if (!length)
    return {};
  ComplexTensor y = MixedRadix(b, x.real, dim, inverse ? 1 : -1).transform(x);
  return complete(b, inverse ? y * (1.0 / static_cast<double>(length)) : y);
}

ComplexTensor realFourierTransform(OpenBuilder &b, Tensor x, int64_t dim) {
  if (!lengthOf(b, x, dim))
    return {};
  return complete(b, MixedRadix(b, x, dim, -1).halfSpectrum(x));
}

ComplexTensor mirroredSpectrum(OpenBuilder &b, const ComplexTensor &half, int64_t dim, int64_t length) {
  auto mirrored = [&](Tensor part) {
    return b.reverse(b.slice(part, dim, 1, length - (length / 2 + 1)), {dim});
  };
  ComplexTensor whole{b.concat({half.real, mirrored(half.real)}, dim), {}};
  if (half.imaginary)
    whole.imaginary = b.concat({half.imaginary, -mirrored(half.imaginary)}, dim);
  return whole;
}

} // namespace delos::open
