// delos-math-check: the largest error of each function of f32, over all its inputs or a sample, against its
// promise.
#include "test/math/FunctionTable.h"
#include "test/math/JitFunction.h"
#include "test/math/UlpComparison.h"

#include <CLI/CLI.hpp>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>

using namespace delos;
using namespace delos::test;

namespace {

struct Arguments {
  int64_t sample = 0;
  int64_t pairs = 1'000'000'000;
  std::string function, markdown;
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
};

/// What one function has shown.
struct Finding {
  WorstError fast, precise;
  int64_t inputs = 0, unequal = 0; ///< unequal: other bits on 256-bit vectors.
  double seconds = 0;
};

/// The code of one function: fast and precise for this machine, and the same for 256-bit vectors where this
/// machine has longer ones.
struct Forms {
  JitFunction code[2], narrow[2];

  static absl::StatusOr<Forms> compile(const MathFunction &function) {
    Forms forms;
    cpu::TargetDescription host = cpu::TargetDescription::host();
    auto avx2 = cpu::TargetDescription::named("x86-64-v3");
    for (bool precise : {false, true}) {
      host.preciseMath = avx2->preciseMath = precise;
      auto wide = compileFunction(function, host);
      auto narrow = compileFunction(function, host.vectorBits > 256 ? *avx2 : host);
      if (!wide.ok() || !narrow.ok())
        return wide.ok() ? narrow.status() : wide.status();
      forms.code[precise] = *wide, forms.narrow[precise] = *narrow;
    }
    return forms;
  }
};

/// Arguments of a block: consecutive bit patterns, patterns spread over all of them, or random pairs.
class Inputs {
public:
  Inputs(const MathFunction &function, const Arguments &arguments) : operands(function.operands) {
    constexpr int64_t all = int64_t(1) << 32;
    int64_t wanted = operands == 2      ? (arguments.sample ? arguments.sample : arguments.pairs)
                     : arguments.sample ? arguments.sample
                                        : all;
    blocks = (wanted + kBlock - 1) / static_cast<int64_t>(kBlock);
    // An odd step visits every pattern once before it repeats one.
    narrowEvery = blocks > 4096 ? 7 : 1;
    step = wanted >= all ? 1 : (all / (blocks * static_cast<int64_t>(kBlock))) | 1;
  }

  void fill(int64_t block, float *x, float *x2) const {
    std::mt19937_64 random(block);
    for (size_t i = 0; i < kBlock; ++i) {
      auto pattern =
          static_cast<uint32_t>((block * static_cast<int64_t>(kBlock) + static_cast<int64_t>(i)) * step);
      x[i] = std::bit_cast<float>(pattern);
      if (operands == 2)
        drawPair(random, x[i], x2[i]);
    }
  }

  int64_t blocks, step;
  /// Every so many blocks also go through the code for 256-bit vectors.
  int64_t narrowEvery = 1;

private:
  /// A quarter: any two patterns, specials among them. The rest: bases in [2^-16, 2^16] whose power is near
  /// f32's range.
  static void drawPair(std::mt19937_64 &random, float &x, float &y) {
    static constexpr float special[] = {0.0f, -0.0f, 1.0f,     -1.0f,     2.0f,
                                        0.5f, -3.0f, INFINITY, -INFINITY, NAN};
    uint64_t bits = random();
    x = std::bit_cast<float>(static_cast<uint32_t>(bits)),
    y = std::bit_cast<float>(static_cast<uint32_t>(bits >> 32));
    uint64_t kind = random();
    if (kind % 4 == 0) {
      if (kind % 64 == 0)
        x = special[(kind >> 8) % std::size(special)];
      if (kind % 128 < 32)
        y = kind % 3 ? special[(kind >> 16) % std::size(special)]
                     : static_cast<float>(static_cast<int8_t>(kind >> 24));
      return;
    }
    double unit = static_cast<double>(kind >> 11) * 0x1p-53,
           power = static_cast<double>(bits >> 11) * 0x1p-53;
    x = static_cast<float>(std::exp2(unit * 32 - 16));
    double logarithm = std::log2(static_cast<double>(x));
    y = logarithm == 0 ? 1.0f : static_cast<float>((power * 290 - 152) / logarithm);
  }

