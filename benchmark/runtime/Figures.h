/// Measured figures and the bars that they are held against.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace delos::benchmark {

/// One figure. A bar is an upper bound, or a lower one when `isFloor`; none when it is NaN.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double bar = std::numeric_limits<double>::quiet_NaN();
  bool isFloor = false;
};

using Figures = std::vector<Figure>;

/// A group of figures that are measured together.
struct Measurement {
  std::string name;
  Figures (*measure)();
};

/// What single launches, hand-overs and runs cost.
std::vector<Measurement> launchMeasurements();
/// How the pool gets on with other processes and quotas.
std::vector<Measurement> sharingMeasurements();

double median(std::vector<double> values);
/// The value that a share `p` of all values does not exceed.
double quantile(std::vector<double> values, double p);

/// Seconds on the steady clock.
double now();

} // namespace delos::benchmark
