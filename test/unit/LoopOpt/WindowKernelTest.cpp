// Kernels around a convolution or pooling against the reference in double.
#include "test/unit/LoopOpt/SeamHarness.h"

#include <catch2/catch.hpp>

using namespace delos;
using namespace delos::test;

static void check(const SeamCase &test, double bound) {
  SeamOutcome outcome = runSeamCase(test);
  INFO(test.text);
  INFO(outcome.failure << " at " << outcome.blockingOp);
  REQUIRE(outcome.failure.empty());
  CHECK(outcome.error <= bound);
  CHECK(outcome.guardsIntact);
}

namespace {

/// A 2-d convolution of square windows.
struct Conv {
  int64_t n = 1, h = 9, w = 11, ic = 8, oc = 32, kernel = 3, stride = 1, dilation = 1, low = 1, high = 1,
          groups = 1;
  bool channelsLast = true;
  std::string epilogue = "none";

  int64_t out(int64_t size) const { return (size + low + high - (kernel - 1) * dilation - 1) / stride + 1; }
  std::string type(int64_t c, int64_t height, int64_t width, const std::string &element = "f32") const {
    auto s = [](int64_t v) { return std::to_string(v) + "x"; };
    return "tensor<" + s(n) + (channelsLast ? s(height) + s(width) + s(c) : s(c) + s(height) + s(width)) +
           element + ">";
  }
  std::string text() const {
    auto s = [](int64_t v) { return std::to_string(v); };
    auto pair = [&](int64_t v) { return "[" + s(v) + ", " + s(v) + "]"; };
    std::string x = type(ic, h, w), c = type(oc, out(h), out(w)), v = "tensor<" + s(oc) + "xf32>";
    std::string f = "tensor<" + s(oc) + "x" + s(ic / groups) + "x" + s(kernel) + "x" + s(kernel) + "xf32>";
    std::string t = "func.func @f(%x: " + x + ", %f: " + f + ", %v: " + v + ", %r: " + c + ") -> " + c +
                    " {\n %0 = graph.conv %x, %f strides " + pair(stride) + " dilations " + pair(dilation) +
                    " low " + pair(low) + " high " + pair(high);
    if (groups > 1)
      t += " groups " + s(groups);
    if (channelsLast)
      t += " channels_last";
    t += " : (" + x + ", " + f + ") -> " + c + "\n";
    if (epilogue == "none")
      return t + " return %0 : " + c + "\n}";
    t += " %b = graph.broadcast %v dims [" + s(channelsLast ? 3 : 1) + "] : " + v + " -> " + c +
         "\n %1 = graph.map add %0, %b : (" + c + ", " + c + ") -> " + c +
         "\n %2 = graph.map add %1, %r : (" + c + ", " + c + ") -> " + c +
         "\n %z = graph.constant dense<0.0> : " + c + "\n";
    if (epilogue == "relu")
      t += " %3 = graph.map max %2, %z : (" + c + ", " + c + ") -> " + c + "\n";
    else
      t += " %3 = graph.map tanh %2 : (" + c + ") -> " + c + "\n";
    return t + " return %3 : " + c + "\n}";
  }
};

} // namespace

TEST_CASE("convolutions of many shapes, with and without an epilogue") {
  std::vector<Conv> cases;
  auto add = [&](auto change) {
    Conv conv;
    change(conv);
    cases.push_back(conv);
  };
  add([](Conv &) {});
  add([](Conv &c) {
    c.kernel = 1;
    c.low = c.high = 0;
    c.oc = 48;
  });
  add([](Conv &c) {
    c.h = 15;
    c.w = 23;
    c.ic = 3;
    c.oc = 20;
    c.kernel = 7;
    c.stride = 2;
    c.low = c.high = 3;
  });
  add([](Conv &c) {
    c.stride = 2;
    c.low = 0;
    c.high = 1;
    c.w = 12;
    c.oc = 7;
  });
  add([](Conv &c) {
    c.dilation = 2;
    c.low = c.high = 2;
    c.oc = 64;
  });
  add([](Conv &c) {
    c.low = c.high = 0;
    c.ic = 5;
    c.oc = 100;
  });
  add([](Conv &c) {
    c.n = 3;
    c.h = 5;
    c.w = 4;
    c.ic = 16;
  });
  add([](Conv &c) {
    c.h = 1;
    c.w = 1;
    c.oc = 40;
  });
  add([](Conv &c) {
    c.groups = 4;
    c.ic = 16;
    c.oc = 24;
  });
  add([](Conv &c) {
    c.groups = 8;
    c.ic = 8;
    c.oc = 16;
  });
  add([](Conv &c) {
    c.groups = 20;
    c.ic = 20;
    c.oc = 20;
  });
  add([](Conv &c) {
    c.groups = 48;
    c.ic = 48;
    c.oc = 48;
    c.stride = 2;
    c.w = 31;
  });
  add([](Conv &c) {
    c.groups = 32;
    c.ic = 32;
    c.oc = 32;
    c.kernel = 5;
    c.low = c.high = 2;
    c.n = 2;
  });
  add([](Conv &c) {
    c.w = 70;
    c.h = 40;
    c.ic = 64;
    c.oc = 96;
  });
  add([](Conv &c) {
    c.n = 2;
    c.h = 21;
    c.w = 19;
    c.ic = 1;
    c.oc = 33;
  });
  add([](Conv &c) {
    c.h = 17;
    c.w = 40;
    c.ic = 4;
    c.kernel = 5;
    c.low = 3;
    c.high = 1;
    c.dilation = 2;
  });
  for (Conv conv : cases)
    for (bool channelsLast : {true, false})
      for (std::string epilogue : {"none", "relu", "tanh"}) {
        conv.channelsLast = channelsLast;
        conv.epilogue = epilogue;
        // The slope of tanh is 1 where its argument, a long sum, has an absolute error.
        check({conv.text(), {}, {1}}, epilogue == "tanh" ? 1e-4 : 3e-6);
      }
}