  int operands;
};

void checkBlocks(const MathFunction &function, const Forms &forms, const Inputs &inputs,
                 std::atomic<int64_t> &next, Finding &finding) {
  alignas(64) float x[kBlock], x2[kBlock], y[kBlock], other[kBlock];
  alignas(64) double wide[kBlock], wide2[kBlock], expected[kBlock];
  for (int64_t block; (block = next.fetch_add(1)) < inputs.blocks;) {
    inputs.fill(block, x, x2);
    for (size_t i = 0; i < kBlock; ++i)
      wide[i] = x[i], wide2[i] = function.operands == 2 ? x2[i] : 0;
    function.reference(wide, wide2, expected);
    for (bool precise : {false, true}) {
      forms.code[precise](x, x2, y);
      compareBlock({x, function.operands == 2 ? x2 : nullptr, y, expected, function.unit},
                   precise ? finding.precise : finding.fast);
      if (block % inputs.narrowEvery)
        continue;
      forms.narrow[precise](x, x2, other);
      if (std::memcmp(y, other, sizeof y) != 0)
        for (size_t i = 0; i < kBlock; ++i)
          finding.unequal +=
              std::bit_cast<uint32_t>(y[i]) != std::bit_cast<uint32_t>(other[i]) && y[i] == y[i];
    }
    finding.inputs += kBlock;
  }
}

Finding check(const MathFunction &function, const Forms &forms, const Arguments &arguments) {
  auto start = std::chrono::steady_clock::now();
  Inputs inputs(function, arguments);
  std::atomic<int64_t> next = 0;
  Finding total;
  std::mutex mutex;
  std::vector<std::thread> workers;
  for (unsigned k = 0; k < arguments.threads; ++k)
    workers.emplace_back([&] {
      Finding own;
      checkBlocks(function, forms, inputs, next, own);
      std::lock_guard lock(mutex);
      total.fast.merge(own.fast), total.precise.merge(own.precise);
      total.inputs += own.inputs, total.unequal += own.unequal;
    });
  for (std::thread &worker : workers)
    worker.join();
  total.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return total;
}

std::string describe(const WorstError &worst) {
  char text[160];
  std::snprintf(text, sizeof text, "%.3f at %a%s%s -> %a", worst.ulp, worst.argument,
                worst.argument2 != 0 ? ", " : "",
                worst.argument2 != 0 ? std::to_string(worst.argument2).c_str() : "", worst.result);
  return text;
}

bool holds(const MathFunction &function, const Finding &finding) {
  return finding.fast.ulp <= function.promise.fast && finding.precise.ulp <= function.promise.precise &&
         finding.unequal == 0;
}

std::string tableRow(const MathFunction &function, const Finding &finding) {
  char text[200];
  std::snprintf(text, sizeof text, "| %s%s | %g | %.3f | %g | %.3f | %s |\n", function.name,
                function.unit == Unit::Argument ? " *" : "", function.promise.fast, finding.fast.ulp,
                function.promise.precise, finding.precise.ulp,
                finding.inputs >> 32 ? "all 2^32" : std::to_string(finding.inputs).c_str());
  return text;
}

int run(const Arguments &arguments) {
  std::string table =
      "# Errors of the mathematical functions\n\n"
      "Largest errors of f32 functions in units in the last place, compiled for this machine, against " +
      referenceLibrary() +
      " in f64. `scripts/full run math` writes this page and fails\nwhere a promise is broken or "
      "256-bit vectors give other bits. With * the unit is that of the argument or the result, whichever is\n"
      "larger.\n\n"
      "| function | promised, fast | measured | promised, precise | measured | inputs |\n"
      "|---|---|---|---|---|---|\n";
  int failures = 0, checked = 0;
  for (const MathFunction &function : mathFunctions()) {
    if (!arguments.function.empty() && arguments.function != function.name)
      continue;
    auto forms = Forms::compile(function);
    if (!forms.ok()) {
      std::printf("%-11s failed: %s\n", function.name, std::string(forms.status().message()).c_str());
      ++failures;
      continue;
    }
    Finding finding = check(function, *forms, arguments);
    bool good = holds(function, finding);
    failures += !good, ++checked;
    std::printf("%-11s fast %s, precise %s, %lld unequal bits, %.1f s%s\n", function.name,
                describe(finding.fast).c_str(), describe(finding.precise).c_str(),
                static_cast<long long>(finding.unequal), finding.seconds, good ? "" : "  BROKEN");
    std::fflush(stdout);
    table += tableRow(function, finding);
  }
  if (!arguments.markdown.empty() && !(std::ofstream(arguments.markdown) << table))
    ++failures;
  std::printf("%d functions, %d broken promises\n", checked, failures);
  return failures != 0;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Errors of compiled mathematical functions against f64.", "delos-math-check");
  Arguments arguments;
  app.add_option("--sample", arguments.sample, "Inputs per function instead of all 2^32");
  app.add_option("--pairs", arguments.pairs, "Inputs of functions of two operands (default 10^9)");
  app.add_option("--function", arguments.function, "This one only");
  app.add_option("--threads", arguments.threads, "Default: all processors")->check(CLI::PositiveNumber);
  app.add_option("--markdown", arguments.markdown, "Write the table to this file");
  CLI11_PARSE(app, argc, argv);
  return run(arguments);
}
