// Speed of attention kernels on one core against the machine's multiply-add peak and read bandwidth, measured
// in the same rounds of one process.
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

/// Bytes per second of one core that only reads `data`.
double readRate(const std::vector<float> &data) {
  typedef float Vector __attribute__((vector_size(64), aligned(4)));
  Vector sums[8] = {};
  double start = now();
  for (size_t i = 0; i + 128 <= data.size(); i += 128)
    for (int v = 0; v < 8; ++v)
      sums[v] += *reinterpret_cast<const Vector *>(data.data() + i + 16 * v);
  double seconds = now() - start;
  float used = 0;
  for (Vector &sum : sums)
    used += sum[0];
  asm volatile("" : : "x"(used));
  return static_cast<double>(data.size()) * sizeof(float) / seconds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string tensor(std::initializer_list<int64_t> shape, const char *element = "f32") {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element + ">";
}

/// Attention of `keyHeads` heads with `groups` queries heads each; rows that all heads of a group have in
/// common.
std::string attention(int64_t keyHeads, int64_t groups, int64_t m, int64_t n, int64_t d, bool causal) {
  std::string Q = tensor({keyHeads, groups, m, d}), K = tensor({keyHeads, n, d}),
              S = tensor({keyHeads, groups, m, n});
  std::string R = tensor({keyHeads, groups, m}), I = tensor({keyHeads, groups, m, n}, "i64"),
              C = tensor({keyHeads, groups, m, n}, "i1");
  std::string text = "func.func @f(%q: " + Q + ", %k: " + K + ", %v: " + K + ") -> " + Q + " {\n";
  text +=
      "%s = graph.contract %q, %k batch [0] x [0] contract [3] x [2] : (" + Q + ", " + K + ") -> " + S + "\n";
  text += "%c = graph.constant dense<0.125> : " + S + "\n%f = graph.map mul %s, %c : (" + S + ", " + S +
          ") -> " + S + "\n";
  std::string score = "%f";
  if (causal) {
    text += "%i = graph.iota 2 : " + I + "\n%j = graph.iota 3 : " + I + "\n";
    text += "%keep = graph.map le %j, %i : (" + I + ", " + I + ") -> " + C + "\n";
    text += "%none = graph.constant dense<0xFF800000> : " + S + "\n";
    text += "%g = graph.map select %keep, %f, %none : (" + C + ", " + S + ", " + S + ") -> " + S + "\n";
    score = "%g";
  }
  text += "%m = graph.reduce max " + score + " dims [3] : " + S + " -> " + R + "\n";
  text += "%mb = graph.broadcast %m dims [0, 1, 2] : " + R + " -> " + S + "\n";
  text += "%x = graph.map sub " + score + ", %mb : (" + S + ", " + S + ") -> " + S + "\n";
  text += "%e = graph.map exp %x : (" + S + ") -> " + S + "\n";
  text += "%l = graph.reduce sum %e dims [3] : " + S + " -> " + R + "\n";
  text += "%lb = graph.broadcast %l dims [0, 1, 2] : " + R + " -> " + S + "\n";
  text += "%p = graph.map div %e, %lb : (" + S + ", " + S + ") -> " + S + "\n";
  text +=
      "%o = graph.contract %p, %v batch [0] x [0] contract [3] x [1] : (" + S + ", " + K + ") -> " + Q + "\n";
  return text + "return %o : " + Q + "\n}";
}

/// The same on heads that lie inside the positions, as a projection writes them: [n, heads, d].
std::string insideHeads(int64_t heads, int64_t n, int64_t d) {
  std::string Q = tensor({n, heads, d}), S = tensor({heads, n, n}), R = tensor({heads, n}),
              O = tensor({heads, n, d});
  std::string text = "func.func @f(%q: " + Q + ", %k: " + Q + ", %v: " + Q + ") -> " + Q + " {\n";
  text +=
      "%s = graph.contract %q, %k batch [1] x [1] contract [2] x [2] : (" + Q + ", " + Q + ") -> " + S + "\n";
  text += "%m = graph.reduce max %s dims [2] : " + S + " -> " + R + "\n";
  text += "%mb = graph.broadcast %m dims [0, 1] : " + R + " -> " + S + "\n";
  text += "%x = graph.map sub %s, %mb : (" + S + ", " + S + ") -> " + S + "\n";
  text += "%e = graph.map exp %x : (" + S + ") -> " + S + "\n";
  text += "%l = graph.reduce sum %e dims [2] : " + S + " -> " + R + "\n";
  text += "%lb = graph.broadcast %l dims [0, 1] : " + R + " -> " + S + "\n";
  text += "%p = graph.map div %e, %lb : (" + S + ", " + S + ") -> " + S + "\n";
  text +=
      "%o = graph.contract %p, %v batch [0] x [1] contract [2] x [0] : (" + S + ", " + Q + ") -> " + O + "\n";
  text += "%t = graph.transpose %o perm [1, 0, 2] : " + O + " -> " + Q + "\n";
  return text + "return %t : " + Q + "\n}";
}

struct Row {
  std::string name;
  double work; ///< useful flops, or bytes
  bool streams;
  std::unique_ptr<PreparedSeamCase> prepared;
  std::vector<double> rates;
};

} // namespace