TEST_CASE("schedules with channel tiles and without sinking") {
  Conv conv;
  conv.oc = 96;
  conv.epilogue = "relu";
  for (bool rowsOutside : {true, false})
    for (bool sink : {true, false})
      for (int64_t rowTile : {1, 2, 9}) {
        loopopt::WindowSchedule schedule;
        schedule.mr = 5;
        schedule.rowTile = rowTile;
        schedule.channelTile = 32;
        schedule.rowsOutside = rowsOutside;
        schedule.sink = sink;
        SeamCase test{conv.text(), {}, {1}};
        test.windowSchedule = &schedule;
        check(test, 3e-6);
      }
}

TEST_CASE("Winograd's algorithm on borders, tails and many tiles") {
  std::vector<Conv> cases(7);
  cases[0].oc = 32;
  cases[1].h = 17;
  cases[1].w = 7;
  cases[1].ic = 13;
  cases[1].oc = 50;
  cases[2].n = 2;
  cases[2].h = cases[2].w = 12;
  cases[2].low = cases[2].high = 0;
  cases[2].ic = 32;
  cases[2].oc = 96;
  cases[3].low = 2;
  cases[3].high = 0;
  cases[3].ic = 40;
  cases[3].oc = 5;
  cases[4].h = 1;
  cases[4].w = 30;
  cases[5].h = 23;
  cases[5].w = 1;
  cases[5].oc = 64;
  cases[6].low = 0;
  cases[6].high = 2;
  cases[6].h = 31;
  cases[6].w = 33;
  for (const Conv &shape : cases)
    for (int64_t tile : {2, 4})
      for (int64_t rowTile : {4, 16})
        for (std::string epilogue : {"none", "relu", "tanh"}) {
          Conv conv = shape;
          conv.epilogue = epilogue;
          loopopt::WindowSchedule schedule;
          schedule.mr = rowTile == 4 ? 3 : 8;
          schedule.winograd = tile;
          schedule.rowTile = rowTile;
          SeamCase test{conv.text(), {}, {1}};
          test.windowSchedule = &schedule;
          check(test, (epilogue == "tanh" ? 1e-4 : 3e-6) * (tile == 4 ? 10 : 1));
        }
}

TEST_CASE("Winograd's algorithm is chosen where it pays, with symbolic rows and batch") {
  std::string x = R"(tensor<?x?x28x48xf32, #graph.dims<"n", "h", 28, 48>>)",
              y = R"(tensor<?x?x28x96xf32, #graph.dims<"n", "h", 28, 96>>)";
  std::string text = "func.func @f(%x: " + x + ", %f: tensor<96x48x3x3xf32>) -> " + y +
                     " {\n %0 = graph.conv %x, %f strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] "
                     "channels_last : (" +
                     x + ", tensor<96x48x3x3xf32>) -> " + y + "\n return %0 : " + y + "\n}";
  for (auto [n, h] : {std::pair<int64_t, int64_t>{1, 7}, {2, 1}, {1, 30}, {0, 5}, {3, 0}, {2, 19}})
    for (int64_t tile : {0, 2, 4}) {
      SeamCase test{text, {{"n", n}, {"h", h}}, {1}};
      test.target.winograd = tile;
      check(test, tile == 4 ? 3e-5 : 3e-6);
    }
}

