// Rounds of peak, case, peer, peak: what drifts with the clock cancels in each round's ratio.
#include "benchmark/kernels/Measurement.h"

#include "absl/strings/str_cat.h"

#include <algorithm>
#include <chrono>
#include <functional>

namespace delos::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// Of the engine's own vector functions: input and output stay in L1, and a call costs little beside them.
constexpr int64_t ownMathFloats = 4096;

double quantile(std::vector<double> values, double fraction) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  double position = fraction * static_cast<double>(values.size() - 1);
  auto below = static_cast<size_t>(position);
  size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

/// Seconds per call over a block of calls.
double timeBlock(double blockSeconds, const std::function<void()> &call) {
  call();
  int64_t calls = 1;
  while (true) {
    auto start = Clock::now();
    for (int64_t i = 0; i < calls; ++i)
      call();
    double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds >= 0.9 * blockSeconds)
      return seconds / static_cast<double>(calls);
    calls = std::max(
        2 * calls, static_cast<int64_t>(static_cast<double>(calls) * blockSeconds / std::max(seconds, 1e-7)));
  }
}

/// The parts of a bound, in seconds.
struct BoundParts {
  double flops = 0, bytes = 0, math = 0, latency = 0;
  double seconds() const { return std::max({flops, bytes, math}) + latency; }
};

double memorySeconds(const Work &work, Peaks &peaks) {
  double total = work.bytesRead + work.bytesWritten;
  if (total == 0)
    return 0;
  auto footprint = static_cast<int64_t>(total);
  double copied = 2 * std::min(work.bytesRead, work.bytesWritten);
  double readOnly = work.bytesRead - copied / 2, writtenOnly = work.bytesWritten - copied / 2;
  double seconds = copied > 0 ? copied / peaks.copyBandwidth(footprint) : 0;
  if (readOnly > 0)
    seconds += readOnly / peaks.bandwidth(Traffic::Read, footprint);
  if (writtenOnly > 0)
    seconds += writtenOnly / peaks.writeBandwidth(footprint);
  return seconds;
}

BoundParts sampleBound(const KernelCase &kernel, Peaks &peaks, MathRates &rates) {
  BoundParts parts;
  const Work &work = kernel.work;
  bool isComposite = kernel.bound == Bound::Composite;
  if ((isComposite || kernel.bound == Bound::Arithmetic) && work.flops > 0)
    parts.flops = work.flops / peaks.arithmetic(work.arithmetic);
  if (isComposite || kernel.bound == Bound::Memory)
    parts.bytes = memorySeconds(work, peaks);
  if (isComposite || kernel.bound == Bound::VectorLibrary)
    for (const MathWork &math : work.math) {
      double rate = isComposite ? rates.rate(math.function) : peaks.math(math.function);
      parts.math += rate > 0 ? math.count / rate : 0;
    }
  if (isComposite && work.reductions > 0)
    parts.latency = work.reductions / peaks.math("horizontal_chain");
  return parts;
}

std::string limitOf(const BoundParts &parts) {
  double most = std::max({parts.flops, parts.bytes, parts.math});
  return most == 0 ? "" : most == parts.flops ? "flops" : most == parts.bytes ? "bytes" : "math";
}

} // namespace

double MathRates::ownRate(const std::string &function) {
  auto [it, inserted] = kernels.try_emplace(function);
  if (inserted) {
    KernelCase own;
    own.name = absl::StrCat("rate/", function);
    std::string type = tensorType({ownMathFloats});
    own.text = absl::StrCat("func.func @f(%x: ", type, ") -> ", type, " {\n %0 = graph.map ", function,
                            " %x : (", type, ") -> ", type, "\n return %0 : ", type, "\n}");
    if (auto prepared = PreparedCase::create(own, peaks.threads()); prepared.ok())
      it->second = *std::move(prepared);
  }
  // Through the executor a call this short would measure the executor.
  if (!it->second || peaks.threads() > 1)
    return 0;
  return ownMathFloats / timeBlock(1e-3, [&] { (void)it->second->run(); });
}

double MathRates::rate(const std::string &function) {
  bool isInstruction = function == "divide" || function == "sqrt" || function == "horizontal_sum";
  return std::max(peaks.math(function), isInstruction ? 0.0 : ownRate(function));
}

Figure measure(const KernelCase &kernel, PreparedCase &prepared, OneDnnPeer *peer, Peaks &peaks,
               MathRates &rates, const MeasureOptions &options) {
  Figure figure;
  figure.name = kernel.name;
  std::vector<double> times, bounds, fractions, peerTimes, peerRatios;
  BoundParts parts;
  for (int round = 0; round < options.rounds; ++round) {
    BoundParts before = sampleBound(kernel, peaks, rates);
    double seconds = timeBlock(options.blockSeconds, [&] { (void)prepared.run(); });
    double peerSeconds = peer ? timeBlock(options.blockSeconds, [&] { peer->run(); }) : 0;
    parts = sampleBound(kernel, peaks, rates);
    // The peer stands between the case and the second sample, so the first counts alone where there is one.
    double bound = peer ? before.seconds() : (before.seconds() + parts.seconds()) / 2;
    times.push_back(seconds);
    bounds.push_back(bound);
    fractions.push_back(bound / seconds);
    peerTimes.push_back(peerSeconds);
    peerRatios.push_back(peerSeconds / seconds);
  }
  figure.seconds = quantile(times, 0.5);
  figure.boundSeconds = quantile(bounds, 0.5);
  figure.fraction = quantile(fractions, 0.5);
  figure.fractionLow = quantile(fractions, 0.25);
  figure.fractionHigh = quantile(fractions, 0.75);
  figure.limit = limitOf(parts);
  figure.flopsPerSecond = kernel.work.flops / figure.seconds;
  figure.bytesPerSecond = (kernel.work.bytesRead + kernel.work.bytesWritten) / figure.seconds;
  figure.peerSeconds = peer ? quantile(peerTimes, 0.5) : 0;
  figure.peerRatio = peer ? quantile(peerRatios, 0.5) : 0;
  figure.launches = prepared.launches();
  figure.tiles = prepared.tiles();
  figure.compileSeconds = prepared.compileSeconds();
  return figure;
}

} // namespace delos::bench
