/// The executor with hand-written kernels.
#include "runtime/executor/Executor.h"

#include "PlanBuilder.h"
#include "runtime/executor/LaunchSizes.h"
#include "runtime/threads/HostWorkers.h"
#include "runtime/threads/ThreadPool.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <mutex>
#include <random>
#include <set>
#include <thread>

using namespace delos::runtime;

namespace {

constexpr int64_t tileSize = 8;

Formula tilesOf(const Formula &length) {
  return Formula::binary(FormulaOp::CeilDiv, length, Formula::constant(tileSize));
}

/// out = in0 + in1 over tiles of 8 elements; scratch is written to show that nobody else uses it.
int32_t addTiled(void *const *buf, const int64_t *dim, void *scratch, int64_t begin, int64_t end) {
  auto *a = static_cast<const float *>(buf[0]), *b = static_cast<const float *>(buf[1]);
  auto *out = static_cast<float *>(buf[2]);
  auto *partial = static_cast<float *>(scratch);
  for (int64_t i = begin * tileSize; i < std::min(end * tileSize, dim[0]); ++i) {
    partial[i % 16] = a[i] + b[i];
    out[i] = partial[i % 16];
  }
  return DELOS_KERNEL_OK;
}

int32_t addOne(void *const *buf, const int64_t *dim, void *, int64_t, int64_t) {
  for (int64_t i = 0; i < dim[0]; ++i)
    static_cast<float *>(buf[1])[i] = static_cast<const float *>(buf[0])[i] + 1;
  return DELOS_KERNEL_OK;
}

int32_t failWithIndex(void *const *, const int64_t *, void *, int64_t, int64_t) {
  return DELOS_KERNEL_INDEX_OUT_OF_RANGE;
}

int32_t touchNothing(void *const *, const int64_t *, void *, int64_t, int64_t) { return DELOS_KERNEL_OK; }

TensorView view(std::vector<float> &values, const std::vector<int64_t> &shape) {
  return {DELOS_DTYPE_FLOAT32, shape, {}, values.data()};
}

/// Runs on f32 vectors and returns the outputs.
absl::StatusOr<std::vector<std::vector<float>>>
runOn(Executor &executor, std::vector<std::vector<float>> inputs, const RunSettings &settings = {}) {
  std::vector<std::vector<int64_t>> shapes;
  for (auto &input : inputs)
    shapes.push_back({static_cast<int64_t>(input.size())});
  std::vector<TensorView> views;
  for (size_t i = 0; i < inputs.size(); ++i)
    views.push_back(view(inputs[i], shapes[i]));
  std::vector<std::vector<float>> outputs(executor.plan().outputs.size());
  absl::Status status = executor.run(
      views,
      [&](size_t index, std::span<const int64_t>, int64_t bytes) -> absl::StatusOr<void *> {
        outputs[index].assign(bytes / 4 + 1, -1);
        outputs[index].resize(bytes / 4);
        return outputs[index].data();
      },
      settings);
  if (!status.ok())
    return status;
  return outputs;
}

std::unique_ptr<Executor> make(PlanBuilder &builder, WorkerPool *pool = nullptr, int threads = 0) {
  auto functions = builder.functions;
  auto executor = Executor::create(builder.build(), functions, {threads, pool});
  REQUIRE(executor.status().ToString() == "OK");
  return std::move(*executor);
}

/// A random graph of additions with the values it must give: every output element of launch t is a sum over
/// paths.
struct RandomGraph {
  PlanBuilder builder{PlanBuilder::dynamic()};
  std::vector<std::pair<int32_t, int32_t>> operands;

