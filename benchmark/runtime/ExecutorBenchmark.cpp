/// What a launch costs: chains of tiny kernels, alone and side by side, and one parallel kernel.
#include "runtime/executor/Executor.h"

#include <benchmark/benchmark.h>
#include <chrono>

using namespace delos::runtime;

namespace {

int32_t touch(void *const *buf, const int64_t *, void *, int64_t, int64_t) {
  static_cast<float *>(buf[1])[0] = static_cast<const float *>(buf[0])[0] + 1;
  return DELOS_KERNEL_OK;
}

/// About one microsecond per tile.
int32_t work(void *const *buf, const int64_t *, void *, int64_t begin, int64_t end) {
  float value = static_cast<const float *>(buf[0])[0];
  for (int64_t i = begin * 1000; i < end * 1000; ++i)
    benchmark::DoNotOptimize(value = value * 0.5f + 1);
  static_cast<float *>(buf[1])[begin] = value;
  return DELOS_KERNEL_OK;
}

constexpr int64_t tiles = 256;

/// `chains` chains of `length` launches each, from one input to one output per chain.
std::unique_ptr<Executor> makeChains(int chains, int length, DelosKernelFn kernel, int64_t kernelTiles,
                                     double seconds, int threads) {
  auto plan = std::make_shared<Plan>();
  Formula bytes = Formula::constant(tiles * 4);
  plan->inputs = {{"x", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {Formula::constant(tiles)}, {""}}};
  plan->buffers = {{BufferKind::Input, 0, {}, bytes}};
  plan->kernels = {
      {"kernel", {}, 1, 1, {}, Formula::constant(kernelTiles), Formula::constant(0), seconds, 0, 0}};
  Segment segment;
  for (int chain = 0; chain < chains; ++chain) {
    plan->outputs.push_back({"y", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {Formula::constant(tiles)}, {""}});
    int32_t previous = 0;
    for (int link = 0; link < length; ++link) {
      auto launch = static_cast<int32_t>(segment.launches.size());
      auto buffer = static_cast<int32_t>(plan->buffers.size());
      if (link == length - 1) {
        plan->buffers.push_back({BufferKind::Output, chain, {}, bytes});
      } else {
        plan->buffers.push_back({BufferKind::Arena, 0, plan->arenaBytes, bytes});
        plan->arenaBytes = plan->arenaBytes + bytes;
      }
      std::vector<int32_t> after = link ? std::vector<int32_t>{launch - 1} : std::vector<int32_t>{};
      segment.launches.push_back({0, {previous, buffer}, after, static_cast<double>(length - link)});
      previous = buffer;
    }
  }
  plan->body.instructions.push_back({segment});
  return *Executor::create(plan, {kernel}, {threads, nullptr});
}

void runChains(benchmark::State &state, Executor &executor) {
  std::vector<float> input(tiles);
  std::vector<std::vector<float>> outputs(executor.plan().outputs.size(), std::vector<float>(tiles));
  std::vector<int64_t> shape = {tiles};
  std::vector<TensorView> inputs = {{DELOS_DTYPE_FLOAT32, shape, {}, input.data()}};
  auto provide = [&](size_t i, std::span<const int64_t>, int64_t) -> absl::StatusOr<void *> {
    return outputs[i].data();
  };
  for (auto _ : state)
    if (!executor.run(inputs, provide).ok())
      state.SkipWithError("the run failed");
  state.counters["launch"] = benchmark::Counter(
      executor.launchCount(), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void emptyRun(benchmark::State &state) { runChains(state, *makeChains(1, 1, touch, 1, 1e-9, 1)); }
void serialChain(benchmark::State &state) { runChains(state, *makeChains(1, 1000, touch, 1, 1e-9, 1)); }
void sharedChain(benchmark::State &state) { runChains(state, *makeChains(1, 1000, touch, 1, 0, 0)); }
void twoChains(benchmark::State &state) {
  runChains(state, *makeChains(2, 200, work, 1, 1e-6, static_cast<int>(state.range(0))));
}
void parallelKernel(benchmark::State &state) {
  runChains(state, *makeChains(1, 1, work, tiles, tiles * 1e-6, static_cast<int>(state.range(0))));
}

BENCHMARK(emptyRun)->UseRealTime();
BENCHMARK(serialChain)->UseRealTime();
BENCHMARK(sharedChain)->UseRealTime();
BENCHMARK(twoChains)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(parallelKernel)->Arg(1)->Arg(2)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
