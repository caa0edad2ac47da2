/// What the machine can do at best, measured in the process that is judged by it.
#pragma once

#include "benchmark/kernels/PeakLoops.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace delos::bench {

enum class Arithmetic {
  Fma32,   ///< fp32 multiply-add.
  Bf16Dot, ///< vdpbf16ps: pairs of bf16 products into fp32.
  Int8Dot, ///< vpdpbusd: quadruples of 8-bit products into i32.
};

enum class Traffic { Read, Write, WriteStreaming, Copy, CopyStreaming };

/// Samples of the machine's peaks on a number of threads at once. Each sample takes a few milliseconds and
/// reads the clock anew, so that it can be taken between two runs of what it is compared with. Not
/// thread-safe.
class Peaks {
public:
  /// `bits` is the vector width to measure with; 0 takes the widest that the processor has. Widths without
  /// loops (and processors without AVX2) leave `available` false, and every sample is 0.
  explicit Peaks(int threads, int bits = 0);
  ~Peaks();

  bool available() const { return loops != nullptr; }
  int bits() const { return loops ? loops->bits : 0; }
  int threads() const { return count; }

  /// Operations per second of all threads together (a multiplication and an addition are two); 0 where the
  /// processor lacks the instruction.
  double arithmetic(Arithmetic kind);

  /// Bytes per second of all threads together when they go over `footprint` bytes again and again, each
  /// thread over a part of its own. A copy reads half of the footprint and writes the other half; both halves
  /// count.
  double bandwidth(Traffic kind, int64_t footprint);

  /// The better of plain and streaming stores.
  double writeBandwidth(int64_t footprint);
  double copyBandwidth(int64_t footprint);

  /// Elements per second, in L1, of the fastest vector function of that name found on this machine: libmvec's
  /// or SLEEF's ("exp", "erf", ...), or the processor's "divide", "sqrt" and "horizontal_sum" (vectors per
  /// second, not elements) or "horizontal_chain" (such sums where each waits for the one before). 0 when
  /// there is none.
  double math(const std::string &function);

  /// "libmvec", "sleef" or "processor": whose function `math` times; empty when there is none.
  std::string mathSource(const std::string &function);

private:
  struct Buffers;
  struct VectorFunction;
  VectorFunction &find(const std::string &function);

  int count;
  const PeakLoops *loops = nullptr;
  std::unique_ptr<Buffers> buffers;
  std::map<std::string, VectorFunction> functions;
};

} // namespace delos::bench
