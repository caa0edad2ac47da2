/// The innermost loops of peak measurements, one instance per vector width.
#pragma once

#include <cstdint>

namespace delos::bench {

/// Loops of one vector width. Null entries are loops that this width has no instruction for. Pointers are
/// aligned to 64 bytes, counts of floats are multiples of 128.
struct PeakLoops {
  int bits; ///< Of a vector register.
  /// Each runs `rounds` rounds of independent multiply-adds and gives the number of operations done (a
  /// multiplication and an addition are two).
  double (*fma)(int64_t rounds);
  double (*bf16Dot)(int64_t rounds);
  double (*int8Dot)(int64_t rounds);
  /// Reads `floats` floats; the sum keeps the reads alive.
  float (*read)(const float *source, int64_t floats);
  void (*write)(float *target, int64_t floats);
  void (*writeStreaming)(float *target, int64_t floats);
  void (*copy)(float *target, const float *source, int64_t floats);
  void (*copyStreaming)(float *target, const float *source, int64_t floats);
  /// target = function(source) over `floats` floats; `function` takes and gives one vector register.
  void (*apply)(void *function, float *target, const float *source, int64_t floats);
  /// The same with a function of two vectors, both the source's.
  void (*applyTwice)(void *function, float *target, const float *source, int64_t floats);
  /// target = source / (source + 1), and its square root: the divider's throughput.
  void (*divide)(float *target, const float *source, int64_t floats);
  void (*squareRoot)(float *target, const float *source, int64_t floats);
  /// One sum across the lanes per vector of `source`.
  float (*horizontalSums)(const float *source, int64_t floats);
  /// `count` sums across the lanes, each of what the one before gave.
  float (*horizontalChain)(int64_t count);
};

/// The loops for 256-bit registers (AVX2) and for 512-bit ones (AVX-512 F). Call only where the processor has
/// them; the dot products need AVX-512 BF16 and VNNI besides.
extern const PeakLoops peakLoops256, peakLoops512;

} // namespace delos::bench
