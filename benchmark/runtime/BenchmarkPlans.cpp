/// Chains of kernels of known cost.
#include "benchmark/runtime/BenchmarkPlans.h"

#include "benchmark/runtime/Figures.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace delos::runtime;

namespace delos::benchmark {
namespace {

constexpr int64_t elements = 16;

/// Multiplications per tile; about two per nanosecond until calibrated.
std::atomic<int64_t> tileSteps{20000};

/// Four independent chains of multiplications, so that neither latency nor a clock change of one unit
/// decides.
float multiply(int64_t steps, float seed) {
  float a = seed, b = seed + 1, c = seed + 2, d = seed + 3;
  for (int64_t i = 0; i < steps; i += 4) {
    a = a * 0.5f + 1;
    b = b * 0.5f + 1;
    c = c * 0.5f + 1;
    d = d * 0.5f + 1;
    asm volatile("" : "+x"(a), "+x"(b), "+x"(c), "+x"(d));
  }
  return a + b + c + d;
}

std::shared_ptr<Plan> makePlan(const std::vector<Link> &links) {
  auto plan = std::make_shared<Plan>();
  Formula length = Formula::constant(elements), bytes = Formula::constant(elements * 4);
  plan->inputs = {{"x", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {length}, {""}}};
  plan->outputs = {{"y", ValueKind::Tensor, DELOS_DTYPE_FLOAT32, {length}, {""}}};
  plan->buffers = {{BufferKind::Input, 0, {}, bytes}};
  Segment segment;
  for (size_t i = 0; i < links.size(); ++i) {
    auto position = static_cast<int32_t>(i);
    bool isLast = i + 1 == links.size();
    plan->kernels.push_back({"kernel",
                             {},
                             1,
                             1,
                             {},
                             Formula::constant(links[i].tiles),
                             Formula::constant(0),
                             links[i].seconds,
                             0,
                             0});
    plan->buffers.push_back({isLast ? BufferKind::Output : BufferKind::Arena, 0, plan->arenaBytes, bytes});
    if (!isLast)
      plan->arenaBytes = plan->arenaBytes + bytes;
    segment.launches.push_back(
        {position, {position, position + 1}, {}, static_cast<double>(links.size() - i)});
    if (i > 0)
      segment.launches.back().predecessors = {position - 1};
  }
  plan->body.instructions.push_back({segment});
  return plan;
}

[[noreturn]] void fail(const absl::Status &status) {
  std::fprintf(stderr, "executor-benchmark: %s\n", status.ToString().c_str());
  std::exit(1);
}

} // namespace

int32_t touch(void *const *buf, const int64_t *, void *, int64_t, int64_t) {
  static_cast<float *>(buf[1])[0] = static_cast<const float *>(buf[0])[0] + 1;
  return DELOS_KERNEL_OK;
}

int32_t work(void *const *buf, const int64_t *, void *, int64_t begin, int64_t end) {
  float seed = static_cast<const float *>(buf[0])[0];
  float result = multiply((end - begin) * tileSteps.load(std::memory_order_relaxed), seed);
  static_cast<float *>(buf[1])[begin % elements] = result;
  return DELOS_KERNEL_OK;
}

Link workOf(int64_t count) { return {work, count, static_cast<double>(count) * workTileSeconds}; }

void calibrate() {
  constexpr int64_t steps = 4000000;
  double fastest = 1;
  for (int i = 0; i < 10; ++i) {
    double start = now();
    volatile float sink = multiply(steps, 1);
    (void)sink;
    fastest = std::min(fastest, now() - start);
  }
  tileSteps = static_cast<int64_t>(workTileSeconds / fastest * steps);
}

ChainRunner::ChainRunner(const std::vector<Link> &links, WorkerPool *pool, int threads)
    : input(elements), output(elements), shape{elements} {
  std::vector<DelosKernelFn> kernels;
  for (const Link &link : links)
    kernels.push_back(link.kernel);
  auto made = Executor::create(makePlan(links), kernels, {threads, pool});
  if (!made.ok())
    fail(made.status());
  executor = *std::move(made);
  views = {{DELOS_DTYPE_FLOAT32, shape, {}, input.data()}};
}

void ChainRunner::run() {
  auto provide = [&](size_t, std::span<const int64_t>, int64_t) -> absl::StatusOr<void *> {
    return output.data();
  };
  if (absl::Status status = executor->run(views, provide); !status.ok())
    fail(status);
}

double ChainRunner::medianSeconds(int count) {
  std::vector<double> seconds;
  for (int i = 0; i < count; ++i) {
    double start = now();
    run();
    seconds.push_back(now() - start);
  }
  return median(seconds);
}

} // namespace delos::benchmark
