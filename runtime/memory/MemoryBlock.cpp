/// Aligned memory that grows and is kept between runs.
#include "runtime/memory/MemoryBlock.h"

#include "runtime/abi/KernelABI.h"

#include <cstdlib>
#include <sys/mman.h>
#include <utility>

namespace delos::runtime {
namespace {

/// Size of a huge page on the processors that Delos knows; blocks of at least two are aligned to it.
constexpr int64_t hugePage = int64_t{2} << 20;

} // namespace

MemoryBlock::~MemoryBlock() { release(); }

MemoryBlock::MemoryBlock(MemoryBlock &&other) noexcept
    : memory(std::exchange(other.memory, nullptr)), size(std::exchange(other.size, 0)) {}

MemoryBlock &MemoryBlock::operator=(MemoryBlock &&other) noexcept {
  std::swap(memory, other.memory);
  std::swap(size, other.size);
  return *this;
}

bool MemoryBlock::reserve(int64_t bytes) {
  if (bytes <= size)
    return true;
  release();
  int64_t unit = bytes >= 2 * hugePage ? hugePage : DELOS_BUFFER_ALIGNMENT;
  if (bytes > INT64_MAX - unit)
    return false;
  int64_t rounded = (bytes + unit - 1) / unit * unit;
  memory = static_cast<char *>(std::aligned_alloc(static_cast<size_t>(unit), static_cast<size_t>(rounded)));
  if (!memory)
    return false;
  size = rounded;
  // Only a hint: without huge pages the block works just as well.
  if (unit == hugePage)
    (void)madvise(memory, static_cast<size_t>(size), MADV_HUGEPAGE);
  return true;
}

void MemoryBlock::release() {
  std::free(memory);
  memory = nullptr;
  size = 0;
}

} // namespace delos::runtime
