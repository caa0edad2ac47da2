// Groups and kernels: verifiers, and the text of schedules and reports.
#include "dialects/Fusion/FusionDialect.h"

#include "mlir/IR/Builders.h"

#define GET_OP_CLASSES
#include "dialects/Fusion/KernelOps.cpp.inc"

namespace delos::fusion {

using mlir::LogicalResult;

/// The terminator of a group or kernel must yield exactly the op's results.
static LogicalResult verifyYield(mlir::Operation *op, mlir::Block &body) {
  if (body.empty() || !mlir::isa<YieldOp>(body.back()))
    return op->emitOpError() << "expected a body that ends in fusion.yield";
  mlir::TypeRange yielded = body.back().getOperandTypes();
  if (yielded != op->getResultTypes())
    return op->emitOpError() << "expected the body to yield (" << op->getResultTypes() << "), got ("
                             << yielded << ")";
  return mlir::success();
}

LogicalResult GroupOp::verifyRegions() { return verifyYield(*this, getBody().front()); }

LogicalResult KernelOp::verifyRegions() {
  mlir::Block &body = getBody().front();
  if (body.getArgumentTypes() != getInputs().getTypes())
    return emitOpError() << "expected block arguments (" << getInputs().getTypes() << "), got ("
                         << body.getArgumentTypes() << ")";
  return verifyYield(*this, body);
}

//===-- Attributes
//-----------------------------------------------------------------------------------------------------------------===//

mlir::Attribute ScheduleAttr::parse(mlir::AsmParser &parser, mlir::Type) {
  std::string generator;
  mlir::DictionaryAttr knobs;
  if (parser.parseLess() || parser.parseKeywordOrString(&generator) || parser.parseComma() ||
      parser.parseAttribute(knobs) || parser.parseGreater())
    return {};
  return ScheduleAttr::get(parser.getContext(), parser.getBuilder().getStringAttr(generator), knobs);
}

void ScheduleAttr::print(mlir::AsmPrinter &printer) const {
  printer << "<";
  printer.printKeywordOrString(getGenerator());
  printer << ", " << getKnobs() << ">";
}

mlir::Attribute ReportAttr::parse(mlir::AsmParser &parser, mlir::Type) {
  llvm::StringRef verdict;
  mlir::DictionaryAttr entries;
  llvm::SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&verdict) || parser.parseComma() ||
      parser.parseAttribute(entries) || parser.parseGreater())
    return {};
  if (verdict != "ok" && verdict != "refused") {
    parser.emitError(where, "expected 'ok' or 'refused', got '") << verdict << "'";
    return {};
  }
  return ReportAttr::get(parser.getContext(), verdict == "ok", entries);
}

void ReportAttr::print(mlir::AsmPrinter &printer) const {
  printer << "<" << (getOk() ? "ok" : "refused") << ", " << getEntries() << ">";
}

} // namespace delos::fusion