  explicit RandomGraph(std::mt19937 &random, double seconds) {
    Formula n = Formula::symbol(0);
    std::vector<int32_t> buffers = {builder.input("x"), builder.input("y")}, writers = {-1, -1};
    int32_t tiled = builder.kernel(addTiled, 2, tilesOf(n), seconds);
    int32_t serial = builder.kernel(addTiled, 2, Formula::constant(0) + tilesOf(n), 1e-9);
    for (int32_t launch = 0, count = 1 + random() % 60; launch < count; ++launch) {
      auto a = static_cast<int32_t>(random() % buffers.size()),
           b = static_cast<int32_t>(random() % buffers.size());
      bool isLast = launch == count - 1;
      int32_t result = isLast ? builder.output("z") : builder.temporary();
      std::set<int32_t> after;
      for (int32_t operand : {a, b})
        if (writers[operand] >= 0)
          after.insert(writers[operand]);
      builder.launch(random() % 2 ? tiled : serial, {buffers[a], buffers[b], result},
                     {after.begin(), after.end()}, static_cast<double>(random() % 10));
      operands.push_back({a, b});
      buffers.push_back(result);
      writers.push_back(launch);
    }
  }

  float expected(float x, float y) const {
    std::vector<float> values = {x, y};
    for (auto [a, b] : operands)
      values.push_back(values[a] + values[b]);
    return values.back();
  }
};

void checkGraph(Executor &executor, const RandomGraph &graph, int64_t n, WorkerPool *pool = nullptr) {
  std::vector<float> x(n), y(n);
  for (int64_t i = 0; i < n; ++i)
    x[i] = static_cast<float>(i % 7) * 1e-3f, y[i] = static_cast<float>(i % 5) * 1e-3f;
  auto outputs = runOn(executor, {x, y}, {/*poison=*/true, nullptr, {}, pool});
  REQUIRE(outputs.ok());
  bool equal = (*outputs)[0].size() == static_cast<size_t>(n);
  for (int64_t i = 0; i < n; ++i)
    equal = equal && (*outputs)[0][i] == graph.expected(x[i], y[i]);
  REQUIRE(equal);
}

} // namespace

TEST_CASE("a chain of launches runs in order", "[executor]") {
  PlanBuilder builder = PlanBuilder::dynamic();
  int32_t x = builder.input("x"), t = builder.temporary(), y = builder.output("y");
  int32_t kernel = builder.kernel(addOne, 1, Formula::constant(1));
  builder.launch(kernel, {x, t}, {});
  builder.launch(kernel, {t, y}, {0});
  auto executor = make(builder);
  CHECK(executor->launchCount() == 2);
  for (int64_t n : {0, 1, 7, 1000}) {
    auto outputs = runOn(*executor, {std::vector<float>(n, 2.0f)});
    REQUIRE(outputs.ok());
    CHECK((*outputs)[0] == std::vector<float>(n, 4.0f));
  }
  CHECK(executor->runCount() == 4);
}

TEST_CASE("random graphs give the same values for any number of threads and sizes", "[executor]") {
  std::mt19937 random(5);
  for (int workers : {0, 1, 3}) {
    ThreadPool pool(workers);
    for (int round = 0; round < 25; ++round) {
      CAPTURE(workers, round);
      RandomGraph graph(random, round % 3 ? 1e-3 : 0);
      auto executor = make(graph.builder, &pool, round % 4);
      for (int64_t n : {0, 1, 13, 500, 500})
        checkGraph(*executor, graph, n);
    }
  }
}

TEST_CASE("one executable runs from several threads at once", "[executor]") {
  std::mt19937 random(9);
  ThreadPool pool(2);
  RandomGraph graph(random, 1e-3);
  auto executor = make(graph.builder, &pool);
  std::vector<std::thread> callers;
  std::atomic<int> failures{0};
  for (int caller = 0; caller < 6; ++caller)
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 20; ++round) {
        std::vector<float> x(100 + caller, 1e-3f), y(100 + caller, 2e-3f);
        auto outputs = runOn(*executor, {x, y});
        bool good =
            outputs.ok() && (*outputs)[0] == std::vector<float>(100 + caller, graph.expected(1e-3f, 2e-3f));
        failures += !good;
      }
    });
  for (std::thread &caller : callers)
    caller.join();
  CHECK(failures == 0);
  CHECK(executor->runCount() == 120);
}

