// Printing of group reports and their form as an attribute.
#include "lib/Cost/GroupReport.h"

#include "dialects/Fusion/FusionDialect.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/Builders.h"

namespace delos {

llvm::StringRef stringifyFidelity(Fidelity fidelity) {
  switch (fidelity) {
  case Fidelity::Analytic:
    return "analytic";
  case Fidelity::Planned:
    return "planned";
  case Fidelity::Generated:
    return "generated";
  case Fidelity::Measured:
    return "measured";
  }
  return "?";
}

void Estimate::print(llvm::raw_ostream &os) const {
  os << "flops " << flops << ", read " << bytesRead << " B, written " << bytesWritten << " B, " << seconds
     << " s, " << parallelTasks << " tasks";
}

GroupReport GroupReport::accepted(const Estimate &estimate, Fidelity fidelity, mlir::Attribute schedule) {
  GroupReport report;
  report.ok = true;
  report.fidelity = fidelity;
  report.estimate = estimate;
  report.schedule = schedule;
  return report;
}

GroupReport GroupReport::refused(std::string reason, BlockingEdge edge, std::string limit) {
  GroupReport report;
  report.reason = std::move(reason);
  report.blockingEdge = edge;
  report.limit = std::move(limit);
  return report;
}

void GroupReport::print(llvm::raw_ostream &os) const {
  if (!ok) {
    os << "refused: " << reason;
    if (!limit.empty())
      os << " (limit: " << limit << ")";
    return;
  }
  os << stringifyFidelity(fidelity) << ": ";
  estimate.print(os);
}

//===-- Attribute form
//-------------------------------------------------------------------------------------------------------------===//

namespace {

/// Calls `visit` with the attribute name and the field of every number.
template <typename Report, typename Visit>
void visitNumbers(Report &report, Visit visit) {
  visit("flops", report.estimate.flops);
  visit("bytes_read", report.estimate.bytesRead);
  visit("bytes_written", report.estimate.bytesWritten);
  visit("seconds", report.estimate.seconds);
  visit("parallel_tasks", report.estimate.parallelTasks);
  visit("spills", report.resources.spills);
  visit("reloads", report.resources.reloads);
  visit("stack_bytes", report.resources.stackBytes);
  visit("scratch_bytes", report.resources.scratchBytes);
  visit("code_bytes", report.resources.codeBytes);
}

} // namespace

mlir::Attribute GroupReport::toAttribute(mlir::MLIRContext *context) const {
  mlir::Builder builder(context);
  mlir::NamedAttrList entries;
  if (ok) {
    entries.set("fidelity", builder.getStringAttr(stringifyFidelity(fidelity)));
    visitNumbers(*this, [&](const char *name, auto value) {
      if (value == 0)
        return;
      if constexpr (std::is_floating_point_v<decltype(value)>)
        entries.set(name, builder.getF64FloatAttr(value));
      else
        entries.set(name, builder.getI64IntegerAttr(value));
    });
  } else {
    entries.set("reason", builder.getStringAttr(reason));
    if (!limit.empty())
      entries.set("limit", builder.getStringAttr(limit));
  }
  return fusion::ReportAttr::get(context, ok, entries.getDictionary(context));
}

GroupReport GroupReport::fromAttribute(mlir::Attribute attribute) {
  auto attr = mlir::cast<fusion::ReportAttr>(attribute);
  auto text = [&](llvm::StringRef name) {
    auto value = mlir::dyn_cast_or_null<mlir::StringAttr>(attr.getEntries().get(name));
    return value ? value.str() : std::string();
  };
  if (!attr.getOk())
    return refused(text("reason"), {}, text("limit"));
  GroupReport report;
  report.ok = true;
  for (Fidelity fidelity : {Fidelity::Analytic, Fidelity::Planned, Fidelity::Generated, Fidelity::Measured})
    if (stringifyFidelity(fidelity) == text("fidelity"))
      report.fidelity = fidelity;
  visitNumbers(report, [&](const char *name, auto &value) {
    mlir::Attribute entry = attr.getEntries().get(name);
    if (auto number = mlir::dyn_cast_or_null<mlir::FloatAttr>(entry))
      value = number.getValueAsDouble();
    else if (auto integer = mlir::dyn_cast_or_null<mlir::IntegerAttr>(entry))
      value = integer.getInt();
  });
  return report;
}

} // namespace delos
