// Passes that bring kernel functions down to the LLVM dialect.
#ifndef DELOS_PASSES_LOWERING_TD
#define DELOS_PASSES_LOWERING_TD

include "mlir/Pass/PassBase.td"

def PrepareVectorsPass : Pass<"lowering-prepare-vectors"> {
  let summary = "Lower masks, transfers and multi-dimensional vectors to 1-D vector code";
  let description = [{
    Brings vector code to the form that the conversion to the LLVM dialect takes as is.

    ```mlir
    %m = vector.create_mask %rest : vector<16xi1>
    // becomes
    %m = arith.cmpi slt, %lanes, %restBroadcast : vector<16xi32>
    ```
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"];
}

def EmitRowsPass : Pass<"lowering-emit-rows", "mlir::ModuleOp"> {
  let summary = "Turn functions of graph ops into kernel functions by the row emitter";
  let description = [{
    Every function of the module becomes the kernel that the row emitter plans for its body; a function it refuses is an error naming
    the op. With `print-plan` the nests are printed and nothing changes.

    ```mlir
    func.func @k(%x: tensor<8xf32>) -> tensor<8xf32> { graph.map exp ... }
    // becomes
    func.func @k(%buf: !llvm.ptr, %dim: !llvm.ptr, %scratch: !llvm.ptr, %begin: i64, %end: i64) -> i32
    ```
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"x86-64-v4\"", "LLVM name of the processor">,
                 Option<"printPlan", "print-plan", "bool", "false", "Print the plans only">];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::func::FuncDialect", "mlir::LLVM::LLVMDialect",
                           "mlir::math::MathDialect", "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect",
                           "mlir::vector::VectorDialect"];
}

def EmitOnePassPass : Pass<"lowering-emit-one-pass", "mlir::ModuleOp"> {
  let summary = "Compute two contractions and the rescalable reductions between them in one pass";
  let description = [{
    Replaces every function whose body is such a chain by a kernel function of the ABI. With `print-plan` it only prints the derived form
    and the schedule, or why there is none: the expression that stands in the way.
  }];
  let options = [
    Option<"cpu", "cpu", "std::string", "\"x86-64-v4\"", "Processor whose vectors the code is made for">,
    Option<"printPlan", "print-plan", "bool", "false", "Print the plan of every function instead of replacing it">
  ];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::func::FuncDialect", "mlir::LLVM::LLVMDialect",
                           "mlir::math::MathDialect", "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect",
                           "mlir::vector::VectorDialect"];
}

def ExpandVectorMathPass : Pass<"lowering-expand-vector-math", "mlir::ModuleOp"> {
  let summary = "Expand mathematical functions on vectors to arithmetic";
  let description = [{
    exp, log, sin and the like become polynomials on whole registers; what has no vector form becomes calls of libm.

    ```mlir
    %y = math.exp %x : vector<16xf32>
    // becomes
    %t = math.fma %x, %log2e, %magic : vector<16xf32>
    ...
    ```

    With `precise`, functions of f32 are computed in f64 and rounded once: within 1 ulp instead of a few.
  }];
  let options = [Option<"precise", "precise", "bool", "false", "Functions of f32 within 1 ulp">];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::func::FuncDialect", "mlir::scf::SCFDialect",
                           "mlir::vector::VectorDialect"];
}

def ConvertToLLVMPass : Pass<"lowering-convert-to-llvm", "mlir::ModuleOp"> {
  let summary = "Convert kernel functions to the LLVM dialect in one full conversion";
  let description = [{
    Converts func, vector, memref, arith, math, ub and cf together. Every op left over is an error.

    ```mlir
    func.func @k(%buf: !llvm.ptr, ...) -> i32
    // becomes
    llvm.func @k(%buf: !llvm.ptr, ...) -> i32
    ```
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

#endif
