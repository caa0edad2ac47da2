// Kernels around a contraction against the reference in double: shapes, layouts, types, prologues, epilogues.
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

static std::string matmul(int64_t m, int64_t n, int64_t k) {
  std::string M = std::to_string(m), N = std::to_string(n), K = std::to_string(k);
  return "func.func @f(%a: tensor<" + M + "x" + K + "xf32>, %b: tensor<" + K + "x" + N + "xf32>) -> tensor<" +
         M + "x" + N + "xf32> {\n  %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<" +
         M + "x" + K + "xf32>, tensor<" + K + "x" + N + "xf32>) -> tensor<" + M + "x" + N +
         "xf32>\n  return %0 : tensor<" + M + "x" + N + "xf32>\n}\n";
}

TEST_CASE("bare products of odd sizes, B constant or in place") {
  for (auto [m, n, k] : {std::tuple<int64_t, int64_t, int64_t>{128, 96, 64},
                         {127, 300, 77},
                         {1, 513, 40},
                         {5, 7, 3},
                         {3, 1, 9},
                         {17, 48, 1},
                         {8, 16, 16},
                         {64, 31, 130},
                         {200, 1000, 20}})
    for (std::vector<unsigned> constants : {std::vector<unsigned>{}, {1}}) {
      INFO(m << "x" << n << "x" << k << " constants " << constants.size());
      check({matmul(m, n, k), {}, constants}, 2e-6);
    }
}

TEST_CASE("batches, shared operands and operands in any order of dims") {
  // Attention scores from [B, S, H, D] in place: heads inside, K transposed in registers.
  check({R"(func.func @f(%q: tensor<2x13x3x20xf32>, %k: tensor<2x29x3x20xf32>) -> tensor<2x3x13x29xf32> {
    %0 = graph.contract %q, %k batch [0, 2] x [0, 2] contract [3] x [3]
        : (tensor<2x13x3x20xf32>, tensor<2x29x3x20xf32>) -> tensor<2x3x13x29xf32>
    return %0 : tensor<2x3x13x29xf32>
  })",
         {},
         {}},
        2e-6);
  // Probabilities times values, the result transposed back to [B, S, H, D] as it is written.
  check({R"(func.func @f(%p: tensor<2x3x13x29xf32>, %v: tensor<2x29x3x20xf32>) -> tensor<2x13x60xf32> {
    %0 = graph.contract %p, %v batch [0, 1] x [0, 2] contract [3] x [1]
        : (tensor<2x3x13x29xf32>, tensor<2x29x3x20xf32>) -> tensor<2x3x13x20xf32>
    %1 = graph.transpose %0 perm [0, 2, 1, 3] : tensor<2x3x13x20xf32> -> tensor<2x13x3x20xf32>
    %2 = graph.reshape %1 : tensor<2x13x3x20xf32> -> tensor<2x13x60xf32>
    return %2 : tensor<2x13x60xf32>
  })",
         {},
         {}},
        2e-6);
  // A transposed in the kernel, B shared by the batch entries.
  check({R"(func.func @f(%a: tensor<3x11x19xf32>, %b: tensor<11x37xf32>) -> tensor<3x19x37xf32> {
    %0 = graph.transpose %a perm [0, 2, 1] : tensor<3x11x19xf32> -> tensor<3x19x11xf32>
    %1 = graph.contract %0, %b batch [] x [] contract [2] x [0] : (tensor<3x19x11xf32>, tensor<11x37xf32>) -> tensor<3x19x37xf32>
    return %1 : tensor<3x19x37xf32>
  })",
         {},
         {1}},
        2e-6);
  // Constant weights in the order [N, K] and per batch entry.
  check({R"(func.func @f(%a: tensor<4x9x33xf32>, %b: tensor<4x50x33xf32>) -> tensor<4x9x50xf32> {
    %0 = graph.contract %a, %b batch [0] x [0] contract [2] x [2] : (tensor<4x9x33xf32>, tensor<4x50x33xf32>) -> tensor<4x9x50xf32>
    return %0 : tensor<4x9x50xf32>
  })",
         {},
         {1}},
        2e-6);
  // Two contracted dims that merge; several free dims on both sides.
  for (std::vector<unsigned> constants : {std::vector<unsigned>{}, {1}})
    check({R"(func.func @f(%a: tensor<5x6x4x10xf32>, %b: tensor<4x10x3x7xf32>) -> tensor<5x6x3x7xf32> {
      %0 = graph.contract %a, %b batch [] x [] contract [2, 3] x [0, 1] : (tensor<5x6x4x10xf32>, tensor<4x10x3x7xf32>) -> tensor<5x6x3x7xf32>
      return %0 : tensor<5x6x3x7xf32>
    })",
           {},
           constants},
          2e-6);
  // Matrix times vector and vector times matrix.
  check({R"(func.func @f(%a: tensor<70x31xf32>, %b: tensor<31xf32>) -> tensor<70xf32> {
    %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<70x31xf32>, tensor<31xf32>) -> tensor<70xf32>
    return %0 : tensor<70xf32>
  })",
         {},
         {}},
        2e-6);
  check({R"(func.func @f(%a: tensor<31xf32>, %b: tensor<31x70xf32>) -> tensor<70xf32> {
    %0 = graph.contract %a, %b batch [] x [] contract [0] x [0] : (tensor<31xf32>, tensor<31x70xf32>) -> tensor<70xf32>
    return %0 : tensor<70xf32>
  })",
         {},
         {}},
        2e-6);
  check({R"(func.func @f(%a: tensor<31xf32>, %b: tensor<31xf32>) -> tensor<f32> {
    %0 = graph.contract %a, %b batch [] x [] contract [0] x [0] : (tensor<31xf32>, tensor<31xf32>) -> tensor<f32>
    return %0 : tensor<f32>
  })",
         {},
         {}},
        2e-6);
}

