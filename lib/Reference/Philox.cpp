// The random numbers of graph.random.
#include "lib/Reference/Philox.h"

#include <algorithm>
#include <cmath>

namespace delos::reference {

// Multipliers and key increments of the paper.
static constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
static constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
static constexpr int kRounds = 10;

std::array<uint32_t, 4> philox(uint64_t seed, uint64_t index) {
  std::array<uint32_t, 4> x = {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0, 0};
  uint32_t key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < kRounds; ++round) {
    uint64_t first = uint64_t{kMultiplier0} * x[0], second = uint64_t{kMultiplier1} * x[2];
    x = {static_cast<uint32_t>(second >> 32) ^ x[1] ^ key0, static_cast<uint32_t>(second),
         static_cast<uint32_t>(first >> 32) ^ x[3] ^ key1, static_cast<uint32_t>(first)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return x;
}

/// The leading `precision` bits of 64, as a fraction of 2^precision.
static double fraction(uint32_t high, uint32_t low, int precision) {
  uint64_t word = uint64_t{high} << 32 | low;
  return std::ldexp(static_cast<double>(word >> (64 - precision)), -precision);
}

double uniformAt(uint64_t seed, uint64_t index, int precision) {
  auto words = philox(seed, index);
  return fraction(words[0], words[1], precision);
}

double normalAt(uint64_t seed, uint64_t index, int precision) {
  constexpr double kTwoPi = 6.283185307179586;
  auto words = philox(seed, index);
  int bits = std::max(precision, 24);
  double u = fraction(words[0], words[1], bits), v = fraction(words[2], words[3], bits);
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(kTwoPi * v);
}

} // namespace delos::reference
