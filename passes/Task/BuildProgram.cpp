// Turns a function of planned kernels into a program over buffers.
#include "dialects/Fusion/FusionDialect.h"
#include "passes/Task/PackedInputs.h"
#include "passes/Task/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace delos::task {

#define GEN_PASS_DEF_BUILDPROGRAMPASS
#include "passes/Task/Passes.h.inc"

namespace {

using mlir::LogicalResult;
using mlir::Operation;
using mlir::Value;

/// The name that an argument or result attribute gives, else a generic one.
std::string nameFrom(mlir::DictionaryAttr attributes, llvm::StringRef kind, unsigned index) {
  if (attributes)
    if (auto name = mlir::dyn_cast_or_null<mlir::StringAttr>(attributes.get("onnx.name")))
      return name.str();
  return (kind + llvm::Twine(index)).str();
}

/// The value whose bytes `value` shows: what a chain of reshapes starts from.
Value rootOf(Value value) {
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getInput();
  return value;
}

/// Builds one program.
class ProgramBuilder {
public:
  explicit ProgramBuilder(mlir::func::FuncOp function)
      : function(function), builder(function.getContext()), segmentBuilder(function.getContext()) {}

  LogicalResult run() {
    mlir::OpBuilder moduleBuilder(function);
    auto program = ProgramOp::create(moduleBuilder, function.getLoc(), builder.getStringAttr("main"),
                                     mlir::StringAttr());
    if (mlir::Attribute equalities = function->getAttr(kEqualDimsAttr))
      program->setAttr(kEqualDimsAttr, equalities);
    builder.createBlock(&program.getBody());
    declareInputs();
    assignOutputs();
    for (Operation &op : function.getBody().front().without_terminator())
      if (mlir::failed(translate(&op)))
        return mlir::failure();
    emitCopies();
    for (ConstantOp constant : llvm::make_early_inc_range(program.getBody().getOps<ConstantOp>()))
      if (constant->use_empty())
        constant.erase();
    function.erase();
    return mlir::success();
  }

private:
  void declareInputs() {
    for (auto [index, argument] : llvm::enumerate(function.getArguments())) {
      std::string name = nameFrom(function.getArgAttrDict(index), "input", index);
      Value input = InputOp::create(builder, argument.getLoc(), argument.getType(),
                                    builder.getI64IntegerAttr(index), builder.getStringAttr(name));
      buffers.map(Value(argument), input);
    }
  }

  /// Kernels write straight into the output that returns their value, once per value; everything else is
  /// copied at the end.
  void assignOutputs() {
    Operation *terminator = function.getBody().front().getTerminator();
    for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
      std::string name = nameFrom(function.getResultAttrDict(index), "output", index);
      Value root = rootOf(value);
      Value output = OutputOp::create(builder, value.getLoc(), value.getType(),
                                      builder.getI64IntegerAttr(index), builder.getStringAttr(name));
      if (root.getDefiningOp<fusion::KernelOp>() && !outputOf.contains(root))
        outputOf[root] = root.getType() == value.getType()
                             ? output
                             : AliasOp::create(builder, value.getLoc(), root.getType(), output).getResult();
      else
        copies.push_back({value, output});
    }
  }

  LogicalResult translate(Operation *op) {
    if (auto constant = mlir::dyn_cast<graph::ConstantOp>(op))
      return declareConstant(constant);
    if (auto reshape = mlir::dyn_cast<graph::ReshapeOp>(op))
      return declareAlias(reshape);
    if (auto kernel = mlir::dyn_cast<fusion::KernelOp>(op))
      return launch(kernel);
    return op->emitError() << "expected only planned kernels, constants and reshapes, got " << op->getName();
  }

  LogicalResult declareConstant(graph::ConstantOp constant) {
    std::string name = "constant" + std::to_string(numConstants++);
    Value buffer = ConstantOp::create(builder, constant.getLoc(), constant.getType(),
                                      builder.getStringAttr(name), constant.getValue());
    buffers.map(constant.getResult(), buffer);
    return mlir::success();
  }

  LogicalResult declareAlias(graph::ReshapeOp reshape) {
    Value alias =
        AliasOp::create(builder, reshape.getLoc(), reshape.getType(), buffers.lookup(reshape.getInput()));
    buffers.map(reshape.getResult(), alias);
    return mlir::success();
  }