TEST_CASE("what is element-wise behind the product runs on its tile") {
  // Bias, GELU by erf, residual; two outputs of which one is before the activation.
  check(
      {R"(func.func @f(%a: tensor<37x40xf32>, %b: tensor<40x100xf32>, %bias: tensor<100xf32>, %r: tensor<37x100xf32>)
      -> (tensor<37x100xf32>, tensor<37x100xf32>) {
    %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<37x40xf32>, tensor<40x100xf32>) -> tensor<37x100xf32>
    %1 = graph.broadcast %bias dims [1] : tensor<100xf32> -> tensor<37x100xf32>
    %2 = graph.map add %0, %1 : (tensor<37x100xf32>, tensor<37x100xf32>) -> tensor<37x100xf32>
    %c = graph.constant dense<0.70710678> : tensor<37x100xf32>
    %3 = graph.map mul %2, %c : (tensor<37x100xf32>, tensor<37x100xf32>) -> tensor<37x100xf32>
    %4 = graph.map erf %3 : (tensor<37x100xf32>) -> tensor<37x100xf32>
    %5 = graph.map fma %2, %4, %r : (tensor<37x100xf32>, tensor<37x100xf32>, tensor<37x100xf32>) -> tensor<37x100xf32>
    return %5, %2 : tensor<37x100xf32>, tensor<37x100xf32>
  })",
       {},
       {1}},
      4e-6);
  // A bias per row, a mask that broadcasts over heads, a scalar scale, a comparison as output.
  check(
      {R"(func.func @f(%a: tensor<2x3x9x8xf32>, %b: tensor<2x3x8x21xf32>, %row: tensor<9x1xf32>, %mask: tensor<2x1x9x21xi1>)
      -> (tensor<2x3x9x21xf32>, tensor<2x3x9x21xi1>) {
    %0 = graph.contract %a, %b batch [0, 1] x [0, 1] contract [3] x [2] : (tensor<2x3x9x8xf32>, tensor<2x3x8x21xf32>) -> tensor<2x3x9x21xf32>
    %1 = graph.broadcast %row dims [2, 3] : tensor<9x1xf32> -> tensor<2x3x9x21xf32>
    %2 = graph.map add %0, %1 : (tensor<2x3x9x21xf32>, tensor<2x3x9x21xf32>) -> tensor<2x3x9x21xf32>
    %3 = graph.broadcast %mask dims [0, 1, 2, 3] : tensor<2x1x9x21xi1> -> tensor<2x3x9x21xi1>
    %c = graph.constant dense<-1.0e4> : tensor<2x3x9x21xf32>
    %4 = graph.map select %3, %2, %c : (tensor<2x3x9x21xi1>, tensor<2x3x9x21xf32>, tensor<2x3x9x21xf32>) -> tensor<2x3x9x21xf32>
    %5 = graph.map gt %4, %1 : (tensor<2x3x9x21xf32>, tensor<2x3x9x21xf32>) -> tensor<2x3x9x21xi1>
    return %4, %5 : tensor<2x3x9x21xf32>, tensor<2x3x9x21xi1>
  })",
       {},
       {}},
      2e-6);
  // An output transposed to [N, M], and one cast.
  check(
      {R"(func.func @f(%a: tensor<37x40xf32>, %b: tensor<40x50xf32>) -> (tensor<50x37xf32>, tensor<37x50xf16>) {
    %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<37x40xf32>, tensor<40x50xf32>) -> tensor<37x50xf32>
    %1 = graph.transpose %0 perm [1, 0] : tensor<37x50xf32> -> tensor<50x37xf32>
    %2 = graph.map exp %1 : (tensor<50x37xf32>) -> tensor<50x37xf32>
    %3 = graph.cast %0 : tensor<37x50xf32> to tensor<37x50xf16>
    return %2, %3 : tensor<50x37xf32>, tensor<37x50xf16>
  })",
       {},
       {}},
      1e-3);
}

