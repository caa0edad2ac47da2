// The fusion dialect.
#ifndef DELOS_DIALECTS_FUSION_FUSIONBASE_TD
#define DELOS_DIALECTS_FUSION_FUSIONBASE_TD

include "mlir/IR/OpBase.td"

def Fusion_Dialect : Dialect {
  let name = "fusion";
  let cppNamespace = "::delos::fusion";
  let summary = "Fusion groups, kernels, and the seam between tensor-level fusion and hand-shaped inner loops";
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"
  ];
}

class Fusion_Op<string mnemonic, list<Trait> traits = []> : Op<Fusion_Dialect, mnemonic, traits>;

#endif // DELOS_DIALECTS_FUSION_FUSIONBASE_TD
