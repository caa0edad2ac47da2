// Lookup in the table of openers.
#include "lib/Open/OpenerTable.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <map>

namespace delos::open {

namespace {

using Family = llvm::ArrayRef<OpenerRow> (*)();

constexpr Family kFamilies[] = {
    elementwiseOpeners, activationOpeners,  reductionOpeners,    shapeOpeners,         slicingOpeners,
    linearOpeners,      convolutionOpeners, poolingOpeners,      normalizationOpeners, indexingOpeners,
    generatorOpeners,   resizeOpeners,      quantizationOpeners, lossOpeners,          optimizerOpeners,
    controlFlowOpeners, attentionOpeners,   recurrentOpeners,    signalOpeners,        samplingOpeners,
    regionOpeners,      tabularOpeners,
};

using Key = std::pair<llvm::StringRef, llvm::StringRef>;

/// All rows by operator, each list in the order of its since-versions.
const std::map<Key, llvm::SmallVector<const OpenerRow *>> &rowsByOperator() {
  static const auto table = [] {
    std::map<Key, llvm::SmallVector<const OpenerRow *>> rows;
    for (auto family : kFamilies)
      for (const OpenerRow &row : family())
        rows[{row.domain, row.opType}].push_back(&row);
    for (auto &[key, list] : rows)
      llvm::sort(list, [](const OpenerRow *a, const OpenerRow *b) { return a->since < b->since; });
    return rows;
  }();
  return table;
}

} // namespace

const OpenerRow *findOpener(llvm::StringRef domain, llvm::StringRef opType, int64_t opset) {
  auto it = rowsByOperator().find({domain, opType});
  const OpenerRow *best = nullptr;
  if (it != rowsByOperator().end())
    for (const OpenerRow *row : it->second)
      if (row->since <= opset)
        best = row;
  return best;
}

bool hasOpener(llvm::StringRef domain, llvm::StringRef opType) {
  return rowsByOperator().count({domain, opType}) != 0;
}

} // namespace delos::open
