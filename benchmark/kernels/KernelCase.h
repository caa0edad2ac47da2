/// What a kernel case says of itself: a function, its work, its bound and a peer's problem.
#pragma once

#include "benchmark/kernels/Peaks.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace delos::bench {

/// Calls of one vector function. "divide" and "sqrt" count elements; "horizontal_sum" counts sums over a
/// vector's lanes.
struct MathWork {
  std::string function; ///< A name that Peaks::math knows, or a scalar function of graph.map.
  double count = 0;
};

/// What any implementation of the case must do, per run.
struct Work {
  double flops = 0; ///< A multiply-add is two.
  Arithmetic arithmetic = Arithmetic::Fma32;
  double bytesRead = 0;    ///< Every input once.
  double bytesWritten = 0; ///< Every output once.
  std::vector<MathWork> math = {};
  double reductions = 0; ///< Reductions over a row that what follows in the row waits for.
};

/// What the case is held against.
enum class Bound {
  Arithmetic,    ///< Flops at the peak of the arithmetic.
  Memory,        ///< Bytes at the bandwidth of a footprint as large as the bytes.
  Composite,     ///< The slowest of flops, bytes and the sum of the vector functions at their rates; then the
                 ///< latency of the reductions.
  VectorLibrary, ///< The vector functions at the rates of libmvec or SLEEF, whichever is faster.
};

/// Problems that the peer library knows; all fp32. Convolutions are channels-last with zero padding.
struct MatmulProblem {
  int64_t m, n, k;
};
struct ConvolutionProblem {
  int64_t batch, inChannels, outChannels, groups;
  std::array<int64_t, 2> in, out, window, strides, dilations, low, high;
};
struct SoftmaxProblem {
  int64_t rows, columns;
};
struct LayerNormProblem {
  int64_t rows, columns;
};
struct PeerProblem {
  std::optional<MatmulProblem> matmul = {};
  std::optional<ConvolutionProblem> convolution = {};
  std::optional<SoftmaxProblem> softmax = {};
  std::optional<LayerNormProblem> layerNorm = {};
};

/// One kernel, or a few that belong together. Sizes are static. `benchmark/manifest.json` lists the names:
/// a case is added, never dropped or changed.
struct KernelCase {
  std::string name;                     ///< "FAMILY/...", unique.
  std::string text;                     ///< A func.func of graph ops, of any name.
  std::vector<unsigned> constants = {}; ///< Inputs that are compile-time constants.
  Work work = {};
  Bound bound = Bound::Composite;
  std::string cpu = {};       ///< LLVM name of the processor to compile for; empty is this machine's.
  double tolerance = 1e-4;    ///< Of max |got - expected| / max |expected| of an output.
  double low = -1, high = 1;  ///< Random floats lie between.
  int64_t highestInteger = 1; ///< Random integers lie in [0, this].
  PeerProblem peer = {};
  bool isOneKernel = false; ///< Whatever the planner would make of it, where a generator takes it whole.
  bool isChecked = true;    ///< Against the reference, which takes seconds for millions of elements.

  /// What stands before the first slash.
  std::string family() const { return name.substr(0, name.find('/')); }
};

using KernelCases = std::vector<KernelCase>;

// One function per family, each in a file of its own.
void addContractions(KernelCases &cases); ///< "gemm/..."
void addConvolutions(KernelCases &cases); ///< "conv/..."
void addRows(KernelCases &cases);         ///< "rows/..."
void addRowGraphs(KernelCases &cases);    ///< "rows/...", from rows.mlir.
void addMath(KernelCases &cases);         ///< "math/..."

/// The cases of all families, in a fixed order.
KernelCases allCases();

/// "tensor<2x3xf32>".
std::string tensorType(const std::vector<int64_t> &shape, const std::string &element = "f32");

} // namespace delos::bench
