/// The dense loop behind contractions and convolutions.
#pragma once

#include <cstdint>

namespace delos::reference {

/// c[m][n] += sum over k of a[m][k] * b[k][n], all dense row-major; each sum in the order of k.
void addMatrixProduct(const double *a, const double *b, double *c, int64_t m, int64_t n, int64_t k);
/// The same modulo 2^64.
void addMatrixProduct(const uint64_t *a, const uint64_t *b, uint64_t *c, int64_t m, int64_t n, int64_t k);

} // namespace delos::reference
