// What a loop optimizer answers for a candidate group: the currency of the feedback loop.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "mlir/IR/Attributes.h"

#include <cstdint>
#include <string>

namespace llvm {
class raw_ostream;
}
namespace mlir {
class MLIRContext;
}

namespace delos {

/// What running a group once would cost, at representative sizes where dims are symbolic.
struct Estimate {
  double flops = 0;
  /// Bytes that leave or enter the kernel, each counted as often as it moves.
  double bytesRead = 0;
  double bytesWritten = 0;
  /// One thread, launch included.
  double seconds = 0;
  /// Tiles that may run at the same time.
  double parallelTasks = 1;

  double bytes() const { return bytesRead + bytesWritten; }
  void print(llvm::raw_ostream &os) const;
};

/// What the generated code takes; zero where the fidelity that answered does not know.
struct Resources {
  int64_t spills = 0;
  int64_t reloads = 0;
  int64_t stackBytes = 0;
  int64_t scratchBytes = 0;
  int64_t codeBytes = 0;
};

/// How much work went into an answer. A comparison is settled at the lowest level that can.
enum class Fidelity { Analytic, Planned, Generated, Measured };
llvm::StringRef stringifyFidelity(Fidelity fidelity);

/// The edge at which a group should be cut: positions of nodes in the problem, -1 where the refusal names
/// none.
struct BlockingEdge {
  int32_t producer = -1;
  int32_t consumer = -1;
};

/// Either an estimate with the schedule behind it, or a refusal with its reason.
struct GroupReport {
  bool ok = false;
  Fidelity fidelity = Fidelity::Analytic;
  Estimate estimate;
  Resources resources;
  /// The schedule in the form of `#fusion.schedule`; null in an analytic answer or a refusal.
  mlir::Attribute schedule;
  /// Refusals: why, which edge to cut, and the limit that was exceeded (empty when it was none).
  std::string reason;
  BlockingEdge blockingEdge;
  std::string limit;

  static GroupReport accepted(const Estimate &estimate, Fidelity fidelity, mlir::Attribute schedule = {});
  static GroupReport refused(std::string reason, BlockingEdge edge = {}, std::string limit = {});

  void print(llvm::raw_ostream &os) const;
  /// The `#fusion.report` attribute, and back. Node positions are not part of it.
  mlir::Attribute toAttribute(mlir::MLIRContext *context) const;
  static GroupReport fromAttribute(mlir::Attribute attribute);
};

/// The planner's only view of loop optimization. An implementation answers for any set of nodes of one
/// problem, given in increasing order; equal sets get equal answers.
class GroupEvaluator {
public:
  virtual ~GroupEvaluator() = default;
  virtual GroupReport evaluate(llvm::ArrayRef<int32_t> nodes) = 0;
};

} // namespace delos
