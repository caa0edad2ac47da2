/// Memory of an executable's results, kept between runs: fresh pages cost more than most kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace delos {

/// Hands out blocks for results and takes them back when the last tensor on them is gone. Holds at most as
/// many free bytes as the largest result of each output takes, together. All members are thread-safe; blocks
/// may outlive the object.
class OutputMemory {
public:
  OutputMemory();
  ~OutputMemory();
  OutputMemory(const OutputMemory &) = delete;
  OutputMemory &operator=(const OutputMemory &) = delete;

  /// An uninitialised block of at least `bytes` bytes, aligned to 64, for output `index`; null where memory
  /// is short.
  std::shared_ptr<void> take(size_t index, int64_t bytes);

  /// Bytes that wait for a run.
  int64_t freeBytes() const;

private:
  struct FreeList;
  std::shared_ptr<FreeList> list;
};

} // namespace delos
