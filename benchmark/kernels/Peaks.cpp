// Peak samples: the loops of PeakLoops.cpp on several threads, long enough for the clock.
#include "benchmark/kernels/Peaks.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <functional>
#include <thread>

namespace delos::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// A sample lasts about this long: far above the clock's resolution, far below its drift.
constexpr double sampleSeconds = 4e-3;
/// A thread's part is a whole number of the loops' steps.
constexpr int64_t partFloats = 1024;
/// Of vector functions: input and output stay in L1.
constexpr int64_t mathFloats = 2048;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

const PeakLoops *loopsFor(int bits) {
  __builtin_cpu_init();
  bool has512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
  if (has512 && (bits == 0 || bits == 512))
    return &peakLoops512;
  bool has256 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has256 && (bits == 0 || bits == 256) ? &peakLoops256 : nullptr;
}

/// Calls `body(thread)` on `threads` threads at once; seconds from the common start to the last end.
double timeTogether(int threads, const std::function<void(int)> &body) {
  std::atomic<int> waiting = threads;
  auto start = [&](int thread) {
    waiting.fetch_sub(1);
    while (waiting.load() > 0)
      ;
    body(thread);
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread)
    others.emplace_back(start, thread);
  waiting.fetch_sub(1);
  while (waiting.load() > 0)
    ;
  auto begin = Clock::now();
  body(0);
  for (std::thread &other : others)
    other.join();
  return secondsSince(begin);
}

/// Times `body(thread, repeats)` with as many repeats as a sample needs; seconds per repeat.
double timeRepeats(int threads, const std::function<void(int, int64_t)> &body) {
  int64_t repeats = 1;
  for (double seconds = 0;;
       repeats = std::max(2 * repeats, int64_t(1.1 * repeats * sampleSeconds / seconds))) {
    seconds = timeTogether(threads, [&](int thread) { body(thread, repeats); });
    if (seconds >= 0.75 * sampleSeconds)
      return seconds / repeats;
    seconds = std::max(seconds, 1e-7);
  }
}

/// The symbols of one function in the vector libraries, for 512 and 256 bits.
struct VectorSymbols {
  const char *name;
  const char *libmvec[2];
  const char *sleef[2];
};

#define DELOS_SYMBOLS(name, ulp)                                                                             \
  {                                                                                                          \
    #name, {"_ZGVeN16v_" #name "f", "_ZGVdN8v_" #name "f"}, {                                                \
      "Sleef_" #name "f16_" ulp, "Sleef_" #name "f8_" ulp                                                    \
    }                                                                                                        \
  }
constexpr VectorSymbols vectorSymbols[] = {
    DELOS_SYMBOLS(exp, "u10"),
    DELOS_SYMBOLS(exp2, "u10"),
    DELOS_SYMBOLS(expm1, "u10"),
    DELOS_SYMBOLS(log, "u10"),
    DELOS_SYMBOLS(log2, "u10"),
    DELOS_SYMBOLS(log1p, "u10"),
    DELOS_SYMBOLS(tanh, "u10"),
    DELOS_SYMBOLS(erf, "u10"),
    DELOS_SYMBOLS(sin, "u10"),
    DELOS_SYMBOLS(cos, "u10"),
    DELOS_SYMBOLS(tan, "u10"),
    DELOS_SYMBOLS(asin, "u10"),
    DELOS_SYMBOLS(acos, "u10"),
    DELOS_SYMBOLS(atan, "u10"),
    DELOS_SYMBOLS(sinh, "u10"),
    DELOS_SYMBOLS(cosh, "u10"),
    DELOS_SYMBOLS(asinh, "u10"),
    DELOS_SYMBOLS(acosh, "u10"),
    DELOS_SYMBOLS(atanh, "u10"),
    DELOS_SYMBOLS(cbrt, "u10"),
    {"pow", {"_ZGVeN16vv_powf", "_ZGVdN8vv_powf"}, {"Sleef_powf16_u10", "Sleef_powf8_u10"}},
};
#undef DELOS_SYMBOLS

void *symbolIn(const char *library, const char *symbol) {
  // Kept open: the functions stay in use for the whole process.
  void *handle = dlopen(library, RTLD_NOW);
  return handle ? dlsym(handle, symbol) : nullptr;
}

} // namespace

/// One block of memory, grown to the largest footprint asked for.
struct Peaks::Buffers {
  std::unique_ptr<float, void (*)(void *)> memory{nullptr, std::free};
  int64_t floats = 0;

  float *atLeast(int64_t wanted) {
    if (wanted > floats) {
      memory.reset(static_cast<float *>(std::aligned_alloc(4096, (wanted * 4 + 4095) / 4096 * 4096)));
      floats = wanted;
      if (memory)
        std::fill_n(memory.get(), wanted, 0.5f);
    }
    return memory.get();
  }
};

struct Peaks::VectorFunction {
  std::string source;
  std::vector<void *> candidates;
  std::vector<const char *> names;
};

