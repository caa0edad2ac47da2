// References in f64: glibc's vector functions where they are installed (4 ulp of f64), its scalar ones
// elsewhere.
#include "test/math/FunctionTable.h"

#include <algorithm>
#include <cmath>
#include <dlfcn.h>
#include <immintrin.h>

namespace delos::test {

namespace {

using Vector1 = __m256d (*)(__m256d);
using Vector2 = __m256d (*)(__m256d, __m256d);

void *vectorSymbol(const char *symbol) {
  // Stays open: the functions are used until the process ends.
  static void *library = dlopen("libmvec.so.1", RTLD_NOW);
  return library ? dlsym(library, symbol) : nullptr;
}

void apply(Vector1 vector, double (*scalar)(double), const double *x, double *y) {
  if (!vector) {
    for (size_t i = 0; i < kBlock; ++i)
      y[i] = scalar(x[i]);
    return;
  }
  for (size_t i = 0; i < kBlock; i += 4)
    _mm256_storeu_pd(y + i, vector(_mm256_loadu_pd(x + i)));
}

#define DELOS_REFERENCE(name)                                                                                \
  void name##Reference(const double *x, const double *, double *y) {                                         \
    static auto vector = reinterpret_cast<Vector1>(vectorSymbol("_ZGVdN4v_" #name));                         \
    apply(vector, std::name, x, y);                                                                          \
  }
DELOS_REFERENCE(exp)
DELOS_REFERENCE(expm1)
DELOS_REFERENCE(log)
DELOS_REFERENCE(log1p)
DELOS_REFERENCE(sin)
DELOS_REFERENCE(cos)
DELOS_REFERENCE(tan)
DELOS_REFERENCE(asin)
DELOS_REFERENCE(acos)
DELOS_REFERENCE(atan)
DELOS_REFERENCE(sinh)
DELOS_REFERENCE(cosh)
DELOS_REFERENCE(tanh)
DELOS_REFERENCE(asinh)
DELOS_REFERENCE(acosh)
DELOS_REFERENCE(atanh)
DELOS_REFERENCE(erf)
DELOS_REFERENCE(erfc)
#undef DELOS_REFERENCE

/// Functions made of others, from f64 functions of a block.
template <void (*inner)(const double *, const double *, double *), typename Before, typename After>
void composed(const double *x, double *y, Before before, After after) {
  double t[kBlock];
  for (size_t i = 0; i < kBlock; ++i)
    t[i] = before(x[i]);
  inner(t, nullptr, t);
  for (size_t i = 0; i < kBlock; ++i)
    y[i] = after(x[i], t[i]);
}

void powReference(const double *x, const double *x2, double *y) {
  // The scalar one: its specials are beyond doubt.
  for (size_t i = 0; i < kBlock; ++i)
    y[i] = std::pow(x[i], x2[i]);
}

void sigmoidReference(const double *x, const double *, double *y) {
  composed<expReference>(x, y, [](double x) { return -x; }, [](double, double e) { return 1 / (1 + e); });
}

void siluReference(const double *x, const double *, double *y) {
  composed<expReference>(x, y, [](double x) { return -x; }, [](double x, double e) { return x / (1 + e); });
}

void softplusReference(const double *x, const double *, double *y) {
  double e[kBlock];
  composed<expReference>(x, e, [](double x) { return -std::fabs(x); }, [](double, double e) { return e; });
  log1pReference(e, nullptr, y);
  for (size_t i = 0; i < kBlock; ++i)
    y[i] += x[i] != x[i] ? x[i] : std::max(x[i], 0.0);
}

void mishReference(const double *x, const double *, double *y) {
  softplusReference(x, nullptr, y);
  tanhReference(y, nullptr, y);
  for (size_t i = 0; i < kBlock; ++i)
    y[i] *= x[i];
}

void geluReference(const double *x, const double *, double *y) {
  composed<erfcReference>(
      x, y, [](double x) { return x * -M_SQRT1_2; }, [](double x, double t) { return 0.5 * x * t; });
}

void tanhGeluReference(const double *x, const double *, double *y) {
  composed<expReference>(
      x, y, [](double x) { return -2 * 0.79788456080286535588 * (x + 0.044715 * x * x * x); },
      [](double x, double e) { return x / (1 + e); });
}

void rsqrtReference(const double *x, const double *, double *y) {
  for (size_t i = 0; i < kBlock; ++i)
    y[i] = 1 / std::sqrt(x[i]);
}

} // namespace

std::string referenceLibrary() { return vectorSymbol("_ZGVdN4v_exp") ? "libmvec" : "libm"; }

const std::vector<MathFunction> &mathFunctions() {
  static const std::vector<MathFunction> functions = {
      {"exp", 1, {1.1, 1}, expReference},
      {"expm1", 1, {2, 1}, expm1Reference},
      {"log", 1, {1, 1}, logReference},
      {"log1p", 1, {2, 1}, log1pReference},
      {"sin", 1, {2.5, 1}, sinReference},
      {"cos", 1, {2.5, 1}, cosReference},
      {"tan", 1, {3, 1}, tanReference},
      {"asin", 1, {3, 1}, asinReference},
      {"acos", 1, {2, 1}, acosReference},
      {"atan", 1, {3, 1}, atanReference},
      {"sinh", 1, {2, 1}, sinhReference},
      {"cosh", 1, {2, 1}, coshReference},
      {"tanh", 1, {5, 1}, tanhReference},
      {"asinh", 1, {2.5, 1}, asinhReference},
      {"acosh", 1, {2.5, 1}, acoshReference},
      {"atanh", 1, {2.5, 1}, atanhReference},
      {"erf", 1, {5, 1}, erfReference},
      {"sigmoid", 1, {2.5, 2.5}, sigmoidReference},
      {"rsqrt", 1, {1.5, 1}, rsqrtReference},
      {"pow", 2, {1, 1}, powReference},
      {"silu", 1, {2.5, 2.5}, siluReference, "Swish", "", Unit::Argument},
      {"softplus", 1, {2, 2}, softplusReference, "Softplus", ""},
      {"mish", 1, {5, 2}, mishReference, "Mish", "", Unit::Argument},
      {"gelu", 1, {3, 2}, geluReference, "Gelu", "", Unit::Argument},
      {"gelu (tanh)", 1, {3, 2}, tanhGeluReference, "Gelu", " {approximate = \"tanh\"}", Unit::Argument},

  };
  return functions;
}

} // namespace delos::test
