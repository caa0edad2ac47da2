// Detection of the host and lookup of named processors.
#include "lib/Target/CPU/TargetDescription.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include <algorithm>
#include <fstream>
#include <thread>
#include <unistd.h>

using namespace delos::cpu;

bool TargetDescription::has(std::string_view feature) const {
  return std::binary_search(features.begin(), features.end(), feature);
}

std::string TargetDescription::featureString() const {
  std::string text;
  for (const std::string &feature : features)
    text += (text.empty() ? "+" : ",+") + feature;
  return text;
}

std::string TargetDescription::key() const {
  return absl::StrCat(triple, "/", cpu, "/", featureString(), "/", vectorBits, "x", vectorRegisters, "/",
                      l1Bytes, "/", l2Bytes, "/", l3Bytes, "/winograd", winograd,
                      preciseMath ? "/precise" : "");
}

/// Derives the register file from the features.
static void describeVectors(TargetDescription &target) {
  bool wide =
      target.has("avx512f") && target.has("avx512bw") && target.has("avx512vl") && target.has("avx512dq");
  target.vectorBits = wide ? 512 : target.has("avx2") ? 256 : 128;
  target.vectorRegisters = target.has("avx512vl") ? 32 : 16;
  target.hasFma = target.has("fma");
}

static int64_t cacheBytes(int name, int64_t fallback) {
  long bytes = sysconf(name);
  return bytes > 0 ? bytes : fallback;
}

/// Bytes of the L3 that this core can reach, as the kernel lists it: sysconf adds up all slices of a socket.
static int64_t reachableL3(int64_t fallback) {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index3/size");
  int64_t size = 0;
  char unit = 0;
  if (!(file >> size >> unit) || size <= 0)
    return cacheBytes(_SC_LEVEL3_CACHE_SIZE, fallback);
  return size << (unit == 'M' ? 20 : unit == 'K' ? 10 : 0);
}

static void describeMachine(TargetDescription &target) {
  target.l1Bytes = cacheBytes(_SC_LEVEL1_DCACHE_SIZE, target.l1Bytes);
  target.l2Bytes = cacheBytes(_SC_LEVEL2_CACHE_SIZE, target.l2Bytes);
  target.l3Bytes = reachableL3(target.l3Bytes);
  target.cores = std::max(1u, std::thread::hardware_concurrency());
}

TargetDescription TargetDescription::host() {
  TargetDescription target;
  target.triple = llvm::sys::getProcessTriple();
  target.cpu = llvm::sys::getHostCPUName().str();
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    if (feature.second)
      target.features.push_back(feature.first().str());
  std::sort(target.features.begin(), target.features.end());
  describeVectors(target);
  describeMachine(target);
  return target;
}

absl::StatusOr<TargetDescription> TargetDescription::named(std::string_view cpu) {
  llvm::StringRef name(cpu.data(), cpu.size());
  if (llvm::X86::parseArchX86(name, /*Only64Bit=*/true) == llvm::X86::CK_None)
    return absl::InvalidArgumentError(
        absl::StrCat("target: expected an x86-64 processor name, got '", std::string(cpu), "'"));
  TargetDescription target;
  target.triple = "x86_64-unknown-linux-gnu";
  target.cpu = std::string(cpu);
  llvm::SmallVector<llvm::StringRef> features;
  llvm::X86::getFeaturesForCPU(name, features);
  // The table leaves out what another feature implies.
  llvm::StringMap<bool> implied;
  for (llvm::StringRef feature : features) {
    implied[feature] = true;
    llvm::X86::updateImpliedFeatures(feature, /*Enabled=*/true, implied);
  }
  for (const auto &feature : implied)
    if (feature.second)
      target.features.push_back(feature.first().str());
  std::sort(target.features.begin(), target.features.end());
  describeVectors(target);
  describeMachine(target);
  return target;
}
