// Times a phase of a compile into its report.
#pragma once

#include "delos/Report.h"

#include <chrono>
#include <string>
#include <utility>

namespace delos {

/// Adds the wall time between construction and destruction to `report.phases`.
class PhaseClock {
public:
  PhaseClock(CompileReport &report, std::string name) : report(report), name(std::move(name)) {}
  ~PhaseClock() {
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    report.phases.push_back({std::move(name), elapsed.count()});
  }
  PhaseClock(const PhaseClock &) = delete;
  PhaseClock &operator=(const PhaseClock &) = delete;

private:
  CompileReport &report;
  std::string name;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
};

} // namespace delos
