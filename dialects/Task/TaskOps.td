// The task dialect: what the runtime will do, one to one with runtime/abi/Plan.h.
#ifndef DELOS_DIALECTS_TASK_TASKOPS_TD
#define DELOS_DIALECTS_TASK_TASKOPS_TD

include "dialects/Graph/GraphBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"

def Task_Dialect : Dialect {
  let name = "task";
  let cppNamespace = "::delos::task";
  let summary = "Launches, buffers and their order: the program of an executable";
  let dependentDialects = ["::delos::graph::GraphDialect"];
}

class Task_Op<string mnemonic, list<Trait> traits = []> : Op<Task_Dialect, mnemonic, traits>;

// A buffer is named by a value of the tensor's type. Formulas are texts of DimExpr.
def Task_KernelOp : Task_Op<"kernel", [Symbol]> {
  let summary = "The record of one compiled function";
  let description = [{
    `dims` is the kernel's dim table, `tiles` and `scratch` are formulas of the symbolic dims, `members` the model's nodes it computes; the
    rest describes it for reports: the estimate, what its root is, the schedule's text.

    ```mlir
    task.kernel @gelu_0 inputs 1 outputs 1 dims <"batch"> tiles "batch" scratch "0" members ["gelu"] {flops = 1.0e6 : f64}
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$numInputs, I64Attr:$numOutputs, Graph_DimsAttr:$dims, StrAttr:$tiles,
                       StrAttr:$scratch, StrArrayAttr:$members, DefaultValuedAttr<F64Attr, "0.0">:$seconds,
                       DefaultValuedAttr<F64Attr, "0.0">:$flops, DefaultValuedAttr<F64Attr, "0.0">:$bytesRead,
                       DefaultValuedAttr<F64Attr, "0.0">:$bytesWritten, DefaultValuedStrAttr<StrAttr, "">:$kind,
                       DefaultValuedStrAttr<StrAttr, "">:$schedule);
  let assemblyFormat = [{
    $sym_name `inputs` $numInputs `outputs` $numOutputs `dims` $dims `tiles` $tiles `scratch` $scratch `members` $members attr-dict
  }];
  let hasVerifier = 1;
}

def Task_ProgramOp : Task_Op<"program", [Symbol, SingleBlock, NoTerminator, IsolatedFromAbove]> {
  let summary = "Instructions in order, over the buffers that the program declares";
  let description = [{
    Segments and copies run one after the other. `arena` is the bytes of all `task.arena` buffers together, a formula
    that the arena planner fills in.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$arenaBytes);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name (`arena` $arenaBytes^)? attr-dict-with-keyword $body";
}

class Task_BufferOp<string mnemonic> : Task_Op<mnemonic, [Pure, HasParent<"ProgramOp">]> {
  let results = (outs AnyRankedTensor:$buffer);
}

def Task_InputOp : Task_BufferOp<"input"> {
  let summary = "The caller's tensor at a position";
  let arguments = (ins I64Attr:$index, StrAttr:$name);
  let assemblyFormat = "$index $name attr-dict `:` type($buffer)";
}

def Task_OutputOp : Task_BufferOp<"output"> {
  let summary = "The result at a position";
  let arguments = (ins I64Attr:$index, StrAttr:$name);
  let assemblyFormat = "$index $name attr-dict `:` type($buffer)";
}

def Task_ConstantOp : Task_BufferOp<"constant"> {
  let summary = "Bytes known at compile time";
  let arguments = (ins StrAttr:$name, ElementsAttr:$value);
  let assemblyFormat = "$name $value attr-dict `:` type($buffer)";
}

def Task_ArenaOp : Task_BufferOp<"arena"> {
  let summary = "A temporary; its offset is a formula once the arena is planned";
  let arguments = (ins StrAttr:$name, OptionalAttr<StrAttr>:$offset);
  let assemblyFormat = "$name (`offset` $offset^)? attr-dict `:` type($buffer)";
}

def Task_AliasOp : Task_Op<"alias", [Pure, HasParent<"ProgramOp">]> {
  let summary = "The same bytes under another shape";
  let description = [{ Source and result have equally many bytes. Users of either are ordered as users of one buffer. }];
  let arguments = (ins AnyRankedTensor:$source);
  let results = (outs AnyRankedTensor:$buffer);
  let assemblyFormat = "$source attr-dict `:` type($source) `to` type($buffer)";
  let hasVerifier = 1;
}

def Task_SegmentOp : Task_Op<"segment", [SingleBlock, NoTerminator, HasParent<"ProgramOp">]> {
  let summary = "Launches ordered only by their dependences; independent ones may run at the same time";
  let description = [{ Holds launches only. The next instruction starts when all of them have ended. }];
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Task_LaunchOp : Task_Op<"launch", [AttrSizedOperandSegments, HasParent<"SegmentOp">]> {
  let summary = "One call of a kernel over all its tiles";
  let description = [{ `after` lists positions of earlier launches of the segment; `priority` is the critical path behind it, in seconds. }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyRankedTensor>:$inputs, Variadic<AnyRankedTensor>:$outputs,
                       OptionalAttr<DenseI64ArrayAttr>:$after, OptionalAttr<F64Attr>:$priority);
  let assemblyFormat = [{
    $kernel `(` $inputs `)` `->` `(` $outputs `)` (`after` $after^)? (`priority` $priority^)? attr-dict `:`
    functional-type($inputs, $outputs)
  }];
  let hasVerifier = 1;
}

def Task_CopyOp : Task_Op<"copy", [HasParent<"ProgramOp">]> {
  let summary = "Copy between buffers of equal size";
  let arguments = (ins AnyRankedTensor:$source, AnyRankedTensor:$destination);
  let assemblyFormat = "$source `to` $destination attr-dict `:` type($source) `to` type($destination)";
  let hasVerifier = 1;
}

#endif // DELOS_DIALECTS_TASK_TASKOPS_TD