TEST_CASE("convolutions have the same bits with any vector length") {
  Conv dense, few, depthwise, transformed;
  dense.ic = 24;
  dense.oc = 40;
  dense.epilogue = "relu";
  few.ic = 3;
  few.stride = 2;
  depthwise.groups = depthwise.ic = depthwise.oc = 40;
  transformed.h = 20;
  transformed.w = 17;
  transformed.ic = 48;
  transformed.oc = 64;
  for (const Conv &conv : {dense, few, depthwise, transformed}) {
    std::vector<std::vector<std::byte>> bits;
    for (const char *cpu : {"x86-64-v3", "x86-64-v4"}) {
      SeamCase test{conv.text(), {}, {1}};
      test.target = *cpu::TargetDescription::named(cpu);
      PreparedSeamCase prepared(test, 3);
      INFO(prepared.outcome().failure);
      REQUIRE(prepared.outcome().failure.empty());
      REQUIRE(prepared.run(0, prepared.outcome().tiles));
      bits.push_back(prepared.output(0));
    }
    CHECK(bits[0] == bits[1]);
  }
}

TEST_CASE("one and three spatial dims") {
  check({R"(func.func @f(%x: tensor<2x20x6xf32>, %f: tensor<9x6x5xf32>) -> tensor<2x10x9xf32> {
    %0 = graph.conv %x, %f strides [2] dilations [1] low [2] high [2] channels_last : (tensor<2x20x6xf32>, tensor<9x6x5xf32>) -> tensor<2x10x9xf32>
    return %0 : tensor<2x10x9xf32>
  })",
         {},
         {1}},
        3e-6);
  check({R"(func.func @f(%x: tensor<2x6x20xf32>, %f: tensor<9x6x5xf32>) -> tensor<2x9x10xf32> {
    %0 = graph.conv %x, %f strides [2] dilations [1] low [2] high [2] : (tensor<2x6x20xf32>, tensor<9x6x5xf32>) -> tensor<2x9x10xf32>
    return %0 : tensor<2x9x10xf32>
  })",
         {},
         {1}},
        3e-6);
  check({R"(func.func @f(%x: tensor<1x5x6x7x4xf32>, %f: tensor<18x4x3x3x3xf32>) -> tensor<1x5x3x7x18xf32> {
    %0 = graph.conv %x, %f strides [1, 2, 1] dilations [1, 1, 1] low [1, 1, 1] high [1, 1, 1] channels_last : (tensor<1x5x6x7x4xf32>, tensor<18x4x3x3x3xf32>) -> tensor<1x5x3x7x18xf32>
    return %0 : tensor<1x5x3x7x18xf32>
  })",
         {},
         {1}},
        3e-6);
}

TEST_CASE("pooling") {
  for (std::string kind : {"max", "min", "sum"})
    for (int64_t channels : {5, 32, 40}) {
      std::string c = std::to_string(channels);
      check({"func.func @f(%x: tensor<2x9x12x" + c + "xf32>) -> tensor<2x5x6x" + c +
                 "xf32> {\n %0 = graph.window_reduce " + kind +
                 " %x window [1, 3, 3, 1] strides [1, 2, 2, 1] dilations [1, 1, 1, 1] low [0, 1, 1, 0] : "
                 "tensor<2x9x12x" +
                 c + "xf32> -> tensor<2x5x6x" + c + "xf32>\n return %0 : tensor<2x5x6x" + c + "xf32>\n}",
             {},
             {}},
            3e-6);
      check({"func.func @f(%x: tensor<2x" + c + "x9x12xf32>) -> tensor<2x" + c +
                 "x4x6xf32> {\n %0 = graph.window_reduce " + kind +
                 " %x window [1, 1, 2, 2] strides [1, 1, 2, 2] dilations [1, 1, 1, 1] low [0, 0, 0, 0] : "
                 "tensor<2x" +
                 c + "x9x12xf32> -> tensor<2x" + c + "x4x6xf32>\n return %0 : tensor<2x" + c + "x4x6xf32>\n}",
             {},
             {}},
            3e-6);
    }
}

TEST_CASE("symbolic batch and sizes") {
  std::string text =
      R"(func.func @f(%x: tensor<?x?x?x16xf32, #graph.dims<"n", "h", "w", 16>>, %f: tensor<40x16x3x3xf32>, %b: tensor<40xf32>)
      -> tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>> {
    %0 = graph.conv %x, %f strides [1, 1] dilations [1, 1] low [1, 1] high [1, 1] channels_last
        : (tensor<?x?x?x16xf32, #graph.dims<"n", "h", "w", 16>>, tensor<40x16x3x3xf32>) -> tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>
    %1 = graph.broadcast %b dims [3] : tensor<40xf32> -> tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>
    %2 = graph.map add %0, %1 : (tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>, tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>) -> tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>
    %3 = graph.map tanh %2 : (tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>) -> tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>
    return %3 : tensor<?x?x?x40xf32, #graph.dims<"n", "h", "w", 40>>
  })";
  for (auto [n, h, w] : {std::tuple<int64_t, int64_t, int64_t>{1, 7, 5}, {2, 1, 1}, {1, 13, 37}, {3, 4, 17}})
    check({text, {{"n", n}, {"h", h}, {"w", w}}, {1}}, 2e-5);
}