TEST_CASE("graphs run on a host's threads as on the pool's", "[executor]") {
  /// Every task gets a thread, some of them late.
  struct ThreadedHost : TaskHost {
    ~ThreadedHost() override {
      for (std::thread &thread : threads)
        thread.join();
    }
    int workers() const override { return 3; }
    void schedule(void (*task)(void *), void *argument) override {
      std::lock_guard lock(mutex);
      threads.emplace_back([task, argument, late = threads.size() % 3 == 0] {
        if (late)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        task(argument);
      });
    }
    std::mutex mutex;
    std::vector<std::thread> threads;
  };
  std::mt19937 random(11);
  ThreadPool pool(1);
  for (int round = 0; round < 10; ++round) {
    ThreadedHost host;
    RandomGraph graph(random, 1e-3);
    auto executor = make(graph.builder, &pool);
    for (int64_t n : {1, 500, 77}) {
      HostWorkers workers(host);
      checkGraph(*executor, graph, n, &workers);
      checkGraph(*executor, graph, n);
    }
  }
}

TEST_CASE("a run is cancelled or timed out between tiles", "[executor]") {
  static std::atomic<bool> cancelled;
  static std::atomic<int> calls;
  auto cancelAtThird = [](void *const *, const int64_t *, void *, int64_t, int64_t) -> int32_t {
    if (calls.fetch_add(1) == 2)
      cancelled = true;
    return 0;
  };
  for (int workers : {0, 2}) {
    ThreadPool pool(workers);
    PlanBuilder builder = PlanBuilder::dynamic();
    int32_t x = builder.input("x"), t = builder.temporary(), y = builder.output("y");
    int32_t kernel = builder.kernel(cancelAtThird, 1, Formula::constant(1000), 1.0);
    builder.launch(kernel, {x, t}, {});
    builder.launch(builder.kernel(cancelAtThird, 1, Formula::constant(1)), {t, y}, {0});
    auto executor = make(builder, &pool);
    cancelled = false;
    calls = 0;
    RunSettings settings;
    settings.control.cancelled = &cancelled;
    absl::Status status = runOn(*executor, {{1, 2, 3}}, settings).status();
    CHECK(status.code() == absl::StatusCode::kCancelled);
    CHECK(calls <= 3 + workers);
    cancelled = true;
    CHECK(runOn(*executor, {{1, 2, 3}}, settings).status().code() == absl::StatusCode::kCancelled);
    settings.control = {nullptr, std::chrono::steady_clock::now()};
    CHECK(runOn(*executor, {{1, 2, 3}}, settings).status().code() == absl::StatusCode::kDeadlineExceeded);
    settings.control.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    CHECK(runOn(*executor, {{1, 2, 3}}, settings).ok());
  }
}

TEST_CASE("errors name the nodes of the failing launch, not those of its twin", "[executor]") {
  auto failOnNegative = [](void *const *buf, const int64_t *, void *, int64_t, int64_t) -> int32_t {
    auto value = *static_cast<const float *>(buf[0]);
    *static_cast<float *>(buf[1]) = value - 2;
    return value < 0 ? DELOS_KERNEL_INDEX_OUT_OF_RANGE : DELOS_KERNEL_OK;
  };
  PlanBuilder builder(Formula::constant(1));
  int32_t x = builder.input("x"), t = builder.temporary(), y = builder.output("y");
  int32_t kernel = builder.kernel(failOnNegative, 1, Formula::constant(1));
  builder.launch(kernel, {x, t}, {});
  builder.launch(kernel, {t, y}, {0}, 0, {"second", "third"});
  auto executor = make(builder);
  auto message = [&](float value) { return std::string(runOn(*executor, {{value}}).status().message()); };
  CHECK(message(-1).ends_with("in kernel 'kernel0', which computes node0"));
  CHECK(message(1).ends_with("in kernel 'kernel0', which computes second, third"));
}

