// A free list that outstanding blocks share with the executable.
#include "lib/Engine/OutputMemory.h"

#include "runtime/memory/MemoryBlock.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace delos {

using runtime::MemoryBlock;

struct OutputMemory::FreeList {
  mutable std::mutex mutex;
  std::vector<MemoryBlock> blocks;
  int64_t bytes = 0;
  std::vector<int64_t> largest; ///< Block of each output.
  int64_t limit = 0;            ///< Their sum; 0 once the executable is gone.

  /// The smallest free block that is large enough without wasting as much as it holds.
  MemoryBlock take(int64_t wanted) {
    std::lock_guard<std::mutex> lock(mutex);
    auto fits = [&](const MemoryBlock &block) {
      return block.capacity() >= wanted && block.capacity() / 2 <= wanted;
    };
    auto best = blocks.end();
    for (auto it = blocks.begin(); it != blocks.end(); ++it)
      if (fits(*it) && (best == blocks.end() || it->capacity() < best->capacity()))
        best = it;
    if (best == blocks.end())
      return {};
    MemoryBlock found = std::move(*best);
    bytes -= found.capacity();
    blocks.erase(best);
    return found;
  }

  void noteSize(size_t index, int64_t capacity) {
    std::lock_guard<std::mutex> lock(mutex);
    largest.resize(std::max(largest.size(), index + 1));
    limit += std::max<int64_t>(0, capacity - largest[index]);
    largest[index] = std::max(largest[index], capacity);
  }

  /// Keeps the newest blocks: shapes that no run asks for any more give way.
  void give(MemoryBlock block) {
    std::vector<MemoryBlock> dropped; // freed outside the lock
    std::lock_guard<std::mutex> lock(mutex);
    bytes += block.capacity();
    blocks.push_back(std::move(block));
    while (bytes > limit && !blocks.empty()) {
      bytes -= blocks.front().capacity();
      dropped.push_back(std::move(blocks.front()));
      blocks.erase(blocks.begin());
    }
  }

  void close() {
    std::lock_guard<std::mutex> lock(mutex);
    limit = bytes = 0;
    blocks.clear();
  }
};

OutputMemory::OutputMemory() : list(std::make_shared<FreeList>()) {}
OutputMemory::~OutputMemory() { list->close(); }

std::shared_ptr<void> OutputMemory::take(size_t index, int64_t bytes) {
  MemoryBlock block = list->take(bytes);
  if (!block.data() && !block.reserve(std::max<int64_t>(bytes, 1)))
    return nullptr;
  list->noteSize(index, block.capacity());
  char *data = block.data();
  auto owned = std::make_shared<MemoryBlock>(std::move(block));
  return std::shared_ptr<void>(
      data, [owned = std::move(owned), list = list](void *) { list->give(std::move(*owned)); });
}

int64_t OutputMemory::freeBytes() const {
  std::lock_guard<std::mutex> lock(list->mutex);
  return list->bytes;
}

} // namespace delos