Peaks::Peaks(int threads, int bits)
    : count(std::max(1, threads)), loops(loopsFor(bits)), buffers(std::make_unique<Buffers>()) {}
Peaks::~Peaks() = default;

double Peaks::arithmetic(Arithmetic kind) {
  if (!loops)
    return 0;
  double (*loop)(int64_t) = loops->fma;
  if (kind == Arithmetic::Bf16Dot)
    loop = __builtin_cpu_supports("avx512bf16") ? loops->bf16Dot : nullptr;
  else if (kind == Arithmetic::Int8Dot)
    loop = __builtin_cpu_supports("avx512vnni") ? loops->int8Dot : nullptr;
  if (!loop)
    return 0;
  constexpr int64_t rounds = 2000;
  double operations = loop(rounds);
  double seconds = timeRepeats(count, [&](int, int64_t repeats) { loop(repeats * rounds); });
  return count * operations / seconds;
}

double Peaks::bandwidth(Traffic kind, int64_t footprint) {
  if (!loops)
    return 0;
  bool isCopy = kind == Traffic::Copy || kind == Traffic::CopyStreaming;
  int64_t part = std::max(footprint / 4 / count / (isCopy ? 2 : 1) / partFloats, int64_t(1)) * partFloats;
  float *memory = buffers->atLeast(part * count * (isCopy ? 2 : 1));
  if (!memory)
    return 0;
  float *targets = memory + part * count;
  auto once = [&](int thread) {
    float *own = memory + thread * part;
    switch (kind) {
    case Traffic::Read: {
      float sum = loops->read(own, part);
      asm volatile("" : : "x"(sum));
      return;
    }
    case Traffic::Write:
      return loops->write(own, part);
    case Traffic::WriteStreaming:
      return loops->writeStreaming(own, part);
    case Traffic::Copy:
      return loops->copy(targets + thread * part, own, part);
    case Traffic::CopyStreaming:
      return loops->copyStreaming(targets + thread * part, own, part);
    }
  };
  double seconds = timeRepeats(count, [&](int thread, int64_t repeats) {
    for (int64_t i = 0; i < repeats; ++i)
      once(thread);
  });
  return part * 4.0 * count * (isCopy ? 2 : 1) / seconds;
}

double Peaks::writeBandwidth(int64_t footprint) {
  return std::max(bandwidth(Traffic::Write, footprint), bandwidth(Traffic::WriteStreaming, footprint));
}

double Peaks::copyBandwidth(int64_t footprint) {
  return std::max(bandwidth(Traffic::Copy, footprint), bandwidth(Traffic::CopyStreaming, footprint));
}

Peaks::VectorFunction &Peaks::find(const std::string &function) {
  auto [it, inserted] = functions.try_emplace(function);
  if (!inserted)
    return it->second;
  int width = loops->bits == 512 ? 0 : 1;
  for (const VectorSymbols &symbols : vectorSymbols) {
    if (function != symbols.name)
      continue;
    if (void *found = symbolIn("libmvec.so.1", symbols.libmvec[width])) {
      it->second.candidates.push_back(found);
      it->second.names.push_back("libmvec");
    }
    if (void *found = symbolIn("libsleef.so.3", symbols.sleef[width])) {
      it->second.candidates.push_back(found);
      it->second.names.push_back("sleef");
    }
  }
  return it->second;
}

double Peaks::math(const std::string &function) {
  if (!loops)
    return 0;
  alignas(64) static thread_local float source[mathFloats], target[mathFloats];
  auto rateOf = [&](const std::function<void()> &once) {
    double seconds = timeRepeats(count, [&](int, int64_t repeats) {
      std::fill_n(source, mathFloats, 0.5f);
      for (int64_t i = 0; i < repeats; ++i)
        once();
    });
    return count * mathFloats / seconds;
  };
  VectorFunction &found = find(function);
  if (function == "horizontal_chain") {
    found.source = "processor";
    return rateOf([&] {
      float sum = loops->horizontalChain(mathFloats);
      asm volatile("" : : "x"(sum));
    });
  }
  if (function == "divide" || function == "sqrt" || function == "horizontal_sum") {
    found.source = "processor";
    if (function == "divide")
      return rateOf([&] { loops->divide(target, source, mathFloats); });
    if (function == "sqrt")
      return rateOf([&] { loops->squareRoot(target, source, mathFloats); });
    double rate = rateOf([&] {
      float most = loops->horizontalSums(source, mathFloats);
      asm volatile("" : : "x"(most));
    });
    return rate / (loops->bits / 32.0);
  }
  double best = 0;
  for (size_t i = 0; i < found.candidates.size(); ++i) {
    auto *apply = function == "pow" ? loops->applyTwice : loops->apply;
    double rate = rateOf([&] { apply(found.candidates[i], target, source, mathFloats); });
    if (rate > best) {
      best = rate;
      found.source = found.names[i];
    }
  }
  return best;
}

std::string Peaks::mathSource(const std::string &function) { return loops ? find(function).source : ""; }

} // namespace delos::bench
