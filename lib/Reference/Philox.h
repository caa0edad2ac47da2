/// The random numbers of graph.random: counter-based, so that element i is a function of the seed and i
/// alone.
#pragma once

#include <array>
#include <cstdint>

namespace delos::reference {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) with the counter
/// (low(index), high(index), 0, 0) and the key (low(seed), high(seed)).
std::array<uint32_t, 4> philox(uint64_t seed, uint64_t index);

/// Element `index` of a tensor of numbers with `precision` bits (53 for float64, 24 for float32, 11, 8):
/// uniform in [0, 1), a multiple of 2^-precision made of the first word (float64: of the first two).
double uniformAt(uint64_t seed, uint64_t index, int precision);

/// The same with mean 0 and deviation 1 by Box and Muller: sqrt(-2 ln(1 - u)) cos(2 pi v), with u from
/// the first word and v from the third, 24 bits each (float64: two words and 53 bits each).
double normalAt(uint64_t seed, uint64_t index, int precision);

} // namespace delos::reference
