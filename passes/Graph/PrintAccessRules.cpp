// graph-print-access-rules: what every op reads and writes, as remarks.
#include "passes/Graph/Passes.h"

#include "llvm/Support/raw_ostream.h"

namespace delos::graph {
#define GEN_PASS_DEF_PRINTACCESSRULESPASS
#include "passes/Graph/Passes.h.inc"
} // namespace delos::graph

using namespace delos;

namespace {
struct PrintAccessRulesPass : graph::impl::PrintAccessRulesPassBase<PrintAccessRulesPass> {
  void runOnOperation() override {
    getOperation().walk([](graph::AccessRuleOpInterface op) {
      graph::AccessRule rule = op.getAccessRule();
      std::string text;
      llvm::raw_string_ostream stream(text);
      rule.print(stream);
      op->emitRemark() << op->getName() << " " << graph::stringifyAccessClass(graph::classify(rule)) << ": "
                       << text;
    });
    markAllAnalysesPreserved();
  }
};
} // namespace
