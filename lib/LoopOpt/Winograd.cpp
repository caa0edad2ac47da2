// Matrices of the transforms, and the filters'.
#include "lib/LoopOpt/Winograd.h"

#include <cassert>

namespace delos::loopopt {

static constexpr double filter2[] = {1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1};
static constexpr double input2[] = {1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1};
static constexpr double output2[] = {1, 1, 1, 0, 0, 1, -1, -1};

static constexpr double filter4[] = {1. / 4,  0,        0,       -1. / 6, -1. / 6, -1. / 6,
                                     -1. / 6, 1. / 6,   -1. / 6, 1. / 24, 1. / 12, 1. / 6,
                                     1. / 24, -1. / 12, 1. / 6,  0,       0,       1};
static constexpr double input4[] = {4, 0,  -5, 0, 1, 0, 0, -4, -4, 1,  1, 0, 0, 4, -4, -1, 1, 0,
                                    0, -2, -1, 2, 1, 0, 0, 2,  -1, -2, 1, 0, 0, 4, 0,  -5, 0, 1};
static constexpr double output4[] = {1, 1, 1, 1, 1, 0, 0, 1, -1, 2, -2, 0,
                                     0, 1, 1, 4, 4, 0, 0, 1, -1, 8, -8, 1};

const WinogradTransform *winogradTransform(int64_t outputTile) {
  static constexpr WinogradTransform two{2, 4, filter2, input2, output2},
      four{4, 6, filter4, input4, output4};
  return outputTile == 2 ? &two : outputTile == 4 ? &four : nullptr;
}

void transformFilters(const WinogradTransform &transform, std::span<const float> source,
                      std::span<float> target) {
  const int64_t n = transform.inputTile;
  assert(source.size() / 9 * n * n == target.size() && "expected one tile per filter");
  const float *g = source.data();
  for (float *u = target.data(); u != target.data() + target.size(); u += n * n, g += 9) {
    double rows[6][3];
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < 3; ++j)
        rows[i][j] = transform.filter[3 * i] * g[j] + transform.filter[3 * i + 1] * g[3 + j] +
                     transform.filter[3 * i + 2] * g[6 + j];
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j)
        u[i * n + j] = static_cast<float>(rows[i][0] * transform.filter[3 * j] +
                                          rows[i][1] * transform.filter[3 * j + 1] +
                                          rows[i][2] * transform.filter[3 * j + 2]);
  }
}

} // namespace delos::loopopt
