/// Measures the pool and the executor and holds the figures against their bars.
///
/// usage: executor-benchmark [GROUP...] [--json FILE]
#include "benchmark/runtime/BenchmarkPlans.h"
#include "benchmark/runtime/Figures.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace delos::benchmark {

double quantile(std::vector<double> values, double p) {
  if (values.empty())
    return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(p * static_cast<double>(values.size() - 1))];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

std::string verdictOf(const Figure &figure) {
  if (std::isnan(figure.bar))
    return "";
  return (figure.isFloor ? figure.value >= figure.bar : figure.value <= figure.bar) ? "ok" : "MISSED";
}

void show(const Figure &figure) {
  std::printf("%-82s %10.3f %-6s", figure.name.c_str(), figure.value, figure.unit.c_str());
  if (!std::isnan(figure.bar))
    std::printf(" %s %g  %s", figure.isFloor ? ">=" : "<=", figure.bar, verdictOf(figure).c_str());
  std::printf("\n");
  std::fflush(stdout);
}

nlohmann::ordered_json toJson(const Figure &figure) {
  nlohmann::ordered_json json = {{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
  if (!std::isnan(figure.bar)) {
    json["bar"] = figure.bar;
    json["bar_is"] = figure.isFloor ? "floor" : "ceiling";
    json["verdict"] = verdictOf(figure);
  }
  return json;
}

int runBenchmark(const std::vector<std::string> &groups, const std::string &jsonFile) {
  std::vector<Measurement> measurements = launchMeasurements();
  for (const Measurement &measurement : sharingMeasurements())
    measurements.push_back(measurement);
  calibrate();
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Measurement &measurement : measurements) {
    if (!groups.empty() && std::find(groups.begin(), groups.end(), measurement.name) == groups.end())
      continue;
    for (const Figure &figure : measurement.measure()) {
      show(figure);
      all.push_back(toJson(figure));
    }
  }
  if (!jsonFile.empty())
    std::ofstream(jsonFile) << all.dump(1) << "\n";
  return all.empty() ? 2 : 0;
}

} // namespace
} // namespace delos::benchmark

int main(int argc, char **argv) {
  std::vector<std::string> groups;
  std::string jsonFile;
  for (int i = 1; i < argc; ++i)
    if (std::string(argv[i]) == "--json" && i + 1 < argc)
      jsonFile = argv[++i];
    else
      groups.emplace_back(argv[i]);
  return delos::benchmark::runBenchmark(groups, jsonFile);
}