TEST_CASE("claims are worth their cost, even out stragglers and cover all tiles", "[executor]") {
  auto covers = [](const LaunchSize &size) {
    return size.grain >= 1 && size.grain * size.claims >= size.tiles &&
           size.grain * (int64_t{size.claims} - 1) < std::max<int64_t>(size.tiles, 1);
  };
  for (int64_t tiles : {0L, 1L, 2L, 3L, 97L, 4096L, 1L << 40})
    for (double seconds : {0.0, 1e-9, 4e-6, 1e-4, 1.0, 1e6})
      for (int threads : {1, 2, 7, 300}) {
        CAPTURE(tiles, seconds, threads);
        CHECK(covers(sizeLaunch(tiles, seconds, threads)));
      }
  CHECK(sizeLaunch(1000, 2e-6, 2).claims == 1);
  CHECK(sizeLaunch(1000, 1e-3, 1).claims == 1);
  CHECK(sizeLaunch(1000, 20e-6, 2).claims == 4);
  CHECK(sizeLaunch(1000, 10e-3, 2).claims == 200);
  CHECK(sizeLaunch(3, 1.0, 2).claims == 3);
}

TEST_CASE("helpers are as many as pay", "[executor]") {
  /// `kernels` launches of 64 tiles, one after the other.
  auto sizeOf = [](int kernels, double seconds, int threads) {
    PreparedSegment segment;
    std::vector<LaunchSize> sizes;
    for (int32_t i = 0; i < kernels; ++i) {
      Task task;
      task.launch = i;
      task.isLink = true;
      if (i + 1 < kernels)
        task.successors = {i + 1};
      segment.tasks.push_back(task);
      segment.serialOrder.push_back(i);
      sizes.push_back(sizeLaunch(64, seconds, threads));
    }
    return sizeSegment(segment, sizes, threads);
  };
  CHECK(sizeOf(1000, 1e-6, 8).helpersAwake == 0);
  CHECK(sizeOf(1, 20e-6, 2).helpersAwake == 1);
  CHECK(sizeOf(1, 20e-6, 2).helpersAsleep == 0);
  CHECK(sizeOf(1, 100e-6, 2).helpersAsleep == 1);
  CHECK(sizeOf(4, 20e-6, 2).helpersAsleep == 1);
  CHECK(sizeOf(1, 100e-6, 8).helpersAsleep == 2);
  CHECK(sizeOf(1, 1.0, 8).helpersAsleep == 7);
  CHECK(sizeOf(3, 0, 8).helpersAsleep == 7);
  CHECK(sizeOf(3, 1.0, 8).sharedTasks == 3);
}

TEST_CASE("mistakes in the inputs are named", "[executor]") {
  PlanBuilder builder = PlanBuilder::dynamic();
  int32_t x = builder.input("left"), y = builder.input("right"), z = builder.output("z");
  builder.launch(builder.kernel(addTiled, 2, tilesOf(Formula::symbol(0))), {x, y, z}, {});
  auto executor = make(builder);
  auto message = [&](std::vector<std::vector<float>> inputs) {
    return std::string(runOn(*executor, std::move(inputs)).status().message());
  };
  CHECK(message({{1}}) == "expected 2 inputs ('left', 'right'), got 1");
  CHECK(message({{1, 2}, {1}}) == "input 'right': expected shape [n], got [1]: dimension 0 must be 2, got 1");
  std::vector<float> data(4);
  std::vector<int64_t> vector = {4}, matrix = {2, 2};
  auto none = [](size_t, std::span<const int64_t>, int64_t) -> absl::StatusOr<void *> { return nullptr; };
  std::vector<TensorView> wrongType = {view(data, vector), {DELOS_DTYPE_INT32, vector, {}, data.data()}};
  CHECK(executor->run(wrongType, none).message() == "input 'right': expected float32, got int32");
  std::vector<TensorView> wrongRank = {view(data, matrix), view(data, vector)};
  CHECK(executor->run(wrongRank, none).message() == "input 'left': expected shape [n], got [2, 2]");
  std::vector<TensorView> good = {view(data, vector), view(data, vector)};
  CHECK(executor->run(good, none).message() == "output 'z': has no data");
  auto aliasing = [&](size_t, std::span<const int64_t>, int64_t) -> absl::StatusOr<void *> {
    return data.data();
  };
  CHECK(executor->run(good, aliasing).message() == "output 'z' overlaps input 'left'");
}