TEST_CASE("row reductions behind the product, and what follows them") {
  // Softmax over the columns.
  check({R"(func.func @f(%a: tensor<2x19x24xf32>, %b: tensor<2x24x75xf32>) -> tensor<2x19x75xf32> {
    %0 = graph.contract %a, %b batch [0] x [0] contract [2] x [1] : (tensor<2x19x24xf32>, tensor<2x24x75xf32>) -> tensor<2x19x75xf32>
    %m = graph.reduce max %0 dims [2] : tensor<2x19x75xf32> -> tensor<2x19xf32>
    %mb = graph.broadcast %m dims [0, 1] : tensor<2x19xf32> -> tensor<2x19x75xf32>
    %s = graph.map sub %0, %mb : (tensor<2x19x75xf32>, tensor<2x19x75xf32>) -> tensor<2x19x75xf32>
    %e = graph.map exp %s : (tensor<2x19x75xf32>) -> tensor<2x19x75xf32>
    %t = graph.reduce sum %e dims [2] : tensor<2x19x75xf32> -> tensor<2x19xf32>
    %tb = graph.broadcast %t dims [0, 1] : tensor<2x19xf32> -> tensor<2x19x75xf32>
    %r = graph.map div %e, %tb : (tensor<2x19x75xf32>, tensor<2x19x75xf32>) -> tensor<2x19x75xf32>
    return %r : tensor<2x19x75xf32>
  })",
         {},
         {}},
        4e-6);
  // LayerNorm of product + residual; the mean leaves too.
  for (int columnTile : {48, 384}) {
    loopopt::ContractionSchedule schedule;
    schedule.columnTile = columnTile;
    check(
        {R"(func.func @f(%a: tensor<21x30xf32>, %b: tensor<30x200xf32>, %r: tensor<21x200xf32>, %g: tensor<200xf32>)
        -> (tensor<21x200xf32>, tensor<21x1xf32>) {
      %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<21x30xf32>, tensor<30x200xf32>) -> tensor<21x200xf32>
      %1 = graph.map add %0, %r : (tensor<21x200xf32>, tensor<21x200xf32>) -> tensor<21x200xf32>
      %s = graph.reduce sum %1 dims [1] : tensor<21x200xf32> -> tensor<21xf32>
      %k = graph.constant dense<0.005> : tensor<21x1xf32>
      %s1 = graph.reshape %s : tensor<21xf32> -> tensor<21x1xf32>
      %m = graph.map mul %s1, %k : (tensor<21x1xf32>, tensor<21x1xf32>) -> tensor<21x1xf32>
      %mb = graph.broadcast %m dims [0, 1] : tensor<21x1xf32> -> tensor<21x200xf32>
      %d = graph.map sub %1, %mb : (tensor<21x200xf32>, tensor<21x200xf32>) -> tensor<21x200xf32>
      %q = graph.map mul %d, %d : (tensor<21x200xf32>, tensor<21x200xf32>) -> tensor<21x200xf32>
      %v = graph.reduce sum %q dims [1] : tensor<21x200xf32> -> tensor<21xf32>
      %v1 = graph.reshape %v : tensor<21xf32> -> tensor<21x1xf32>
      %v2 = graph.map mul %v1, %k : (tensor<21x1xf32>, tensor<21x1xf32>) -> tensor<21x1xf32>
      %v3 = graph.map rsqrt %v2 : (tensor<21x1xf32>) -> tensor<21x1xf32>
      %vb = graph.broadcast %v3 dims [0, 1] : tensor<21x1xf32> -> tensor<21x200xf32>
      %n = graph.map mul %d, %vb : (tensor<21x200xf32>, tensor<21x200xf32>) -> tensor<21x200xf32>
      %gb = graph.broadcast %g dims [1] : tensor<200xf32> -> tensor<21x200xf32>
      %y = graph.map mul %n, %gb : (tensor<21x200xf32>, tensor<21x200xf32>) -> tensor<21x200xf32>
      return %y, %m : tensor<21x200xf32>, tensor<21x1xf32>
    })",
         {},
         {1},
         &schedule},
        4e-6);
  }
}

