// Fusion groups while deciding, kernels once decided, and the terminator of both.
#ifndef DELOS_DIALECTS_FUSION_KERNELOPS_TD
#define DELOS_DIALECTS_FUSION_KERNELOPS_TD

include "dialects/Fusion/FusionAttrs.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Fusion_GroupOp : Fusion_Op<"group", [Pure, SingleBlock, NoRegionArguments]> {
  let summary = "A candidate group: captures implicitly, cheap to grow and to cut";
  let description = [{
    The body sees the values around it; what it yields is what its users need.

    ```mlir
    %y = fusion.group {
      %0 = graph.map exp %x : (tensor<8xf32>) -> tensor<8xf32>
      fusion.yield %0 : tensor<8xf32>
    } : tensor<8xf32>
    ```
  }];
  let arguments = (ins OptionalAttr<Fusion_ReportAttr>:$report);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "(`report` $report^)? attr-dict-with-keyword $body `:` type($results)";
  let hasRegionVerifier = 1;
}

def Fusion_KernelOp : Fusion_Op<"kernel", [Pure, SingleBlock, IsolatedFromAbove]> {
  let summary = "A decided group: one launch";
  let description = [{
    Block arguments are the inputs, in order; yielded values are the outputs. Constants that the code should know (scalars, short vectors,
    indices) stand inside the body; all others are inputs. `name` is a readable hint made of the member nodes; equal bodies share
    their code whatever their names.

    ```mlir
    %y = fusion.kernel "exp_1"(%x) schedule #fusion.schedule<rows, {unroll = 4 : i64}> {
    ^bb0(%arg0: tensor<8xf32>):
      %0 = graph.map exp %arg0 : (tensor<8xf32>) -> tensor<8xf32>
      fusion.yield %0 : tensor<8xf32>
    } : (tensor<8xf32>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, StrAttr:$name, OptionalAttr<Fusion_ScheduleAttr>:$schedule,
                       OptionalAttr<Fusion_ReportAttr>:$report);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $name `(` $inputs `)` (`schedule` $schedule^)? (`report` $report^)? attr-dict-with-keyword $body `:` functional-type($inputs, $results)
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// The values that the body yields.
    mlir::OperandRange getYieldedValues() { return getBody().front().getTerminator()->getOperands(); }
  }];
}

def Fusion_YieldOp : Fusion_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["GroupOp", "KernelOp"]>]> {
  let summary = "The values that leave a group or kernel";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif // DELOS_DIALECTS_FUSION_KERNELOPS_TD
