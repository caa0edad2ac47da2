// The onnx dialect: one op for every operator of a model, constants, types of values that are not tensors.
#ifndef DELOS_DIALECTS_ONNX_ONNXDIALECT_TD
#define DELOS_DIALECTS_ONNX_ONNXDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::delos::onnx";
  let summary = "An ONNX model as it stands in its file";
  let description = [{
    The importer's output and the opener's input. No operator is known by name here: `onnx.node` carries any
    of them with the domain and the opset version of the model, so that a diagnostic can always name the
    model's own node. See RATIONALE.md.
  }];
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = "void registerTypes();";
}

//===-- Types -------------------------------------------------------------------------------------------===//

class Onnx_Type<string name, string typeMnemonic> : TypeDef<Onnx_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Onnx_StringType : Onnx_Type<"String", "string"> {
  let summary = "Element type of string tensors";
  let description = [{
    `tensor<2x!onnx.string>`. Strings are byte strings of any length; such tensors live in host memory only.
  }];
}

def Onnx_NoneType : Onnx_Type<"None", "none"> {
  let summary = "The type of an absent optional operand or result";
}

def Onnx_UnknownType : Onnx_Type<"Unknown", "unknown"> {
  let summary = "A value whose type the file does not state; shape inference replaces it";
}

def Onnx_SeqType : Onnx_Type<"Seq", "seq"> {
  let summary = "A sequence of values of one type";
  let description = [{
    `!onnx.seq<tensor<?x4xf32>>`. Elements may differ in the sizes that the element type leaves open.
  }];
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
  let genVerifyDecl = 1;
}

def Onnx_OptionalType : Onnx_Type<"Optional", "optional"> {
  let summary = "A tensor or sequence that may be absent at run time";
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
  let genVerifyDecl = 1;
}

def Onnx_MapType : Onnx_Type<"Map", "map"> {
  let summary = "A map from integers or strings to values of one type";
  let description = "`!onnx.map<i64, tensor<f32>>`, `!onnx.map<!onnx.string, tensor<f32>>`.";
  let parameters = (ins "::mlir::Type":$keyType, "::mlir::Type":$valueType);
  let assemblyFormat = "`<` $keyType `,` $valueType `>`";
  let genVerifyDecl = 1;
}

def Onnx_Value : Type<CPred<"::delos::onnx::isValueType($_self)">, "ONNX value", "::mlir::Type">;

//===-- Ops ---------------------------------------------------------------------------------------------===//

class Onnx_Op<string mnemonic, list<Trait> traits = []> : Op<Onnx_Dialect, mnemonic, traits>;

def Onnx_NodeOp : Onnx_Op<"node", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
                                   DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "One node of a model";
  let description = [{
    Any operator, named as in the file:

    ```mlir
    %y = onnx.node "Gemm"(%x, %w, %b) {transB = 1 : i64}
        opset 13 id "9f86d081884c7d65" name "fc1" outputs ["y"]
        : (tensor<2x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```

    - `opType`, `domain`, `opset`: the operator and the version of its domain that the model (or the function
      the node was inlined from) imports; the default domain is the empty string and is not printed. The
      operator's since-version is the newest at or below it.
    - `operatorAttrs`: FLOAT is `f32`, INT is `i64`, STRING a string, TENSOR an elements attribute, TYPE_PROTO
      a type; the plural forms are `array<f32>`, `array<i64>` and array attributes. Graph attributes are the
      `bodies`, named by `bodyNames` in the same order (an attribute holding several graphs repeats its name).
    - `id`: 16 hex digits derived from the content (operator, attributes, ids of the operands), unique in the
      module and independent of names and of the order of nodes in the file.
    - `nodeName`, `outputNames`: the model's names, for diagnostics. An absent result has an empty name and
      the type `!onnx.none`.
    - An absent operand is an `onnx.none` value. Bodies see the values around them.
  }];
  let arguments = (ins Variadic<Onnx_Value>:$inputs, StrAttr:$opType,
                       DefaultValuedAttr<DictionaryAttr, "{}">:$operatorAttrs,
                       DefaultValuedStrAttr<StrAttr, "">:$domain, I64Attr:$opset, OptionalAttr<StrAttr>:$id,
                       OptionalAttr<StrAttr>:$nodeName, OptionalAttr<StrArrayAttr>:$outputNames,
                       OptionalAttr<StrArrayAttr>:$bodyNames);
  let results = (outs Variadic<Onnx_Value>:$results);
  let regions = (region VariadicRegion<AnyRegion>:$bodies);
  let assemblyFormat = [{
    $opType `(` $inputs `)` ($operatorAttrs^)? (`domain` $domain^)? `opset` $opset (`id` $id^)?
    (`name` $nodeName^)? (`outputs` $outputNames^)? (`bodies` $bodyNames^ $bodies)?
    attr-dict-with-keyword `:` functional-type($inputs, $results)
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// "Gemm", or "com.microsoft::Gelu" outside the default domain.
    std::string getQualifiedName();
    /// The model's name of the node for diagnostics: its name, else its first output's, else the operator.
    std::string getDisplayName();
    /// The attribute of this name; null when the node does not state it.
    mlir::Attribute getOperatorAttr(llvm::StringRef name) { return getOperatorAttrs().get(name); }
    /// The first body of this name; null when there is none.
    mlir::Region *getBody(llvm::StringRef name);
    /// True when the result is wanted (its type is not `!onnx.none`).
    bool hasResult(unsigned index);
    /// True when the operand is stated (there, and not `!onnx.none`).
    bool hasInput(unsigned index);
  }];
}

def Onnx_ConstantOp
    : Onnx_Op<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>,
                           DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "A tensor known at compile time: an initializer or a Constant node";
  let description = [{
    Small tensors are `dense<...>`; the others are resources holding the bytes in the standard's raw form:
    little endian, row-major, bool one byte 0 or 1, sub-byte elements packed from the low bits of each byte
    up. String tensors are `dense<["a", "b"]>`.

    ```mlir
    %w = onnx.constant "w" dense_resource<w> : tensor<128x64xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value, OptionalAttr<StrAttr>:$name);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "($name^)? $value attr-dict";
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value, CArg<"::llvm::StringRef", "{}">:$name)>];
  let extraClassDeclaration = "static bool isBuildableWith(mlir::Attribute value, mlir::Type type);";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Onnx_NoneOp
    : Onnx_Op<"none", [Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "An absent optional operand";
  let results = (outs Onnx_NoneType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Onnx_YieldOp : Onnx_Op<"yield", [Pure, Terminator, HasParent<"NodeOp">]> {
  let summary = "The outputs of a body";
  let arguments = (ins Variadic<Onnx_Value>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif // DELOS_DIALECTS_ONNX_ONNXDIALECT_TD