/// RMSNorm -> product -> bias, GELU (tanh form), residual -> row sum and row sum of squares.
static std::string proof(const std::string &m, int64_t n, int64_t k) {
  std::string N = std::to_string(n), K = std::to_string(k), dims = m == "?" ? ", #graph.dims<\"m\", " : "";
  auto t = [&](const std::string &columns) {
    return "tensor<" + m + "x" + columns + "xf32" + (dims.empty() ? "" : dims + columns + ">") + ">";
  };
  std::string A = t(K), C = t(N),
              R = m == "?" ? "tensor<?xf32, #graph.dims<\"m\">>" : "tensor<" + m + "xf32>";
  std::string text = "func.func @f(%x: " + A + ", %g: tensor<" + K + "xf32>, %w: tensor<" + K + "x" + N +
                     "xf32>, %bias: tensor<" + N + "xf32>, %res: " + C + ") -> (" + C + ", " + R + ", " + R +
                     ") {\n";
  auto map = [&](const std::string &name, const std::string &fn, std::vector<std::string> operands,
                 const std::string &type) {
    std::string list, types;
    for (size_t i = 0; i < operands.size(); ++i) {
      list += (i ? ", " : "") + operands[i];
      types += (i ? ", " : "") + type;
    }
    text += "  " + name + " = graph.map " + fn + " " + list + " : (" + types + ") -> " + type + "\n";
  };
  auto constant = [&](const std::string &name, const std::string &value, const std::string &type) {
    text += "  " + name + "s = graph.constant dense<" + value + "> : tensor<f32>\n  " + name +
            " = graph.broadcast " + name + "s dims [] : tensor<f32> -> " + type + "\n";
  };
  map("%xx", "mul", {"%x", "%x"}, A);
  text += "  %ss = graph.reduce sum %xx dims [1] : " + A + " -> " + R + "\n";
  constant("%ik", std::to_string(1.0 / k), R);
  constant("%eps", "1.0e-5", R);
  map("%ms", "fma", {"%ss", "%ik", "%eps"}, R);
  map("%rs", "rsqrt", {"%ms"}, R);
  text += "  %rb = graph.broadcast %rs dims [0] : " + R + " -> " + A + "\n";
  text += "  %gb = graph.broadcast %g dims [1] : tensor<" + K + "xf32> -> " + A + "\n";
  map("%xn", "mul", {"%x", "%rb"}, A);
  map("%an", "mul", {"%xn", "%gb"}, A);
  text += "  %c = graph.contract %an, %w batch [] x [] contract [1] x [0] : (" + A + ", tensor<" + K + "x" +
          N + "xf32>) -> " + C + "\n";
  text += "  %bb = graph.broadcast %bias dims [1] : tensor<" + N + "xf32> -> " + C + "\n";
  constant("%h", "0.5", C);
  constant("%k1", "0.044715", C);
  constant("%k2", "0.7978845608", C);
  constant("%one", "1.0", C);
  map("%x0", "add", {"%c", "%bb"}, C);
  map("%x2", "mul", {"%x0", "%x0"}, C);
  map("%x3", "mul", {"%x2", "%x0"}, C);
  map("%t1", "fma", {"%x3", "%k1", "%x0"}, C);
  map("%t2", "mul", {"%t1", "%k2"}, C);
  map("%t3", "tanh", {"%t2"}, C);
  map("%t4", "add", {"%t3", "%one"}, C);
  map("%t5", "mul", {"%x0", "%h"}, C);
  map("%y", "fma", {"%t4", "%t5", "%res"}, C);
  text += "  %s = graph.reduce sum %y dims [1] : " + C + " -> " + R + "\n";
  map("%yy", "mul", {"%y", "%y"}, C);
  text += "  %q = graph.reduce sum %yy dims [1] : " + C + " -> " + R + "\n";
  return text + "  return %y, %s, %q : " + C + ", " + R + ", " + R + "\n}\n";
}

