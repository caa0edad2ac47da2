/// Memory of results: given back and taken again, bounded, and good after the executable is gone.
#include "lib/Engine/OutputMemory.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <thread>
#include <vector>

using delos::OutputMemory;

TEST_CASE("a block comes back for the next run", "[output-memory]") {
  OutputMemory memory;
  std::shared_ptr<void> first = memory.take(0, 1 << 20);
  void *address = first.get();
  CHECK(reinterpret_cast<uintptr_t>(address) % 64 == 0);
  CHECK(memory.freeBytes() == 0);
  first.reset();
  CHECK(memory.freeBytes() >= 1 << 20);
  CHECK(memory.take(0, 1 << 20).get() == address);
}

TEST_CASE("a result that is still held is not taken again", "[output-memory]") {
  OutputMemory memory;
  std::shared_ptr<void> held = memory.take(0, 4096);
  std::shared_ptr<void> next = memory.take(0, 4096);
  CHECK(held.get() != next.get());
}

TEST_CASE("what waits is bounded by one run's results", "[output-memory]") {
  OutputMemory memory;
  std::vector<std::shared_ptr<void>> held;
  for (int run = 0; run < 10; ++run)
    for (size_t index = 0; index < 2; ++index)
      held.push_back(memory.take(index, 4096));
  held.clear();
  CHECK(memory.freeBytes() == 2 * 4096);
}

TEST_CASE("a small result takes no large block", "[output-memory]") {
  OutputMemory memory;
  memory.take(0, 1 << 20).reset();
  memory.take(1, 64).reset();
  CHECK(memory.freeBytes() == (1 << 20) + 64);
}

TEST_CASE("a block outlives its executable", "[output-memory]") {
  std::shared_ptr<void> block;
  {
    OutputMemory memory;
    block = memory.take(0, 4096);
  }
  std::memset(block.get(), 1, 4096);
  block.reset();
}

TEST_CASE("an empty result has an address", "[output-memory]") {
  OutputMemory memory;
  CHECK(memory.take(0, 0) != nullptr);
}

TEST_CASE("threads share the memory", "[output-memory]") {
  OutputMemory memory;
  std::vector<std::thread> threads;
  std::atomic<int> clashes = 0;
  for (int id = 0; id < 4; ++id)
    threads.emplace_back([&, id] {
      for (int run = 0; run < 500; ++run) {
        std::shared_ptr<void> block = memory.take(0, 4096);
        auto *bytes = static_cast<volatile unsigned char *>(block.get());
        bytes[0] = static_cast<unsigned char>(id);
        bytes[4095] = static_cast<unsigned char>(id);
        clashes += bytes[0] != id || bytes[4095] != id;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(clashes == 0);
}
