// Peak loops. Compiled once per width: DELOS_PEAK_BITS is 256 or 512, and the flags allow that width.
#include "benchmark/kernels/PeakLoops.h"

#include <immintrin.h>

namespace {

constexpr int64_t lanes = DELOS_PEAK_BITS / 32;
typedef float Vector __attribute__((vector_size(DELOS_PEAK_BITS / 8)));
static_assert(sizeof(Vector) == lanes * sizeof(float));

Vector load(const float *source) { return *reinterpret_cast<const Vector *>(source); }
void store(float *target, Vector value) { *reinterpret_cast<Vector *>(target) = value; }

#if DELOS_PEAK_BITS == 512
#define DELOS_REGISTER "zmm"
void stream(float *target, Vector value) { _mm512_stream_ps(target, value); }
Vector squareRootOf(Vector value) { return _mm512_sqrt_ps(value); }
#else
#define DELOS_REGISTER "ymm"
void stream(float *target, Vector value) { _mm256_stream_ps(target, value); }
Vector squareRootOf(Vector value) { return _mm256_sqrt_ps(value); }
#endif

// Twelve accumulators hide four cycles of latency on two units, and every width has the registers for them.
// The accumulators are never loaded: their values do not matter to the clock, and zeros cannot turn denormal.
#define DELOS_STEP(operation, sum)                                                                           \
  operation " %%" DELOS_REGISTER "12, %%" DELOS_REGISTER "13, %%" DELOS_REGISTER sum "\n\t"
#define DELOS_ROUND(operation)                                                                               \
  DELOS_STEP(operation, "0")                                                                                 \
  DELOS_STEP(operation, "1")                                                                                 \
  DELOS_STEP(operation, "2")                                                                                 \
  DELOS_STEP(operation, "3")                                                                                 \
  DELOS_STEP(operation, "4")                                                                                 \
  DELOS_STEP(operation, "5")                                                                                 \
  DELOS_STEP(operation, "6")                                                                                 \
  DELOS_STEP(operation, "7")                                                                                 \
  DELOS_STEP(operation, "8")                                                                                 \
  DELOS_STEP(operation, "9")                                                                                 \
  DELOS_STEP(operation, "10")                                                                                \
  DELOS_STEP(operation, "11")
#define DELOS_CLEAR(number) "vpxor %%xmm" number ", %%xmm" number ", %%xmm" number "\n\t"
#define DELOS_CLEAR_ALL                                                                                      \
  DELOS_CLEAR("0")                                                                                           \
  DELOS_CLEAR("1")                                                                                           \
  DELOS_CLEAR("2")                                                                                           \
  DELOS_CLEAR("3")                                                                                           \
  DELOS_CLEAR("4")                                                                                           \
  DELOS_CLEAR("5")                                                                                           \
  DELOS_CLEAR("6")                                                                                           \
  DELOS_CLEAR("7")                                                                                           \
  DELOS_CLEAR("8")                                                                                           \
  DELOS_CLEAR("9")                                                                                           \
  DELOS_CLEAR("10")                                                                                          \
  DELOS_CLEAR("11")                                                                                          \
  DELOS_CLEAR("12")                                                                                          \
  DELOS_CLEAR("13")
#define DELOS_MULTIPLY_ADDS(operation)                                                                       \
  asm volatile(DELOS_CLEAR_ALL "1:\n\t" DELOS_ROUND(operation) DELOS_ROUND(operation) "dec %0\n\tjnz 1b"     \
               : "+r"(rounds)                                                                                \
               :                                                                                             \
               : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",       \
                 "xmm10", "xmm11", "xmm12", "xmm13")

constexpr double vectorsPerRound = 24;

double fma(int64_t rounds) {
  double operations = rounds * vectorsPerRound * lanes * 2;
  DELOS_MULTIPLY_ADDS("vfmadd231ps");
  return operations;
}

#if DELOS_PEAK_BITS == 512
double bf16Dot(int64_t rounds) {
  double operations = rounds * vectorsPerRound * lanes * 4;
  DELOS_MULTIPLY_ADDS("vdpbf16ps");
  return operations;
}

double int8Dot(int64_t rounds) {
  double operations = rounds * vectorsPerRound * lanes * 8;
  DELOS_MULTIPLY_ADDS("vpdpbusd");
  return operations;
}
#endif

float read(const float *source, int64_t floats) {
  Vector sums[8] = {};
  for (int64_t i = 0; i < floats; i += 8 * lanes)
    for (int k = 0; k < 8; ++k)
      sums[k] += load(source + i + k * lanes);
  Vector sum = sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
  return sum[0] + sum[1];
}

void write(float *target, int64_t floats) {
  Vector value = {};
  for (int64_t i = 0; i < floats; i += 4 * lanes)
    for (int k = 0; k < 4; ++k) {
      // Stops the compiler from calling memset, whose choice of stores depends on the size.
      asm volatile("" : "+x"(value));
      store(target + i + k * lanes, value);
    }
}

void writeStreaming(float *target, int64_t floats) {
  Vector value = {};
  for (int64_t i = 0; i < floats; i += 4 * lanes)
    for (int k = 0; k < 4; ++k)
      stream(target + i + k * lanes, value);
  _mm_sfence();
}

void copy(float *target, const float *source, int64_t floats) {
  for (int64_t i = 0; i < floats; i += 4 * lanes)
    for (int k = 0; k < 4; ++k) {
      Vector value = load(source + i + k * lanes);
      asm volatile("" : "+x"(value));
      store(target + i + k * lanes, value);
    }
}

void copyStreaming(float *target, const float *source, int64_t floats) {
  for (int64_t i = 0; i < floats; i += 4 * lanes)
    for (int k = 0; k < 4; ++k)
      stream(target + i + k * lanes, load(source + i + k * lanes));
  _mm_sfence();
}

void apply(void *function, float *target, const float *source, int64_t floats) {
  auto *typed = reinterpret_cast<Vector (*)(Vector)>(function);
  for (int64_t i = 0; i < floats; i += lanes)
    store(target + i, typed(load(source + i)));
}

void applyTwice(void *function, float *target, const float *source, int64_t floats) {
  auto *typed = reinterpret_cast<Vector (*)(Vector, Vector)>(function);
  for (int64_t i = 0; i < floats; i += lanes)
    store(target + i, typed(load(source + i), load(source + i)));
}

void divide(float *target, const float *source, int64_t floats) {
  for (int64_t i = 0; i < floats; i += lanes)
    store(target + i, load(source + i) / (load(source + i) + 1.0f));
}

void squareRoot(float *target, const float *source, int64_t floats) {
  for (int64_t i = 0; i < floats; i += lanes)
    store(target + i, squareRootOf(load(source + i)));
}

float sumOf(Vector vector) {
#if DELOS_PEAK_BITS == 512
  __m256 half = _mm256_add_ps(_mm512_castps512_ps256(vector), _mm512_extractf32x8_ps(vector, 1));
#else
  __m256 half = vector;
#endif
  __m128 quarter = _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
  quarter = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
  return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_movehdup_ps(quarter)));
}

float horizontalSums(const float *source, int64_t floats) {
  float most = 0;
  for (int64_t i = 0; i < floats; i += lanes) {
    float sum = sumOf(load(source + i));
    most = sum > most ? sum : most;
  }
  return most;
}

float horizontalChain(int64_t count) {
  float sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    sum = sumOf(Vector{} + sum);
    asm volatile("" : "+x"(sum));
  }
  return sum;
}

} // namespace

namespace delos::bench {

#if DELOS_PEAK_BITS == 512
const PeakLoops peakLoops512 = {
    512,           fma,   bf16Dot,    int8Dot, read,       write,          writeStreaming, copy,
    copyStreaming, apply, applyTwice, divide,  squareRoot, horizontalSums, horizontalChain};
#else
const PeakLoops peakLoops256 = {
    256,           fma,   nullptr,    nullptr, read,       write,          writeStreaming, copy,
    copyStreaming, apply, applyTwice, divide,  squareRoot, horizontalSums, horizontalChain};
#endif

} // namespace delos::bench
