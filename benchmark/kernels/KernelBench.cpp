// delos-kernel-bench: how far each kernel is from the machine's limit, and from oneDNN.
#include "benchmark/kernels/Measurement.h"
#include "benchmark/kernels/Peaks.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>

using namespace delos::bench;
using Json = nlohmann::ordered_json;

namespace {

struct Arguments {
  std::string family, filter, jsonFile;
  std::string cpu;
  int threads = 1, bits = 0;
  bool list = false, noCheck = false, noPeer = false, peaksOnly = false;
  MeasureOptions measure;
};

bool isChosen(const KernelCase &kernel, const Arguments &arguments) {
  return (arguments.family.empty() || kernel.family() == arguments.family) &&
         (arguments.filter.empty() || std::regex_search(kernel.name, std::regex(arguments.filter)));
}

Figure measureCase(const KernelCase &kernel, const Arguments &arguments, Peaks &peaks, MathRates &rates) {
  Figure figure;
  figure.name = kernel.name;
  auto prepared = PreparedCase::create(kernel, arguments.threads);
  if (!prepared.ok()) {
    figure.failure = std::string(prepared.status().message());
    return figure;
  }
  double error = std::numeric_limits<double>::quiet_NaN();
  if (!arguments.noCheck && kernel.isChecked) {
    auto checked = (*prepared)->error();
    if (!checked.ok())
      figure.failure = std::string(checked.status().message());
    else if (!(*checked <= kernel.tolerance))
      figure.failure = "differs from the reference by " + std::to_string(*checked);
    if (!figure.failure.empty())
      return figure;
    error = *checked;
  }
  auto peer = arguments.noPeer ? nullptr : OneDnnPeer::create(kernel.peer, arguments.threads);
  figure = measure(kernel, **prepared, peer.get(), peaks, rates, arguments.measure);
  figure.error = error;
  return figure;
}

void print(const Figure &figure) {
  if (!figure.failure.empty()) {
    std::printf("%-44s failed: %s\n", figure.name.c_str(), figure.failure.c_str());
    return;
  }
  std::printf("%-44s %10.4f ms %7.1f GF/s %7.1f GB/s %6.1f %% of %s", figure.name.c_str(),
              1e3 * figure.seconds, 1e-9 * figure.flopsPerSecond, 1e-9 * figure.bytesPerSecond,
              100 * figure.fraction, figure.limit.empty() ? "-" : figure.limit.c_str());
  if (figure.peerRatio > 0)
    std::printf("  %5.2fx oneDNN", figure.peerRatio);
  std::printf(figure.launches == 1 ? "\n" : "  (%lld kernels)\n", static_cast<long long>(figure.launches));
  std::fflush(stdout);
}

Json toJson(const Figure &figure) {
  if (!figure.failure.empty())
    return {{"name", figure.name}, {"failed", figure.failure}};
  Json json = {{"name", figure.name},
               {"ms", 1e3 * figure.seconds},
               {"bound_ms", 1e3 * figure.boundSeconds},
               {"limit", figure.limit},
               {"fraction", figure.fraction},
               {"fraction_low", figure.fractionLow},
               {"fraction_high", figure.fractionHigh},
               {"gflops", 1e-9 * figure.flopsPerSecond},
               {"gbytes", 1e-9 * figure.bytesPerSecond},
               {"kernels", figure.launches},
               {"tiles", figure.tiles},
               {"compile_s", figure.compileSeconds}};
  if (figure.peerRatio > 0)
    json.update({{"onednn_ms", 1e3 * figure.peerSeconds}, {"onednn_ratio", figure.peerRatio}});
  if (!std::isnan(figure.error))
    json["error"] = figure.error;
  return json;
}

/// Geometric mean of the positive values; 0 when there are none.
double geometricMean(const std::vector<double> &values) {
  double sum = 0;
  int count = 0;
  for (double value : values)
    if (value > 0) {
      sum += std::log(value);
      ++count;
    }
  return count ? std::exp(sum / count) : 0;
}

/// One line per group: the family and the last part of the name ("gemm", "constant").
void printSummary(const std::vector<Figure> &figures) {
  std::map<std::string, std::vector<const Figure *>> groups;
  for (const Figure &figure : figures) {
    auto first = figure.name.find('/'), last = figure.name.rfind('/');
    std::string group = figure.name.substr(0, first);
    groups[group].push_back(&figure);
    if (last != first && std::isalpha(static_cast<unsigned char>(figure.name[last + 1])))
      groups[group + figure.name.substr(last)].push_back(&figure);
  }
  for (const auto &[group, members] : groups) {
    std::vector<double> fractions, ratios;
    const Figure *least = nullptr;
    for (const Figure *figure : members)
      if (figure->failure.empty()) {
        fractions.push_back(figure->fraction);
        ratios.push_back(figure->peerRatio);
        least = !least || figure->fraction < least->fraction ? figure : least;
      }
    std::printf("%s: %zu of %zu cases, geometric mean %.1f %% of the bound", group.c_str(), fractions.size(),
                members.size(), 100 * geometricMean(fractions));
    if (least)
      std::printf(", least %.1f %% (%s)", 100 * least->fraction, least->name.c_str());
    if (geometricMean(ratios) > 0)
      std::printf(", %.2fx oneDNN", geometricMean(ratios));
    std::printf("\n");
  }
}

/// The machine's figures at the usual footprints, for people.
Json printPeaks(Peaks &peaks) {
  Json json = {{"bits", peaks.bits()}, {"threads", peaks.threads()}};
  const std::pair<Arithmetic, const char *> kinds[] = {
      {Arithmetic::Fma32, "fma"}, {Arithmetic::Bf16Dot, "vdpbf16ps"}, {Arithmetic::Int8Dot, "vpdpbusd"}};
  std::printf("%d thread(s), %d-bit vectors\n", peaks.threads(), peaks.bits());
  for (auto [kind, name] : kinds) {
    json[name] = 1e-9 * peaks.arithmetic(kind);
    std::printf("  %-10s %8.1f Gop/s\n", name, json[name].get<double>());
  }
  const std::pair<Traffic, const char *> traffics[] = {{Traffic::Read, "read"},
                                                       {Traffic::Write, "write"},
                                                       {Traffic::WriteStreaming, "write_nt"},
                                                       {Traffic::Copy, "copy"},
                                                       {Traffic::CopyStreaming, "copy_nt"}};
  for (int64_t kilobytes : {32, 512, 8192, 262144}) {
    std::printf("  %6lld KiB ", static_cast<long long>(kilobytes));
    for (auto [kind, name] : traffics) {
      double rate = 1e-9 * peaks.bandwidth(kind, kilobytes << 10);
      json["bandwidth"][std::to_string(kilobytes)][name] = rate;
      std::printf(" %s %.1f", name, rate);
    }
    std::printf(" GB/s\n");
  }
  for (const char *name :
       {"exp", "log", "tanh", "erf", "sin", "divide", "sqrt", "horizontal_sum", "horizontal_chain"}) {
    json["math"][name] = 1e-9 * peaks.math(name);
    std::printf("  %-14s %6.2f G/s (%s)\n", name, json["math"][name].get<double>(),
                peaks.mathSource(name).c_str());
  }
  return json;
}

int runCases(const Arguments &arguments) {
  Peaks peaks(arguments.threads, arguments.bits);
  if (!peaks.available()) {
    std::fprintf(stderr, "delos-kernel-bench: expected a processor with AVX2 and FMA\n");
    return 1;
  }
  MathRates rates(peaks);
  Json json = {{"peaks", printPeaks(peaks)}, {"peer", OneDnnPeer::version()}, {"cases", Json::array()}};
  std::vector<Figure> figures;
  if (!arguments.peaksOnly)
    for (KernelCase kernel : allCases())
      if (isChosen(kernel, arguments)) {
        kernel.cpu = arguments.cpu;
        figures.push_back(measureCase(kernel, arguments, peaks, rates));
        print(figures.back());
        json["cases"].push_back(toJson(figures.back()));
      }
  printSummary(figures);
  if (!arguments.jsonFile.empty()) {
    std::ofstream file(arguments.jsonFile);
    file << json.dump(1) << "\n";
    if (!file)
      return 1;
  }
  return std::any_of(figures.begin(), figures.end(),
                     [](const Figure &figure) { return !figure.failure.empty(); });
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Kernels against the machine's limits, measured in the same process.", "delos-kernel-bench");
  Arguments arguments;
  double milliseconds = 1e3 * arguments.measure.blockSeconds;
  app.add_option("--family", arguments.family, "gemm, conv, rows or math; all unless given");
  app.add_option("--filter", arguments.filter, "Regular expression that the case's name must contain");
  app.add_option("--threads", arguments.threads, "Of kernels, peaks and peer (default 1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--cpu", arguments.cpu, "LLVM name of the processor to compile for, such as x86-64-v3");
  app.add_option("--bits", arguments.bits, "Vector length of the peaks (default: the longest)")
      ->check(CLI::IsMember({256, 512}));
  app.add_option("--json", arguments.jsonFile, "Write the figures to this file");
  app.add_option("--rounds", arguments.measure.rounds, "Of peak, kernel, peer, peak (default 7)")
      ->check(CLI::PositiveNumber);
  app.add_option("--block-ms", milliseconds, "Least duration of a block of runs (default 50)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--list", arguments.list, "Print the names of the chosen cases");
  app.add_flag("--peaks", arguments.peaksOnly, "Print the machine's peaks only");
  app.add_flag("--no-check", arguments.noCheck, "Do not compare with the reference interpreter");
  app.add_flag("--no-peer", arguments.noPeer, "Do not time oneDNN");
  CLI11_PARSE(app, argc, argv);
  arguments.measure.blockSeconds = milliseconds / 1e3;
  if (!arguments.list)
    return runCases(arguments);
  for (const KernelCase &kernel : allCases())
    if (isChosen(kernel, arguments))
      std::printf("%s\n", kernel.name.c_str());
  return 0;
}
