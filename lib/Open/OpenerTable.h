// The table of openers: operator and since-version to the function that rewrites it.
#pragma once

#include "lib/Open/Node.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace delos::open {

/// Rewrites one node into graph primitives; the results in the order of the operator's outputs. Problems go
/// to the node's builder; results after a failure are ignored.
using Opener = Tensors (*)(Node &);

struct OpenerRow {
  llvm::StringLiteral domain; ///< empty for ai.onnx
  llvm::StringLiteral opType;
  int64_t since; ///< the first version of the domain whose rules `open` follows
  Opener open;
  unsigned minOperands, maxOperands;
};

inline constexpr unsigned kVariadic = 1u << 20;

/// The row with the greatest since-version that is not above `opset`; null when the operator has none.
const OpenerRow *findOpener(llvm::StringRef domain, llvm::StringRef opType, int64_t opset);

/// True when the operator has a row at any version.
bool hasOpener(llvm::StringRef domain, llvm::StringRef opType);

// One list per operator family, each in its own file.
llvm::ArrayRef<OpenerRow> elementwiseOpeners();
llvm::ArrayRef<OpenerRow> activationOpeners();
llvm::ArrayRef<OpenerRow> reductionOpeners();
llvm::ArrayRef<OpenerRow> shapeOpeners();
llvm::ArrayRef<OpenerRow> slicingOpeners();
llvm::ArrayRef<OpenerRow> linearOpeners();
llvm::ArrayRef<OpenerRow> convolutionOpeners();
llvm::ArrayRef<OpenerRow> poolingOpeners();
llvm::ArrayRef<OpenerRow> normalizationOpeners();
llvm::ArrayRef<OpenerRow> indexingOpeners();
llvm::ArrayRef<OpenerRow> generatorOpeners();
llvm::ArrayRef<OpenerRow> resizeOpeners();
llvm::ArrayRef<OpenerRow> quantizationOpeners();
llvm::ArrayRef<OpenerRow> lossOpeners();
llvm::ArrayRef<OpenerRow> optimizerOpeners();
llvm::ArrayRef<OpenerRow> controlFlowOpeners();
llvm::ArrayRef<OpenerRow> attentionOpeners();
llvm::ArrayRef<OpenerRow> recurrentOpeners();
llvm::ArrayRef<OpenerRow> signalOpeners();
llvm::ArrayRef<OpenerRow> samplingOpeners();
llvm::ArrayRef<OpenerRow> regionOpeners();
llvm::ArrayRef<OpenerRow> tabularOpeners();

} // namespace delos::open