TEST_CASE("a failing kernel ends the run with its nodes' names", "[executor]") {
  for (int workers : {0, 2}) {
    ThreadPool pool(workers);
    PlanBuilder builder = PlanBuilder::dynamic();
    int32_t x = builder.input("x"), t = builder.temporary(), y = builder.output("y");
    builder.launch(builder.kernel(failWithIndex, 1, Formula::constant(9)), {x, t}, {});
    builder.launch(builder.kernel(addOne, 1, Formula::constant(1)), {t, y}, {0});
    auto executor = make(builder, &pool);
    absl::Status status = runOn(*executor, {{1, 2, 3}}).status();
    CHECK(status.code() == absl::StatusCode::kOutOfRange);
    CHECK(status.message() ==
          "an index lies outside its tensor (1) in kernel 'kernel0', which computes node0");
    CHECK(executor->runCount() == 0);
  }
}

TEST_CASE("dense inputs are read in place, strided and misaligned ones are packed", "[executor]") {
  static const void *seen = nullptr;
  auto remember = [](void *const *buf, const int64_t *dim, void *, int64_t, int64_t) -> int32_t {
    seen = buf[0];
    std::memcpy(buf[1], buf[0], static_cast<size_t>(dim[0]) * 4);
    return 0;
  };
  PlanBuilder builder = PlanBuilder::dynamic();
  int32_t x = builder.input("x"), y = builder.output("y");
  builder.launch(builder.kernel(remember, 1, Formula::constant(1)), {x, y}, {});
  auto executor = make(builder);
  std::vector<float> data = {0, 1, 2, 3, 4, 5, 6, 7}, out(4);
  auto output = [&](size_t, std::span<const int64_t>, int64_t) -> absl::StatusOr<void *> {
    return out.data();
  };
  std::vector<int64_t> shape = {4}, two = {2}, backwards = {-1};
  std::vector<TensorView> dense = {view(data, shape)};
  REQUIRE(executor->run(dense, output).ok());
  CHECK(seen == data.data());
  CHECK(executor->inputCopyCount() == 0);
  std::vector<TensorView> strided = {{DELOS_DTYPE_FLOAT32, shape, two, data.data()}};
  REQUIRE(executor->run(strided, output).ok());
  CHECK(out == std::vector<float>{0, 2, 4, 6});
  std::vector<TensorView> reversed = {{DELOS_DTYPE_FLOAT32, shape, backwards, data.data() + 3}};
  REQUIRE(executor->run(reversed, output).ok());
  CHECK(out == std::vector<float>{3, 2, 1, 0});
  std::vector<char> bytes(17);
  std::memcpy(bytes.data() + 1, data.data(), 16);
  std::vector<TensorView> misaligned = {{DELOS_DTYPE_FLOAT32, shape, {}, bytes.data() + 1}};
  REQUIRE(executor->run(misaligned, output).ok());
  CHECK(out == std::vector<float>{0, 1, 2, 3});
  CHECK(executor->inputCopyCount() == 3);
}

TEST_CASE("poison shows what no kernel wrote", "[executor]") {
  PlanBuilder builder = PlanBuilder::dynamic();
  int32_t x = builder.input("x"), y = builder.output("y");
  builder.launch(builder.kernel(touchNothing, 1, Formula::constant(1)), {x, y}, {});
  auto executor = make(builder);
  auto outputs = runOn(*executor, {{1, 2}}, {/*poison=*/true});
  CHECK(std::isnan((*outputs)[0][1]));
}

