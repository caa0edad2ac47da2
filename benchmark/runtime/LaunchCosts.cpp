/// What a launch, a hand-over and a run cost.
#include "delos/Executable.h"

#include "benchmark/runtime/BenchmarkPlans.h"
#include "benchmark/runtime/Figures.h"
#include "lib/Engine/ExecutableState.h"
#include "runtime/threads/ThreadPool.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace delos::runtime;

namespace delos::benchmark {
namespace {

constexpr double micro = 1e6, nano = 1e9;

Figures measureChains() {
  ThreadPool pool(1);
  std::vector<Link> tiny(1000, Link{touch, 1, 1e-9});
  ChainRunner alone(tiny, nullptr, 1), shared(tiny, &pool);
  // A parallel launch at the end keeps the pool in the run, so that every launch passes through its books.
  std::vector<Link> withWork = tiny;
  withWork.push_back(workOf(20));
  ChainRunner helped(withWork, &pool), workAlone({workOf(20)}, &pool);
  alone.run();
  return {{"chain of 1,000 tiny kernels, one thread", alone.medianSeconds(2001) * micro, "us", 50},
          {"chain of 1,000 tiny kernels, two threads", shared.medianSeconds(2001) * micro, "us", 50},
          {"the same while a worker waits for the parallel launch behind it",
           (helped.medianSeconds(501) - workAlone.medianSeconds(501)) * micro, "us", 50}};
}

/// When each thread began its first tile of the parallel launch, and when the launch before it ended.
struct HandOver {
  std::atomic<double> previousEnd{0}, callerStart{0}, workerStart{0};
  std::thread::id caller;
};
HandOver handOver;

int32_t lead(void *const *buf, const int64_t *dim, void *scratch, int64_t begin, int64_t end) {
  work(buf, dim, scratch, begin, end);
  handOver.previousEnd = now();
  return DELOS_KERNEL_OK;
}

/// One of two tiles: waits until the other thread has come for its own, or 2 ms.
int32_t meet(void *const *, const int64_t *, void *, int64_t begin, int64_t end) {
  bool isCaller = std::this_thread::get_id() == handOver.caller;
  std::atomic<double> &mine = isCaller ? handOver.callerStart : handOver.workerStart;
  std::atomic<double> &other = isCaller ? handOver.workerStart : handOver.callerStart;
  double start = now(), none = 0;
  mine.compare_exchange_strong(none, start);
  while (end - begin == 1 && other.load() == 0 && now() - start < 2e-3)
    pauseProcessor();
  return DELOS_KERNEL_OK;
}

/// Runs once and returns whether both threads met.
bool runHandOver(ChainRunner &runner) {
  handOver.previousEnd = handOver.callerStart = handOver.workerStart = 0;
  handOver.caller = std::this_thread::get_id();
  runner.run();
  return handOver.callerStart != 0 && handOver.workerStart != 0;
}

Figures measureAwake() {
  ThreadPool pool(1);
  // 300 us of serial work, in which the worker that the run woke arrives.
  ChainRunner runner({{lead, 1, 30 * workTileSeconds}, {meet, 2, 400e-6}}, &pool);
  ChainRunner warm({workOf(30), {lead, 1, 1e-6}, {meet, 2, 400e-6}}, &pool);
  std::vector<double> latencies;
  for (int i = 0; i < 600; ++i)
    if (runHandOver(warm) && i >= 100)
      latencies.push_back(std::max(handOver.callerStart.load(), handOver.workerStart.load()) -
                          handOver.previousEnd);
  return {{"hand-over to an awake worker", median(latencies) * micro, "us", 0.5},
          {"hand-over to an awake worker, 90 % of all", quantile(latencies, 0.9) * micro, "us"},
          {"hand-overs measured", static_cast<double>(latencies.size()), ""}};
}

Figures measureAsleep() {
  ThreadPool pool(1);
  ChainRunner runner({{meet, 2, 400e-6}}, &pool), alone({{meet, 2, 400e-6}}, nullptr, 1);
  Figures figures;
  for (int pauseMs : {1, 10, 100}) {
    std::vector<double> worker, caller, without;
    for (int i = 0; i < (pauseMs > 10 ? 20 : 100); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(pauseMs));
      double start = now();
      if (!runHandOver(runner))
        continue;
      caller.push_back(handOver.callerStart - start);
      worker.push_back(handOver.workerStart - start);
      std::this_thread::sleep_for(std::chrono::milliseconds(pauseMs));
      start = now();
      runHandOver(alone);
      without.push_back(handOver.callerStart - start);
    }
    std::string after = ", asleep for " + std::to_string(pauseMs) + " ms";
    figures.push_back({"hand-over to a worker" + after, median(worker) * micro, "us", 100});
    figures.push_back(
        {"what it costs the caller" + after, (median(caller) - median(without)) * micro, "us", 15});
  }
  return figures;
}

/// An executable of one tiny kernel, as users have it.
Executable makeTinyExecutable() {
  CompiledProgram program;
  Formula bytes = Formula::constant(64);
  Plan &plan = program.plan;
  plan.inputs = {{"x", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {Formula::constant(16)}, {""}}};
  plan.outputs = {{"y", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {Formula::constant(16)}, {""}}};
  plan.buffers = {{BufferKind::Input, 0, {}, bytes}, {BufferKind::Output, 0, {}, bytes}};
  plan.kernels = {{"touch", {}, 1, 1, {}, Formula::constant(1), Formula::constant(0), 1e-9, 0, 0}};
  Segment segment;
  segment.launches.push_back({0, {0, 1}, {}, 0});
  plan.body.instructions.push_back({segment});
  program.kernels = {touch};
  auto state = Executable::State::create(std::move(program), 0);
  if (!state.ok()) {
    std::fprintf(stderr, "executor-benchmark: %s\n", state.status().ToString().c_str());
    std::exit(1);
  }
  return Executable(*state);
}

template <typename Run>
double secondsPerRun(Run run) {
  std::vector<double> blocks;
  for (int block = 0; block < 21; ++block) {
    double start = now();
    for (int i = 0; i < 10000; ++i)
      run();
    blocks.push_back((now() - start) / 10000);
  }
  return median(blocks);
}

Figures measureEmpty() {
  ChainRunner runner({{touch, 1, 1e-9}});
  Executable executable = makeTinyExecutable();
  std::vector<Tensor> inputs = {*Tensor::allocate(DType::Float32, {16})};
  std::vector<Tensor> outputs = {*Tensor::allocate(DType::Float32, {16})};
  return {{"empty graph, Executor::run", secondsPerRun([&] { runner.run(); }) * nano, "ns", 1000},
          {"empty graph, Executable::runInto",
           secondsPerRun([&] { (void)executable.runInto(inputs, outputs); }) * nano, "ns", 1000},
          {"empty graph, Executable::run", secondsPerRun([&] { (void)executable.run(inputs); }) * nano, "ns",
           1000}};
}

/// Two threads on a kernel of `tiles` tiles of 10 us, back to back.
Figures measureParallel() {
  ThreadPool pool(1);
  Figures figures;
  for (int64_t tiles : {4, 16, 100, 1000}) {
    ChainRunner alone({workOf(tiles)}, nullptr, 1), shared({workOf(tiles)}, &pool);
    int count = static_cast<int>(20000 / tiles) + 5;
    double speedUp = alone.medianSeconds(count) / shared.medianSeconds(count);
    figures.push_back({"two threads on " + std::to_string(tiles * 10) + " us of work, of twice one thread",
                       speedUp / 2, "x"});
  }
  return figures;
}

} // namespace

std::vector<Measurement> launchMeasurements() {
  return {{"chains", measureChains},
          {"awake", measureAwake},
          {"asleep", measureAsleep},
          {"empty", measureEmpty},
          {"parallel", measureParallel}};
}

} // namespace delos::benchmark
