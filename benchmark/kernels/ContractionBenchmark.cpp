// Speed of contraction kernels against the machine's multiply-add peak, measured in the same rounds of one
// process.
#include "test/unit/LoopOpt/SeamHarness.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

using namespace delos;
using namespace delos::test;

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Multiply-adds per second of one core: 24 independent vector accumulators, as a kernel in IR would have.
double peakFlops() {
  typedef float Vector __attribute__((vector_size(64)));
  Vector sums[24], x, y;
  for (int i = 0; i < 16; ++i) {
    x[i] = 1.0f;
    y[i] = 1e-9f;
  }
  for (Vector &sum : sums)
    sum = y;
  constexpr long rounds = 400000;
  double start = now();
  for (long r = 0; r < rounds; ++r) {
    for (Vector &sum : sums)
      sum = sum * x + y;
    asm volatile("" : "+v"(sums[0]), "+v"(x));
  }
  double seconds = now() - start;
  float used = 0;
  for (Vector &sum : sums)
    used += sum[0];
  asm volatile("" : : "x"(used));
  return rounds * 24.0 * 32.0 / seconds;
}

struct Row {
  std::string name;
  double flops;
  PreparedSeamCase prepared;
  std::vector<double> rates;
  Row(std::string name, double flops, const SeamCase &test)
      : name(std::move(name)), flops(flops), prepared(test, 1) {}
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string matmul(int64_t m, int64_t n, int64_t k, bool gelu) {
  auto t = [](int64_t a, int64_t b) {
    return "tensor<" + std::to_string(a) + "x" + std::to_string(b) + "xf32>";
  };
  std::string A = t(m, k), B = t(k, n), C = t(m, n), V = "tensor<" + std::to_string(n) + "xf32>";
  std::string text = "func.func @f(%a: " + A + ", %b: " + B + ", %v: " + V + ", %r: " + C + ") -> " + C +
                     " {\n %0 = graph.contract %a, %b batch [] x [] contract [1] x [0] : (" + A + ", " + B +
                     ") -> " + C + "\n";
  if (!gelu)
    return text + " return %0 : " + C + "\n}";
  text += " %1 = graph.broadcast %v dims [1] : " + V + " -> " + C + "\n %2 = graph.map add %0, %1 : (" + C +
          ", " + C + ") -> " + C + "\n %c = graph.constant dense<1.7> : " + C +
          "\n %3 = graph.map mul %2, %c : (" + C + ", " + C + ") -> " + C + "\n %4 = graph.map tanh %3 : (" +
          C + ") -> " + C + "\n %5 = graph.map fma %2, %4, %r : (" + C + ", " + C + ", " + C + ") -> " + C +
          "\n";
  return text + " return %5 : " + C + "\n}";
}

} // namespace

int main(int argc, char **argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 15;
  std::vector<std::unique_ptr<Row>> rows;
  auto add = [&](const std::string &name, double flops, const SeamCase &test) {
    rows.push_back(std::make_unique<Row>(name, flops, test));
    if (!rows.back()->prepared.outcome().failure.empty()) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), rows.back()->prepared.outcome().failure.c_str());
      rows.pop_back();
    }
  };
  for (auto [m, n, k] : {std::array<int64_t, 3>{128, 3072, 768},
                         {127, 3000, 770},
                         {128, 768, 3072},
                         {128, 768, 768},
                         {1024, 1024, 1024},
                         {512, 64, 512},
                         {512, 512, 64},
                         {1, 3072, 768},
                         {8, 3072, 768}}) {
    std::string size = std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
    double flops = 2.0 * m * n * k;
    add("bare " + size, flops, {matmul(m, n, k, false), {}, {1}});
    add("tanh " + size, flops, {matmul(m, n, k, true), {}, {1}});
    add("B dynamic " + size, flops, {matmul(m, n, k, false), {}, {}});
  }
  std::vector<double> peaks;
  for (int round = 0; round < rounds; ++round) {
    peaks.push_back(peakFlops());
    for (auto &row : rows) {
      int64_t tiles = row->prepared.outcome().tiles;
      int repeats = std::max(1, static_cast<int>(4e8 / row->flops));
      double start = now();
      for (int i = 0; i < repeats; ++i)
        row->prepared.run(0, tiles);
      row->rates.push_back(row->flops * repeats / (now() - start) / peaks.back());
    }
  }
  std::printf("peak %.1f Gflop/s, one core, median of %d rounds\n", median(peaks) / 1e9, rounds);
  for (auto &row : rows)
    std::printf("%-32s %6.1f %% of peak, %4lld tiles\n", row->name.c_str(), 100 * median(row->rates),
                static_cast<long long>(row->prepared.outcome().tiles));
  return 0;
}
