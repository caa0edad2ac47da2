// Passes that simplify graph IR.
#ifndef DELOS_PASSES_GRAPH_TD
#define DELOS_PASSES_GRAPH_TD

include "mlir/Pass/PassBase.td"

def FoldPass : Pass<"graph-fold", "mlir::ModuleOp"> {
  let summary = "Evaluate graph ops whose operands are constants";
  let description = [{
    Evaluates every op of constant operands, within a budget, and replaces those whose value other ops still need, unless the value would
    take more memory than the operands it comes from. Views of constants share the storage; values above 1 KiB become dense
    resources. Random numbers are never evaluated. Shape arithmetic on symbolic sizes becomes one `graph.dims_value`.

    ```mlir
    %n = graph.slice %dims starts <1> strides [1] : tensor<3xi64> -> tensor<1xi64>   // %dims = graph.dims_value <"b", "s", 64>
    %y = graph.map mul %n, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>    // %two = graph.constant dense<2>
    // becomes
    %y = graph.dims_value <"2*s"> : tensor<1xi64>
    ```
  }];
  let options = [
    Option<"maxSteps", "max-steps", "int64_t", /*default=*/"int64_t(1) << 30", "element operations to evaluate in all">,
    Option<"maxBytes", "max-bytes", "int64_t", /*default=*/"int64_t(256) << 20", "bytes of values to compute in all">,
    Option<"growth", "growth", "int64_t", /*default=*/"4096", "bytes that a value may take whatever its operands take">
  ];
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

def OpenOnnxPass : Pass<"open-onnx", "mlir::ModuleOp"> {
  let summary = "Rewrite ONNX nodes into graph primitives, with full shape and type inference";
  let description = [{
    Every node is opened or the module stays as it is and every problem is an error at its node. Operands that decide shapes (axes, pads,
    target shapes) are followed through shape arithmetic on symbolic sizes.

    ```mlir
    %y = onnx.node "Relu"(%x) opset 14 : (tensor<2x3xf32>) -> !onnx.unknown
    // becomes
    %z = graph.constant dense<0.0> : tensor<f32>
    %s = graph.broadcast %z dims [] : tensor<f32> -> tensor<2x3xf32>
    %y = graph.map max %x, %s : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

def ViewsPass : Pass<"graph-views", "mlir::func::FuncOp"> {
  let summary = "Compose views, move them towards the results and absorb them";
  let description = [{
    Views of views become one; slices select from operands of concats, from what was padded or broadcast; element-wise ops run on what is
    broadcast rather than on the broadcast; transposes and reshapes move past element-wise ops, concats, reductions and the free
    dims of contractions, so that inverse pairs meet and cancel; a contraction reads transposed operands through its dim lists.
    A view moves only where every other operand can be had without it: a constant, the same view, or a broadcast.

    ```mlir
    %t = graph.transpose %x perm [0, 2, 1] : tensor<2x8x4xf32> -> tensor<2x4x8xf32>
    %e = graph.map exp %t : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %c = graph.contract %e, %w batch [] x [] contract [2] x [0] : (tensor<2x4x8xf32>, tensor<8x5xf32>) -> tensor<2x4x5xf32>
    // becomes
    %e = graph.map exp %x : (tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
    %c = graph.contract %e, %w batch [] x [] contract [1] x [0] : (tensor<2x8x4xf32>, tensor<8x5xf32>) -> tensor<2x4x5xf32>
    ```
  }];
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

def AlgebraPass : Pass<"graph-algebra", "mlir::func::FuncOp"> {
  let summary = "Apply the table of algebraic rules to element-wise ops";
  let description = [{
    The rules and how exact each is are rows of AlgebraRules.cpp. Casts of casts become one where the first loses nothing. Division by a
    broadcast becomes multiplication by a broadcast reciprocal where the divisors are provably moderate (the sum of a softmax, the
    root of a variance). What NaN, infinities or rounding could tell apart stays: `x * 0`, `x - x`, `(x + c) + d` on floats.

    ```mlir
    %y = graph.map pow %x, %two : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>    // %two = graph.constant dense<2.0>
    // becomes
    %y = graph.map mul %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

def FoldNormalizationPass : Pass<"graph-fold-normalization", "mlir::func::FuncOp"> {
  let summary = "Move constant per-channel scales into constant weights";
  let description = [{
    A normalisation with known statistics after a convolution or a product, and the scale of attention, cost nothing at run time: the
    scale goes into the weights, also past a constant bias. Results differ from the unfolded form by rounding only. `graph-fold`
    evaluates the scaled weights.

    ```mlir
    %y = graph.conv %x, %w ... : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %b = graph.broadcast %s dims [1] : tensor<4xf32> -> tensor<1x4x8x8xf32>
    %z = graph.map mul %y, %b : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    // becomes
    %b = graph.broadcast %s dims [0] : tensor<4xf32> -> tensor<4x3x1x1xf32>
    %v = graph.map mul %w, %b : (tensor<4x3x1x1xf32>, tensor<4x3x1x1xf32>) -> tensor<4x3x1x1xf32>
    %z = graph.conv %x, %v ... : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

def FoldPaddingPass : Pass<"graph-fold-padding", "mlir::func::FuncOp"> {
  let summary = "Fold pads into the convolutions and windows that read them";
  let description = [{
    Zeros around an image become the padding of the convolution, neutral elements around a tensor that of the window; pads of symbolic
    size, of batch or channels, or with other values stay.

    ```mlir
    %p = graph.pad %x with %zero low <0, 0, 1> high <0, 0, 1> : (tensor<1x3x8xf32>, tensor<f32>) -> tensor<1x3x10xf32>
    %y = graph.conv %p, %w strides [1] dilations [1] low [0] high [0] : (tensor<1x3x10xf32>, tensor<4x3x3xf32>) -> tensor<1x4x8xf32>
    // becomes
    %y = graph.conv %x, %w strides [1] dilations [1] low [1] high [1] : (tensor<1x3x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x8xf32>
    ```
  }];
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

def LayoutPass : Pass<"graph-layout", "mlir::func::FuncOp"> {
  let summary = "Give convolutions channels last, with transposes at the borders only";
  let description = [{
    Kernels of convolutions write channels last and read either order. Every convolution becomes `channels_last` between two
    transposes; these move past element-wise ops, windows, pads, concats, slices and reductions and cancel against those of the next
    convolution, so that one is left where an image enters and where a tensor with channels first leaves. Where channels-last data meet
    another tensor, the other one is transposed if it is the smaller.

    ```mlir
    %a = graph.conv %x, %v ... : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %b = graph.conv %a, %w ... : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
    // becomes
    %t = graph.transpose %x perm [0, 2, 3, 1] : tensor<1x3x8x8xf32> -> tensor<1x8x8x3xf32>
    %a = graph.conv %t, %v ... channels_last : (tensor<1x8x8x3xf32>, tensor<4x3x1x1xf32>) -> tensor<1x8x8x4xf32>
    %c = graph.conv %a, %w ... channels_last : (tensor<1x8x8x4xf32>, tensor<4x4x1x1xf32>) -> tensor<1x8x8x4xf32>
    %b = graph.transpose %c perm [0, 3, 1, 2] : tensor<1x8x8x4xf32> -> tensor<1x4x8x8xf32>
    ```
  }];
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

def PrintAccessRulesPass : Pass<"graph-print-access-rules", "mlir::func::FuncOp"> {
  let summary = "Print the access rule of every op";
  let description = [{
    A remark per op: its class, the iteration space, and the map of each operand and result. Nothing changes.

    ```mlir
    %y = graph.transpose %x perm [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
    // remark: graph.transpose view: [parallel 3, parallel 2] reads (d0, d1) -> (d1, d0) writes (d0, d1) -> (d0, d1) flops 0.000000e+00
    ```
  }];
}

#endif // DELOS_PASSES_GRAPH_TD
