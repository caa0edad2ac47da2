// The discrete Fourier transform as a mixed-radix fast transform made of element-wise primitives.
#pragma once

#include "lib/Open/OpenBuilder.h"

namespace delos::open {

/// The real and imaginary parts of a signal, equal in shape and type. `imaginary` is empty for real signals.
struct ComplexTensor {
  Tensor real, imaginary;
};

/// The longest transform that is opened: its tables of roots stay below a megabyte.
inline constexpr int64_t kMaxTransform = 1 << 16;

/// y[k] = sum over j of x[j] * exp(-2 pi i j k / n) along `dim`, whose size n is known; with `inverse` the
/// conjugate roots and a division by n. Computed in the element type of x with O(n log n) operations for all
/// n. Both parts of the result are there.
ComplexTensor fourierTransform(OpenBuilder &b, ComplexTensor x, int64_t dim, bool inverse);

/// Bins 0 .. n/2 of the forward transform of a real signal, with half the operations; the imaginary parts of
/// bin 0 and, for even n, of bin n/2 are exactly 0 (for odd n unless a prime factor is above 61).
ComplexTensor realFourierTransform(OpenBuilder &b, Tensor x, int64_t dim);

/// The size-n spectrum of a real signal from its bins 0 .. n/2: the others are their mirror, conjugated.
ComplexTensor mirroredSpectrum(OpenBuilder &b, const ComplexTensor &half, int64_t dim, int64_t length);

} // namespace delos::open