int main(int argc, char **argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 9;
  std::string only = argc > 2 ? argv[2] : "";
  std::vector<Row> rows;
  auto add = [&](const std::string &name, double work, bool streams, const std::string &text) {
    if (name.find(only) == std::string::npos)
      return;
    auto prepared = std::make_unique<PreparedSeamCase>(SeamCase{text}, 1);
    if (!prepared->outcome().failure.empty()) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), prepared->outcome().failure.c_str());
      return;
    }
    prepared->run(0, prepared->outcome().tiles);
    prepared->check();
    std::printf("%-28s error %.1e\n", name.c_str(), prepared->outcome().error);
    rows.push_back({name, work, streams, std::move(prepared), {}});
  };
  for (int64_t size : {768, 4032})
    for (int64_t d : {64, 128})
      for (bool causal : {false, true}) {
        double scores = causal ? 0.5 * size * (size + 1) : 1.0 * size * size;
        add(std::string(causal ? "causal " : "plain ") + std::to_string(size) + " d " + std::to_string(d),
            4.0 * scores * d, false, attention(1, 1, size, size, d, causal));
      }
  for (int64_t size : {64, 128, 197, 256})
    add("inside 12 heads " + std::to_string(size), 4.0 * 12 * size * size * 64, false,
        insideHeads(12, size, 64));
  add("apart 12 heads 128", 4.0 * 12 * 128 * 128 * 64, false, attention(12, 1, 128, 128, 64, false));
  for (int64_t d : {64, 128})
    add("decode 2048 keys d " + std::to_string(d), 4 * 2048.0 * d * 8, true,
        attention(4, 4, 1, 2048, d, false));
  std::vector<float> data(4 * 2048 * 128 * 2 / 2, 1.0f);
  std::vector<double> peaks, reads;
  for (int round = 0; round < rounds; ++round) {
    peaks.push_back(peakFlops());
    readRate(data);
    reads.push_back(readRate(data));
    for (Row &row : rows) {
      int64_t tiles = row.prepared->outcome().tiles;
      int repeats =
          std::max(1, static_cast<int>((row.streams ? 4e8 : 8e8) / row.work / (row.streams ? 4 : 1)));
      double start = now();
      for (int i = 0; i < repeats; ++i)
        row.prepared->run(0, tiles);
      row.rates.push_back(row.work * repeats / (now() - start) / (row.streams ? reads.back() : peaks.back()));
    }
  }
  std::printf("one core, median of %d rounds: peak %.1f Gflop/s, reading 4 MB %.1f GB/s\n", rounds,
              median(peaks) / 1e9, median(reads) / 1e9);
  for (Row &row : rows)
    std::printf("%-28s %6.1f %% of %s\n", row.name.c_str(), 100 * median(row.rates),
                row.streams ? "reading" : "peak");
  return 0;
}
