/// Aligned memory that grows and is kept between runs.
#pragma once

#include <cstdint>

namespace delos::runtime {

/// Owns one block of memory. Not synchronised.
class MemoryBlock {
public:
  MemoryBlock() = default;
  ~MemoryBlock();
  MemoryBlock(MemoryBlock &&other) noexcept;
  MemoryBlock &operator=(MemoryBlock &&other) noexcept;

  /// Makes room for `bytes` bytes (>= 0), 64-byte aligned; old contents are lost when it must grow. Large
  /// blocks ask for huge pages. False when there is no memory; the block is then empty.
  bool reserve(int64_t bytes);

  char *data() const { return memory; }
  int64_t capacity() const { return size; }

private:
  void release();

  char *memory = nullptr;
  int64_t size = 0;
};

} // namespace delos::runtime
