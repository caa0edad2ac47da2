// Memory-bound kernels from rows.mlir: a function each, with its work as attributes.
#include "benchmark/kernels/KernelCase.h"
#include "dialects/Graph/Dims.h"
#include "lib/Pipelines/InitAll.h"

#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include "absl/strings/str_cat.h"

namespace delos::bench {

/// More elements than this take the reference interpreter seconds.
static constexpr int64_t mostCheckedElements = 1 << 20;

static int64_t bitsOf(mlir::Type type) {
  mlir::Type element = mlir::getElementTypeOrSelf(type);
  return std::max(8u, element.getIntOrFloatBitWidth());
}

/// Bytes of values of these types, and the largest number of elements among them.
static double bytesOf(mlir::TypeRange types, int64_t &mostElements) {
  double bytes = 0;
  for (mlir::Type type : types) {
    int64_t count = mlir::cast<mlir::RankedTensorType>(type).getNumElements();
    mostElements = std::max(mostElements, count);
    bytes += static_cast<double>(count * bitsOf(type)) / 8;
  }
  return bytes;
}

static double numberOf(mlir::func::FuncOp function, llvm::StringRef name) {
  auto attribute = function->getAttrOfType<mlir::FloatAttr>(name);
  return attribute ? attribute.getValueAsDouble() : 0;
}

static KernelCase caseOf(mlir::func::FuncOp function) {
  KernelCase kernel;
  kernel.name = absl::StrCat("rows/", function.getName().str());
  int64_t elements = 0;
  kernel.work.bytesRead = bytesOf(function.getArgumentTypes(), elements);
  kernel.work.bytesWritten = bytesOf(function.getResultTypes(), elements);
  kernel.work.reductions = numberOf(function, "reductions");
  kernel.low = numberOf(function, "low");
  kernel.highestInteger = function->getAttrOfType<mlir::IntegerAttr>("highest").getInt();
  for (mlir::NamedAttribute math : function->getAttrOfType<mlir::DictionaryAttr>("math"))
    kernel.work.math.push_back(
        {math.getName().str(), mlir::cast<mlir::FloatAttr>(math.getValue()).getValueAsDouble()});
  kernel.isOneKernel = true;
  kernel.isChecked = elements <= mostCheckedElements;
  // A rounding tie of the reference may fall the other way; running sums grow to the size of the row.
  kernel.tolerance = 2e-3;
  for (llvm::StringRef name : {"math", "reductions", "low", "highest"})
    function->removeAttr(name);
  function.setName("f");
  llvm::raw_string_ostream(kernel.text) << function;
  return kernel;
}

void addRowGraphs(KernelCases &cases) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(DELOS_ROW_GRAPHS, &context);
  if (!module)
    return;
  for (auto function : llvm::make_early_inc_range(module->getOps<mlir::func::FuncOp>()))
    cases.push_back(caseOf(function));
}

} // namespace delos::bench