TEST_CASE("RMSNorm, product, bias, GELU, residual and row statistics are one kernel") {
  check({proof("128", 96, 64), {}, {2}}, 4e-6);
  check({proof("127", 3000, 770), {}, {2}}, 4e-6);
  for (int64_t m : {1, 5, 16, 127, 129})
    check({proof("?", 3000, 770), {{"m", m}}, {2}}, 4e-6);
}

TEST_CASE("constants inside the kernel, and integers and narrow floats") {
  check({R"(func.func @f(%a: tensor<9x12xf32>, %b: tensor<12x5xf32>) -> tensor<9x5xf32> {
    %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<9x12xf32>, tensor<12x5xf32>) -> tensor<9x5xf32>
    %c = graph.constant dense<[1.0, -2.0, 3.0, 0.5, 7.0]> : tensor<5xf32>
    %1 = graph.broadcast %c dims [1] : tensor<5xf32> -> tensor<9x5xf32>
    %2 = graph.map add %0, %1 : (tensor<9x5xf32>, tensor<9x5xf32>) -> tensor<9x5xf32>
    return %2 : tensor<9x5xf32>
  })",
         {},
         {}},
        2e-6);
  for (std::string type : {"i32", "i64", "ui8", "i8", "ui32"})
    for (std::vector<unsigned> constants : {std::vector<unsigned>{}, {1}})
      check({"func.func @f(%a: tensor<9x12x" + type + ">, %b: tensor<12x21x" + type + ">) -> tensor<9x21x" +
                 type + "> {\n  %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<9x12x" +
                 type + ">, tensor<12x21x" + type + ">) -> tensor<9x21x" + type +
                 ">\n  return %0 : tensor<9x21x" + type + ">\n}",
             {},
             constants},
            0);
  for (std::string type : {"f16", "bf16", "f64"})
    for (std::vector<unsigned> constants : {std::vector<unsigned>{}, {1}})
      check({"func.func @f(%a: tensor<9x12x" + type + ">, %b: tensor<21x12x" + type + ">) -> tensor<9x21x" +
                 type + "> {\n  %0 = graph.contract %a, %b batch [] x [] contract [1] x [1] : (tensor<9x12x" +
                 type + ">, tensor<21x12x" + type + ">) -> tensor<9x21x" + type +
                 ">\n  return %0 : tensor<9x21x" + type + ">\n}",
             {},
             constants},
            type == "f64"   ? 1e-14
            : type == "f16" ? 1e-3
                            : 8e-3);
  check({R"(func.func @f(%a: tensor<9x12xui8>, %b: tensor<12x21xi8>) -> tensor<9x21xi32> {
    %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<9x12xui8>, tensor<12x21xi8>) -> tensor<9x21xi32>
    return %0 : tensor<9x21xi32>
  })",
         {},
         {}},
        0);
}

/// A x B with rows named "m", B given as [K, N] or [N, K].
static std::string dynamicRows(int64_t n, int64_t k, bool transposed) {
  std::string N = std::to_string(n), K = std::to_string(k);
  std::string A = "tensor<?x" + K + "xf32, #graph.dims<\"m\", " + K + ">>";
  std::string C = "tensor<?x" + N + "xf32, #graph.dims<\"m\", " + N + ">>";
  std::string B = "tensor<" + (transposed ? N + "x" + K : K + "x" + N) + "xf32>";
  return "func.func @f(%a: " + A + ", %b: " + B + ") -> " + C +
         " {\n %0 = graph.contract %a, %b batch [] x [] contract [1] x [" + (transposed ? "1" : "0") +
         "] : (" + A + ", " + B + ") -> " + C + "\n return %0 : " + C + "\n}";
}

TEST_CASE("several passes over a long k, with row tails of every size") {
  for (int64_t m : {1, 3, 8, 15, 64, 71, 83})
    for (std::vector<unsigned> constants : {std::vector<unsigned>{}, {1}}) {
      INFO(m << " rows, constants " << constants.size());
      check({matmul(m, 101, 1501), {}, constants}, 4e-6);
      check({dynamicRows(101, 1501, false), {{"m", m}}, constants}, 4e-6);
      check({dynamicRows(53, 1501, true), {{"m", m}}, constants}, 4e-6);
    }
}