  LogicalResult launch(fusion::KernelOp kernel) {
    auto record = kernel->getAttrOfType<mlir::FlatSymbolRefAttr>(kKernelRecordAttr);
    if (!record)
      return kernel.emitError() << "kernel \"" << kernel.getName()
                                << "\" has no record: run task-plan-kernels first";
    llvm::SmallVector<Value> inputs, outputs;
    for (Value input : kernel.getInputs())
      inputs.push_back(buffers.lookup(input));
    if (mlir::failed(usePackedInputs(kernel, inputs)))
      return mlir::failure();
    for (Value result : kernel.getResults())
      outputs.push_back(bufferFor(result));
    auto launch = LaunchOp::create(openSegment(), kernel.getLoc(), record, inputs, outputs,
                                   mlir::DenseI64ArrayAttr(), mlir::FloatAttr());
    if (mlir::Attribute members = kernel->getAttr(kLaunchMembersAttr))
      launch->setAttr(kLaunchMembersAttr, members);
    return mlir::success();
  }

  /// Replaces constant inputs by the packed forms that the kernel's code reads. Kernels that read one
  /// constant in one form share it.
  LogicalResult usePackedInputs(fusion::KernelOp kernel, llvm::SmallVectorImpl<Value> &inputs) {
    auto packings = kernel->getAttrOfType<mlir::ArrayAttr>(kPackedInputsAttr);
    if (!packings)
      return mlir::success();
    for (auto [packing, attr] : llvm::zip(packedInputsOf(packings), packings)) {
      auto constant = kernel.getInputs()[packing.input].getDefiningOp<graph::ConstantOp>();
      if (!constant)
        return kernel.emitError() << "input " << packing.input << " of kernel \"" << kernel.getName()
                                  << "\" is packed but not constant";
      Value &buffer = packed[{constant.getResult(), attr}];
      if (!buffer) {
        auto value = packElements(constant.getValue(), packing);
        if (mlir::failed(value))
          return constant.emitError()
                 << "the bytes of a constant of type " << constant.getType() << " cannot be packed";
        buffer = ConstantOp::create(builder, constant.getLoc(), value->getType(),
                                    builder.getStringAttr("packed" + std::to_string(numConstants++)), *value);
      }
      inputs[packing.input] = buffer;
    }
    return mlir::success();
  }

  /// The output that returns `result`, else a temporary.
  Value bufferFor(Value result) {
    Value buffer = outputOf.lookup(result);
    if (!buffer)
      buffer =
          ArenaOp::create(builder, result.getLoc(), result.getType(),
                          builder.getStringAttr("t" + std::to_string(numTemporaries++)), mlir::StringAttr());
    buffers.map(result, buffer);
    return buffer;
  }

  /// Declarations go before the one segment, launches into it.
  mlir::OpBuilder &openSegment() {
    if (!segment) {
      segment = SegmentOp::create(builder, function.getLoc());
      segmentBuilder.createBlock(&segment.getBody());
      builder.setInsertionPoint(segment);
    }
    return segmentBuilder;
  }

  void emitCopies() {
    mlir::Block &body = *builder.getInsertionBlock();
    builder.setInsertionPointToEnd(&body);
    for (auto [value, output] : copies)
      CopyOp::create(builder, output.getLoc(), buffers.lookup(value), output);
  }

  mlir::func::FuncOp function;
  mlir::OpBuilder builder, segmentBuilder;
  mlir::IRMapping buffers;
  llvm::DenseMap<Value, Value> outputOf;
  llvm::SmallVector<std::pair<Value, Value>> copies;
  llvm::DenseMap<std::pair<Value, mlir::Attribute>, Value> packed;
  SegmentOp segment;
  unsigned numConstants = 0, numTemporaries = 0;
};

struct BuildProgramPass : impl::BuildProgramPassBase<BuildProgramPass> {
  void runOnOperation() override {
    auto function = getOperation().lookupSymbol<mlir::func::FuncOp>("main");
    if (!function) {
      getOperation().emitError() << "expected a function @main";
      return signalPassFailure();
    }
    if (mlir::failed(ProgramBuilder(function).run()))
      signalPassFailure();
  }
};

} // namespace

} // namespace delos::task
