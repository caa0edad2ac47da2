// The reference interpreter: walks a function and asks each op's evaluator.
#include "lib/Reference/Interpreter.h"

#include "lib/Reference/Evaluation.h"
#include "runtime/abi/DType.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>

namespace delos::reference {

namespace {

/// Attribute of an opened function: pairs of sizes that its inputs must make equal.
constexpr llvm::StringLiteral kEqualDimsAttr = "graph.equal_dims";

const EvaluatorTable &evaluators() {
  static const EvaluatorTable table = [] {
    EvaluatorTable all;
    for (auto *addFamily :
         {addSources, addElementwise, addViews, addReductions, addWindows, addContractions, addIndexing})
      addFamily(all);
    return all;
  }();
  return table;
}

std::string describe(mlir::Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << op->getName() << " at " << op->getLoc();
  return text;
}

absl::Status at(mlir::Operation *op, const absl::Status &status) {
  return absl::Status(status.code(), absl::StrCat(describe(op), ": ", status.message()));
}

/// Runs blocks; values die with their last use in their block.
class BlockRunner {
public:
  explicit BlockRunner(const InterpreterOptions &options) : options(options), evaluation(options) {}

  absl::Status bindInputs(mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs);
  /// Runs a block whose arguments have these tensors; gives the operands of its terminator.
  absl::StatusOr<Tensors> run(mlir::Block &block, llvm::ArrayRef<RefTensor> arguments);

private:
  absl::Status checkEqualDims(mlir::func::FuncOp function);
  absl::StatusOr<Tensors> evaluate(mlir::Operation &op, llvm::ArrayRef<RefTensor> operands);
  absl::StatusOr<Tensors> checked(mlir::Operation &op, absl::StatusOr<Tensors> results);
  void define(mlir::Value value, RefTensor tensor);
  void releaseOperands(mlir::Operation &op);

  const InterpreterOptions &options;
  Evaluation evaluation;
  llvm::DenseMap<mlir::Value, RefTensor> tensors;
};

absl::Status BlockRunner::checkEqualDims(mlir::func::FuncOp function) {
  auto pairs = function->getAttrOfType<mlir::ArrayAttr>(kEqualDimsAttr);
  if (!pairs)
    return absl::OkStatus();
  for (auto pair : pairs.getAsRange<graph::DimsAttr>()) {
    DELOS_REF_ASSIGN(sizes, evaluation.valuesOf(graph::dimsOf(pair)));
    for (int64_t size : sizes)
      if (size != sizes.front())
        return disagreement(absl::StrCat("sizes ", graph::dimsOf(pair).front().str(), " and ",
                                         graph::dimsOf(pair).back().str()),
                            "equal ones", str(sizes));
  }
  return absl::OkStatus();
}

absl::Status BlockRunner::bindInputs(mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs) {
  if (function.getNumArguments() != inputs.size())
    return disagreement(absl::StrCat("@", function.getName().str()),
                        absl::StrCat(function.getNumArguments(), " inputs"), inputs.size());
  for (auto [index, argument] : llvm::enumerate(function.getArguments())) {
    std::string what = absl::StrCat("input ", index, " of @", function.getName().str());
    auto type = mlir::dyn_cast<mlir::RankedTensorType>(argument.getType());
    if (!type)
      return absl::UnimplementedError(absl::StrCat(what, ": expected a tensor type"));
    if (DelosDType expected = dtypeOf(type.getElementType()); expected != inputs[index].dtype())
      return disagreement(what, runtime::dtypeName(expected), runtime::dtypeName(inputs[index].dtype()));
    DELOS_REF_RETURN(evaluation.bind(what, type, inputs[index].shape()));
  }
  return checkEqualDims(function);
}

void BlockRunner::define(mlir::Value value, RefTensor tensor) {
  if (options.observe)
    options.observe(value, tensor);
  if (!value.use_empty())
    tensors[value] = std::move(tensor);
}

void BlockRunner::releaseOperands(mlir::Operation &op) {
  for (mlir::Value operand : op.getOperands()) {
    bool last =
        operand.getParentBlock() == op.getBlock() && llvm::all_of(operand.getUsers(), [&](auto *user) {
          mlir::Operation *here = op.getBlock()->findAncestorOpInBlock(*user);
          return here == &op || here->isBeforeInBlock(&op);
        });
    if (last)
      tensors.erase(operand);
  }
}

absl::StatusOr<Tensors> BlockRunner::checked(mlir::Operation &op, absl::StatusOr<Tensors> results) {
  if (!results.ok())
    return at(&op, results.status());
  for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results)) {
    DELOS_REF_ASSIGN(shape, evaluation.shapeOf(value));
    if (shape != tensor.shape() || evaluation.heldDType(value) != tensor.dtype())
      return absl::InternalError(absl::StrCat(describe(&op), ": the interpreter made ", str(tensor.shape()),
                                              " ", runtime::dtypeName(tensor.dtype()), " instead of ",
                                              str(shape)));
  }
  return results;
}

absl::StatusOr<Tensors> BlockRunner::evaluate(mlir::Operation &op, llvm::ArrayRef<RefTensor> operands) {
  if (Evaluator evaluator = evaluators().lookup(op.getName().getStringRef()))
    return checked(op, evaluator(&op, operands, evaluation));
  // A kernel or group of the fusion dialect: its block computes its results from its operands.
  bool isRegion = op.getName().getDialectNamespace() == "fusion" && op.getNumRegions() == 1 &&
                  llvm::hasSingleElement(op.getRegion(0));
  if (isRegion && llvm::is_contained({size_t{0}, operands.size()}, op.getRegion(0).getNumArguments()))
    return run(op.getRegion(0).front(), operands.take_front(op.getRegion(0).getNumArguments()));
  return absl::UnimplementedError(absl::StrCat(describe(&op), " is no primitive of the graph dialect"));
}

absl::StatusOr<Tensors> BlockRunner::run(mlir::Block &block, llvm::ArrayRef<RefTensor> arguments) {
  for (auto [value, tensor] : llvm::zip_equal(block.getArguments(), arguments))
    define(value, tensor);
  for (mlir::Operation &op : block) {
    Tensors operands;
    for (mlir::Value value : op.getOperands())
      operands.push_back(tensors.lookup(value));
    if (op.hasTrait<mlir::OpTrait::IsTerminator>())
      return operands;
    DELOS_REF_ASSIGN(results, evaluate(op, operands));
    for (auto [value, tensor] : llvm::zip_equal(op.getResults(), results))
      define(value, std::move(tensor));
    releaseOperands(op);
  }
  return absl::InternalError("a block without a terminator");
}

} // namespace

absl::StatusOr<std::vector<RefTensor>>
interpret(mlir::func::FuncOp function, llvm::ArrayRef<RefTensor> inputs, const InterpreterOptions &options) {
  if (function.isExternal() || !llvm::hasSingleElement(function.getBody()))
    return absl::InvalidArgumentError(
        absl::StrCat("@", function.getName().str(), ": expected a function of one block"));
  BlockRunner runner(options);
  DELOS_REF_RETURN(runner.bindInputs(function, inputs));
  Evaluation widening(options);
  Tensors held;
  for (const RefTensor &input : inputs) {
    DELOS_REF_ASSIGN(tensor, widening.held(input));
    held.push_back(std::move(tensor));
  }
  return runner.run(function.getBody().front(), held);
}

} // namespace delos::reference