TEST_CASE("knobs: register tiles, blocks, orders and tails") {
  loopopt::ContractionSchedule base;
  base.rowBlock = 24;
  base.columnTile = 96;
  for (int64_t kBlock : {0, 7, 64})
    for (auto tail : {loopopt::TailPolicy::Clamp, loopopt::TailPolicy::Narrow})
      for (bool rowsOutside : {false, true})
        for (int64_t chunk : {0, 96})
          for (std::vector<unsigned> constants : {std::vector<unsigned>{}, {1}}) {
            loopopt::ContractionSchedule schedule = base;
            schedule.kBlock = kBlock;
            schedule.tail = tail;
            schedule.rowsOutside = rowsOutside;
            schedule.columnChunk = chunk;
            check({matmul(61, 203, 90), {}, constants, &schedule}, 2e-6);
            if (!chunk)
              check({proof("61", 203, 90), {}, {2}, &schedule}, 4e-6);
          }
}

TEST_CASE("vectors of any width give equal bits") {
  for (std::vector<unsigned> constants : {std::vector<unsigned>{}, {1}})
    for (int64_t m : {1, 61}) {
      std::vector<std::vector<std::byte>> results;
      for (std::string_view cpu : {"x86-64-v3", "x86-64-v4"}) {
        SeamCase test{matmul(m, 203, 1501), {}, constants};
        test.target = *cpu::TargetDescription::named(cpu);
        PreparedSeamCase prepared(test, 7);
        REQUIRE(prepared.outcome().failure.empty());
        REQUIRE(prepared.run(0, prepared.outcome().tiles));
        results.push_back(prepared.output(0));
      }
      CHECK(results[0] == results[1]);
    }
}

TEST_CASE("processors without wide vectors or fused multiply-add") {
  for (std::string_view cpu : {"x86-64-v3", "x86-64-v2"}) {
    SeamCase test{matmul(37, 100, 29), {}, {1}};
    test.target = *cpu::TargetDescription::named(cpu);
    check(test, 2e-6);
    test.constants = {};
    check(test, 2e-6);
    SeamCase fused{proof("37", 100, 50), {}, {2}};
    fused.target = test.target;
    check(fused, 4e-6);
  }
}

TEST_CASE("what cannot be expressed is refused with the op in the way") {
  SeamOutcome twice = runSeamCase({R"(func.func @f(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %0 = graph.contract %a, %a batch [] x [] contract [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = graph.contract %0, %a batch [] x [] contract [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    return %1 : tensor<4x4xf32>
  })"});
  CHECK(twice.failure == "refused: two anchors in one kernel");
  CHECK(twice.blockingOp == "graph.contract");
  SeamOutcome columns =
      runSeamCase({R"(func.func @f(%a: tensor<4x5xf32>, %b: tensor<5x6xf32>) -> tensor<6xf32> {
    %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<4x5xf32>, tensor<5x6xf32>) -> tensor<4x6xf32>
    %1 = graph.reduce sum %0 dims [0] : tensor<4x6xf32> -> tensor<6xf32>
    return %1 : tensor<6xf32>
  })"});
  SeamCase oneRow{
      R"(func.func @f(%a: tensor<1x800xf32>, %b: tensor<800x600xf32>) -> (tensor<1x600xf32>, tensor<1xf32>) {
    %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (tensor<1x800xf32>, tensor<800x600xf32>) -> tensor<1x600xf32>
    %1 = graph.reduce sum %0 dims [1] : tensor<1x600xf32> -> tensor<1xf32>
    return %0, %1 : tensor<1x600xf32>, tensor<1xf32>
  })",
      {},
      {1}};
  oneRow.target.cores = 2;
  SeamOutcome idle = runSeamCase(oneRow);
  CHECK(idle.failure == "refused: a row reduction that would leave cores without tiles");
  CHECK(idle.blockingOp == "graph.reduce");
  oneRow.target.cores = 1;
  CHECK(runSeamCase(oneRow).failure.empty());
  CHECK(columns.failure == "refused: a reduction of the anchor's result over other dims than all of N");
  CHECK(columns.blockingOp == "graph.reduce");
}
