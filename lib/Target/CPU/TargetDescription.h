// What the CPU back end knows about the machine it generates code for.
#pragma once

#include "absl/status/statusor.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace delos::cpu {

/// A CPU as the generators see it. Plain data: two equal descriptions give the same code.
struct TargetDescription {
  std::string triple;
  /// LLVM's name of the processor, e.g. "znver5" or "x86-64-v3".
  std::string cpu;
  /// LLVM feature names that are on, sorted, e.g. "avx512f".
  std::vector<std::string> features;
  /// Widest vector register that pays, and how many of them there are.
  int64_t vectorBits = 128;
  int64_t vectorRegisters = 16;
  bool hasFma = false;
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 1 << 20;
  /// Shared by the cores.
  int64_t l3Bytes = 16 << 20;
  int64_t cores = 1;
  /// Largest output tile m of F(m x m, 3 x 3) that convolutions may use: 0, 2 or 4.
  int64_t winograd = 2;
  /// Mathematical functions of f32 within 1 ulp instead of the fast ones: the user's choice, not the
  /// machine's.
  bool preciseMath = false;

  bool has(std::string_view feature) const;
  bool isX86() const { return triple.starts_with("x86_64"); }
  /// Lanes of a vector of `elementBits`-wide elements.
  int64_t lanes(int64_t elementBits) const { return vectorBits / elementBits; }
  /// LLVM's feature string, "+a,+b".
  std::string featureString() const;
  /// A text that tells descriptions apart wherever code would differ.
  std::string key() const;

  /// The machine this process runs on. Features the operating system does not enable are off.
  static TargetDescription host();
  /// A named x86-64 processor ("x86-64-v2" .. "x86-64-v4", "haswell", "znver5" ...) with the cache sizes of
  /// the host. An unknown name is an invalid-argument status.
  static absl::StatusOr<TargetDescription> named(std::string_view cpu);
};

} // namespace delos::cpu
