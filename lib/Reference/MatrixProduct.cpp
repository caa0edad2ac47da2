// The dense loop behind contractions and convolutions: blocked so that a panel of b stays in the cache, with
// an inner loop that a compiler vectorises without changing the order of a sum.
#include "lib/Reference/MatrixProduct.h"

#include <algorithm>

namespace delos::reference {
namespace {

// A panel of 128 x 256 doubles is 256 KiB, half of a usual second-level cache.
constexpr int64_t kBlockK = 128, kBlockN = 256;

/// Four rows of c at once, so that each element of b is loaded once for four multiply-adds.
template <typename T>
void addFourRows(const T *const *a, const T *b, T *const *c, int64_t n, int64_t k, int64_t ldb) {
  T *__restrict c0 = c[0], *__restrict c1 = c[1], *__restrict c2 = c[2], *__restrict c3 = c[3];
  for (int64_t p = 0; p < k; ++p) {
    const T *__restrict row = b + p * ldb;
    T a0 = a[0][p], a1 = a[1][p], a2 = a[2][p], a3 = a[3][p];
    for (int64_t j = 0; j < n; ++j) {
      T value = row[j];
      c0[j] += a0 * value;
      c1[j] += a1 * value;
      c2[j] += a2 * value;
      c3[j] += a3 * value;
    }
  }
}

template <typename T>
void addOneRow(const T *a, const T *b, T *__restrict c, int64_t n, int64_t k, int64_t ldb) {
  for (int64_t p = 0; p < k; ++p) {
    const T *__restrict row = b + p * ldb;
    for (int64_t j = 0; j < n; ++j)
      c[j] += a[p] * row[j];
  }
}

template <typename T>
void addProduct(const T *a, const T *b, T *c, int64_t m, int64_t n, int64_t k) {
  for (int64_t p = 0; p < k; p += kBlockK)
    for (int64_t j = 0; j < n; j += kBlockN) {
      int64_t depth = std::min(kBlockK, k - p), width = std::min(kBlockN, n - j);
      const T *panel = b + p * n + j;
      int64_t i = 0;
      for (; i + 4 <= m; i += 4) {
        const T *rowsOfA[] = {a + i * k + p, a + (i + 1) * k + p, a + (i + 2) * k + p, a + (i + 3) * k + p};
        T *rowsOfC[] = {c + i * n + j, c + (i + 1) * n + j, c + (i + 2) * n + j, c + (i + 3) * n + j};
        addFourRows(rowsOfA, panel, rowsOfC, width, depth, n);
      }
      for (; i < m; ++i)
        addOneRow(a + i * k + p, panel, c + i * n + j, width, depth, n);
    }
}

} // namespace

void addMatrixProduct(const double *a, const double *b, double *c, int64_t m, int64_t n, int64_t k) {
  addProduct(a, b, c, m, n, k);
}

void addMatrixProduct(const uint64_t *a, const uint64_t *b, uint64_t *c, int64_t m, int64_t n, int64_t k) {
  addProduct(a, b, c, m, n, k);
}

} // namespace delos::reference
