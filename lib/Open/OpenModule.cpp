// Walks a function's nodes in order, opens each into a function beside it, and swaps the two when all could
// be opened.
#include "lib/Open/OpenModule.h"

#include "dialects/Onnx/OnnxDialect.h"
#include "lib/Open/OpenerTable.h"

#include "llvm/ADT/ScopeExit.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <algorithm>

namespace delos::open {

using mlir::func::FuncOp;

namespace {

constexpr size_t kMaxProblems = 50;

/// Opens one function.
class FunctionOpener {
public:
  FunctionOpener(FuncOp source, const OpenOptions &options, std::vector<OpenProblem> &problems)
      : source(source), options(options), problems(problems), ops(source.getContext()),
        b(ops, source.getLoc()) {}

  /// The opened function, not part of the module yet; null when a problem was found.
  FuncOp run() {
    if (!source.getBody().hasOneBlock()) {
      report(source.getLoc(), "function '" + source.getName().str() + "': expected one block", false);
      return {};
    }
    size_t before = problems.size();
    target = FuncOp::create(source.getLoc(), source.getName(), source.getFunctionType());
    target->setAttrs(source->getAttrs());
    ops.setInsertionPointToStart(target.addEntryBlock());
    Tensors results;
    if (bindArguments() && openBlock(source.getBody().front(), results) && problems.size() == before)
      finish(results);
    if (problems.size() == before)
      return target;
    target.erase();
    return {};
  }

private:
  //===-- The function's border ---------------------------------------------------------------===//

  std::string argumentName(unsigned index) {
    auto name = source.getArgAttrOfType<mlir::StringAttr>(index, onnx::nameAttrName);
    return name ? name.getValue().str() : "#" + std::to_string(index);
  }

  /// The argument's type with a symbol for every dim of unknown size; null when it is not a tensor of a
  /// supported kind.
  mlir::RankedTensorType argumentType(unsigned index) {
    auto type = mlir::dyn_cast<mlir::RankedTensorType>(source.getArgument(index).getType());
    if (!type || !isSupportedElementType(type.getElementType()))
      return {};
    Dims dims = graph::dimsOf(type);
    for (auto [position, dim] : llvm::enumerate(dims))
      if (dim == DimExpr::symbol("?"))
        dim = DimExpr::symbol(sanitizeSymbolName(argumentName(index) + "_" + std::to_string(position)));
    return graph::tensorType(dims, type.getElementType());
  }

  bool bindArguments() {
    mlir::Block &block = target.getBody().front();
    for (unsigned index = 0; index < source.getNumArguments(); ++index) {
      mlir::RankedTensorType type = argumentType(index);
      if (!type) {
        std::string text;
        llvm::raw_string_ostream(text) << "unsupported: input '" << argumentName(index) << "' has type "
                                       << source.getArgument(index).getType();
        report(source.getLoc(), text, true);
        continue;
      }
      block.getArgument(index).setType(type);
      Tensor value(b, block.getArgument(index));
      if (auto fixed = source.getArgAttrOfType<mlir::ElementsAttr>(index, onnx::valueAttrName))
        value = specialise(index, type, fixed);
      tensors[source.getArgument(index)] = value;
    }
    return problems.empty();
  }

  Tensor specialise(unsigned index, mlir::RankedTensorType type, mlir::ElementsAttr fixed) {
    if (fixed.getType() != type)
      report(source.getLoc(),
             "input '" + argumentName(index) + "': the value to specialise on has another type", false);
    return b.constant(fixed);
  }

  void finish(llvm::ArrayRef<Tensor> results) {
    llvm::SmallVector<mlir::Value> values;
    for (auto [index, result] : llvm::enumerate(results)) {
      mlir::Type stated = source.getFunctionType().getResult(index);
      auto tensor = mlir::dyn_cast<mlir::TensorType>(stated);
      if (tensor && tensor.getElementType() != result.elementType())
        report(source.getLoc(),
               "output " + std::to_string(index) + ": the model states element type " +
                   describe(tensor.getElementType()) + ", its nodes give " + describe(result.elementType()),
               false);
      values.push_back(result.value());
    }
    mlir::func::ReturnOp::create(ops, source.getLoc(), values);
    eraseDeadOps();
    target.setFunctionType(
        ops.getFunctionType(target.getBody().front().getArgumentTypes(), mlir::ValueRange(values)));
    noteRequirements();
  }

