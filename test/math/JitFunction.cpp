// Graph text -> row emitter -> code in this process.
#include "test/math/JitFunction.h"

#include "lib/Open/OpenModule.h"
#include "lib/Target/CPU/RowEmitter/RowEmitter.h"
#include "test/math/FunctionTable.h"
#include "test/unit/Target/KernelHarness.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include "absl/strings/str_cat.h"

#include <memory>

using namespace mlir;

namespace delos::test {

/// The function of graph ops, or of one onnx.node.
static std::string functionText(const MathFunction &function) {
  std::string type = absl::StrCat("tensor<", kBlock, "xf32>");
  bool two = function.operands == 2;
  std::string operands = two ? "%x, %y" : "%x", types = two ? absl::StrCat(type, ", ", type) : type;
  std::string op = function.node ? absl::StrCat("onnx.node \"", function.node, "\"(", operands, ")",
                                                function.attributes, " opset 24")
                                 : absl::StrCat("graph.map ", function.name, " ", operands);
  return absl::StrCat("func.func @f(%x: ", type, two ? absl::StrCat(", %y: ", type) : "", ") -> ", type,
                      " {\n %r = ", op, " : (", types, ") -> ", type, "\n return %r : ", type, "\n}");
}

absl::StatusOr<JitFunction> compileFunction(const MathFunction &function,
                                            const cpu::TargetDescription &target) {
  const std::string name = function.name;
  const int operands = function.operands;
  auto context = createContext();
  auto source = parseSourceString<ModuleOp>(functionText(function), context.get());
  if (!source)
    return absl::InternalError(absl::StrCat(name, ": the graph text does not parse"));
  if (function.node)
    if (absl::Status opened = open::openModule(*source); !opened.ok())
      return opened;
  Block &body = (*source->getOps<func::FuncOp>().begin()).getBody().front();
  cpu::RowDecision decision = cpu::planRows(body, target);
  if (!decision)
    return absl::InternalError(absl::StrCat(name, ": ", decision.reason));
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context.get()));
  OpBuilder builder(context.get());
  builder.setInsertionPointToEnd(module->getBody());
  cpu::emitRows(builder, "kernel", body, *decision.plan, target);
  auto compiled = CompiledModule::compile(*module, target);
  if (!compiled.ok())
    return compiled.status();
  auto code = std::make_shared<CompiledModule>(std::move(*compiled));
  auto address = code->find("kernel");
  auto tiles = decision.plan->tileCount.asConstant();
  if (!address.ok() || !tiles || !decision.plan->scratchBytes.isConstant(0))
    return absl::InternalError(absl::StrCat(name, ": expected a static kernel without scratch"));
  auto kernel = reinterpret_cast<KernelFn>(*address);
  return [=](const float *x, const float *x2, float *y) {
    (void)code; // Keeps the kernel in memory.
    void *both[] = {const_cast<float *>(x), const_cast<float *>(x2), y}, *one[] = {both[0], y};
    kernel(operands == 2 ? both : one, nullptr, nullptr, 0, *tiles);
  };
}

} // namespace delos::test