TEST_CASE("copies carry inputs and constants to outputs", "[executor]") {
  PlanBuilder builder(Formula::constant(3));
  int32_t x = builder.input("x"), y = builder.output("y"), z = builder.output("z"),
          c = builder.constant({7, 8, 9});
  builder.plan.body.instructions.push_back({Copy{x, y}});
  builder.plan.body.instructions.push_back({Copy{c, z}});
  auto executor = make(builder);
  auto outputs = runOn(*executor, {{1, 2, 3}});
  REQUIRE(outputs.ok());
  CHECK((*outputs)[0] == std::vector<float>{1, 2, 3});
  CHECK((*outputs)[1] == std::vector<float>{7, 8, 9});
}

TEST_CASE("a trace accounts for every launch", "[executor]") {
  std::mt19937 random(2);
  ThreadPool pool(2);
  RandomGraph graph(random, 1e-3);
  auto executor = make(graph.builder, &pool);
  Trace trace;
  REQUIRE(runOn(*executor, {std::vector<float>(999), std::vector<float>(999)}, {false, &trace}).ok());
  std::set<int32_t> launches;
  for (const TraceEvent &event : trace.events) {
    launches.insert(event.launch);
    CHECK(event.begin <= event.end);
    CHECK(event.end <= trace.seconds);
  }
  CHECK(static_cast<int>(launches.size()) == executor->launchCount());
}

TEST_CASE("arena bytes are known before the run", "[executor]") {
  PlanBuilder builder = PlanBuilder::dynamic();
  int32_t x = builder.input("x"), t = builder.temporary(), y = builder.output("y");
  int32_t kernel = builder.kernel(addOne, 1, Formula::constant(1));
  builder.launch(kernel, {x, t}, {});
  builder.launch(kernel, {t, y}, {0});
  auto executor = make(builder);
  std::vector<float> data(100);
  std::vector<int64_t> shape = {100};
  CHECK(*executor->arenaBytes(std::vector<TensorView>{view(data, shape)}) == 448);
}

TEST_CASE("plans that the runtime cannot run are refused by name", "[executor]") {
  PlanBuilder builder(Formula::constant(3));
  int32_t x = builder.input("x"), y = builder.output("y");
  builder.plan.body.instructions.push_back({HostCall{"NonMaxSuppression", {"nms_0"}, {x}, {y}, {}}});
  auto refused = Executor::create(builder.build(), {});
  CHECK(refused.status().code() == absl::StatusCode::kUnimplemented);
  CHECK(refused.status().message() == "host call 'NonMaxSuppression' (nms_0) cannot run");
}

TEST_CASE("a lying plan cannot make kernels leave their buffers", "[executor]") {
  auto attempt = [](auto &&breakPlan) {
    PlanBuilder builder = PlanBuilder::dynamic();
    int32_t x = builder.input("x"), t = builder.temporary(), y = builder.output("y");
    int32_t kernel = builder.kernel(addOne, 1, Formula::constant(1));
    builder.launch(kernel, {x, t}, {});
    builder.launch(kernel, {t, y}, {0});
    breakPlan(builder.plan);
    auto executor = Executor::create(builder.build(), {addOne});
    return executor.ok() ? runOn(**executor, {{1, 2, 3}}).status() : executor.status();
  };
  CHECK(attempt([](Plan &) {}).ok());
  CHECK_FALSE(attempt([](Plan &p) { p.arenaBytes = Formula::constant(4); }).ok());
  CHECK_FALSE(attempt([](Plan &p) { p.buffers[1].offset = Formula::constant(-64); }).ok());
  CHECK_FALSE(attempt([](Plan &p) { p.buffers[1].offset = Formula::constant(4); }).ok());
  CHECK_FALSE(attempt([](Plan &p) { p.buffers[2].bytes = Formula::constant(400); }).ok());
  CHECK_FALSE(attempt([](Plan &p) { p.kernels[0].scratchBytes = Formula::constant(INT64_MAX); }).ok());
  CHECK_FALSE(attempt([](Plan &p) { p.arenaBytes = Formula::constant(INT64_MAX - 63); }).ok());
  CHECK_FALSE(attempt([](Plan &p) { p.outputs[0].shape[0] = Formula::constant(-1); }).ok());
}