  void eraseDeadOps() {
    for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(target.getBody().front())))
      if (mlir::isOpTriviallyDead(&op))
        op.erase();
  }

  void noteRequirements() {
    llvm::SmallVector<mlir::Attribute> pairs;
    for (const auto &[left, right] : b.requirements())
      pairs.push_back(graph::DimsAttr::get(b.context(), {ops.getStringAttr(left), ops.getStringAttr(right)}));
    if (!pairs.empty())
      target->setAttr(equalDimsAttrName, ops.getArrayAttr(pairs));
  }

  //===-- Nodes -------------------------------------------------------------------------------===//

  /// Opens a block's ops; `results` receives what its terminator yields. False when something could not be
  /// opened.
  bool openBlock(mlir::Block &block, Tensors &results) {
    for (mlir::Operation &op : block.without_terminator()) {
      if (auto node = mlir::dyn_cast<onnx::NodeOp>(op))
        openNode(node);
      else if (auto constant = mlir::dyn_cast<onnx::ConstantOp>(op))
        openConstant(constant);
      else if (!mlir::isa<onnx::NoneOp>(op))
        report(op.getLoc(), "expected onnx ops, got " + op.getName().getStringRef().str(), false);
      if (problems.size() >= kMaxProblems)
        return false;
    }
    bool complete = true;
    for (mlir::Value yielded : block.getTerminator()->getOperands()) {
      results.push_back(tensors.lookup(yielded));
      complete &= static_cast<bool>(results.back());
      if (!results.back() && problems.empty())
        report(block.getTerminator()->getLoc(), "unsupported: a result that is not a tensor", true);
    }
    return complete;
  }

  void openConstant(onnx::ConstantOp constant) {
    // Constants of other types are refused where a node uses them.
    if (isSupportedElementType(constant.getValue().getShapedType().getElementType())) {
      b.setLocation(constant.getLoc());
      tensors[constant.getResult()] = b.constant(constant.getValue());
    }
  }

  /// The node's operands; false when one of them failed before or cannot be represented.
  bool bindOperands(onnx::NodeOp node, llvm::SmallVectorImpl<Tensor> &operands) {
    for (auto [index, value] : llvm::enumerate(node.getInputs())) {
      operands.push_back(tensors.lookup(value));
      if (operands.back() || mlir::isa<onnx::NoneType>(value.getType()))
        continue;
      if (!failedValues.contains(value)) {
        std::string text;
        llvm::raw_string_ostream(text) << "operand " << index << " of type " << value.getType();
        b.unsupported(text);
      }
      return false;
    }
    return true;
  }

  void openNode(onnx::NodeOp node) {
    b.clearFailure();
    b.setLocation(locationOf(node));
    llvm::SmallVector<Tensor> operands;
    Tensors results;
    bool isBound = bindOperands(node, operands);
    if (isBound)
      results = dispatch(node, operands);
    for (auto [index, result] : llvm::enumerate(node.getResults())) {
      if (mlir::isa<onnx::NoneType>(result.getType()))
        continue;
      Tensor value = index < results.size() ? results[index] : Tensor();
      if (isBound && !value && !b.failed())
        b.unsupported("output " + llvm::Twine(index));
      tensors[result] = value;
      if (!value || b.failed())
        failedValues.insert(result);
    }
    if (b.failed())
      report(node, operands);
  }

  Tensors dispatch(onnx::NodeOp node, llvm::ArrayRef<Tensor> operands) {
    const OpenerRow *row = findOpener(node.getDomain(), node.getOpType(), node.getOpset());
    if (!row)
      return {b.unsupported(hasOpener(node.getDomain(), node.getOpType()) ? "no opener for this version"
                                                                          : "no opener")};
    if (operands.size() < row->minOperands || operands.size() > row->maxOperands)
      return {b.fail("expected " + llvm::Twine(row->minOperands) + " to " + llvm::Twine(row->maxOperands) +
                     " operands, got " + llvm::Twine(operands.size()))};
    if (b.createdOps() > options.maxOps)
      return {b.unsupported("the model opens into more than " + llvm::Twine(options.maxOps) + " ops")};
    auto openBody = [&](mlir::Region &region, llvm::ArrayRef<Tensor> arguments, Tensors &results) {
      return openRegion(region, arguments, results);
    };
    Node opened(b, node, operands, openBody);
    return row->open(opened);
  }

  bool openRegion(mlir::Region &region, llvm::ArrayRef<Tensor> arguments, Tensors &results) {
    if (!region.hasOneBlock() || region.getNumArguments() != arguments.size())
      return static_cast<bool>(b.fail("expected a body of " + llvm::Twine(arguments.size()) + " arguments"));
    for (auto [argument, value] : llvm::zip(region.getArguments(), arguments))
      tensors[argument] = value;
    mlir::Location outer = b.getLocation();
    bool isOpened = openBlock(region.front(), results) && !b.failed();
    b.setLocation(outer);
    if (!isOpened)
      b.fail("a node of its body cannot be opened", problems.empty() || problems.back().unsupported);
    return isOpened;
  }

  //===-- Problems ----------------------------------------------------------------------------===//

  static mlir::Location locationOf(onnx::NodeOp node) {
    auto name = mlir::StringAttr::get(node.getContext(), node.getDisplayName());
    if (mlir::isa<mlir::UnknownLoc>(node.getLoc()))
      return mlir::NameLoc::get(name);
    return mlir::isa<mlir::NameLoc>(node.getLoc()) ? node.getLoc() : mlir::NameLoc::get(name, node.getLoc());
  }

  void report(mlir::Location location, std::string message, bool unsupported) {
    problems.push_back({location, std::move(message), unsupported, {}});
  }

  /// "unsupported: node 'X' (ai.onnx:NonZero v13, f32): reason"
  void report(onnx::NodeOp node, llvm::ArrayRef<Tensor> operands) {
    std::string types;
    for (mlir::Value input : node.getInputs())
      if (auto tensor = mlir::dyn_cast<mlir::TensorType>(input.getType()); tensor && types.empty())
        types = ", " + describe(tensor.getElementType());
    if (auto *first = llvm::find_if(operands, [](const Tensor &x) { return static_cast<bool>(x); });
        first != operands.end())
      types = ", " + describe(first->elementType());
    std::string domain = node.getDomain().empty() ? "ai.onnx" : node.getDomain().str();
    OpenProblem problem{node.getLoc(),
                        (b.failedAsUnsupported() ? "unsupported: node '" : "invalid: node '") +
                            node.getDisplayName() + "' (" + domain + ":" + node.getOpType().str() + " v" +
                            std::to_string(node.getOpset()) + types + "): " + b.failure(),
                        b.failedAsUnsupported(),
                        {}};
    for (unsigned argument : b.neededArguments()) {
      problem.neededInputs.push_back(argumentName(argument));
      problem.message += "; it comes from input '" + argumentName(argument) + "'";
    }
    problems.push_back(std::move(problem));
    b.clearFailure();
  }

  FuncOp source, target;
  const OpenOptions &options;
  std::vector<OpenProblem> &problems;
  mlir::OpBuilder ops;
  OpenBuilder b;
  llvm::DenseMap<mlir::Value, Tensor> tensors;
  llvm::DenseSet<mlir::Value> failedValues;
};

absl::Status statusOf(const std::vector<OpenProblem> &problems) {
  std::string text;
  bool unsupported = true;
  for (const OpenProblem &problem : problems) {
    text += (text.empty() ? "" : "\n") + problem.message;
    unsupported &= problem.unsupported;
  }
  return unsupported ? absl::UnimplementedError(text) : absl::InvalidArgumentError(text);
}

} // namespace

absl::Status openModule(mlir::ModuleOp module, const OpenOptions &options,
                        std::vector<OpenProblem> *problems) {
  std::vector<OpenProblem> found;
  llvm::SmallVector<std::pair<FuncOp, FuncOp>> opened;
  for (FuncOp function : module.getOps<FuncOp>())
    if (!function.isDeclaration())
      opened.push_back({function, FunctionOpener(function, options, found).run()});
  for (auto [source, target] : opened) {
    if (found.empty()) {
      source->getBlock()->getOperations().insert(source->getIterator(), target);
      source.erase();
    } else if (target) {
      target.erase();
    }
  }
  if (problems)
    *problems = found;
  return found.empty() ? absl::OkStatus() : statusOf(found);
}

} // namespace delos::open
