// The graph dialect, its attributes and enumerations, and the access rule interface.
#ifndef DELOS_DIALECTS_GRAPH_GRAPHBASE_TD
#define DELOS_DIALECTS_GRAPH_GRAPHBASE_TD

include "dialects/Graph/GraphInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::delos::graph";
  let summary = "Value-semantic primitives on ranked tensors";
  let description = [{
    The level at which Delos decides: every ONNX operator is opened into these primitives, and fusion, cost and code generation read
    nothing but their access rules. See RATIONALE.md.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

//===-- Attributes -----------------------------------------------------------------------------------------------------------------===//

def Graph_DimsAttr : AttrDef<Graph_Dialect, "Dims",
                             [DeclareAttrInterfaceMethods<VerifiableTensorEncoding, ["verifyEncoding"]>]> {
  let mnemonic = "dims";
  let summary = "Symbolic sizes of a tensor's dims (its encoding)";
  let description = [{
    One entry per dim: an integer for a static dim, the canonical text of a `DimExpr` for a dynamic one.
    `tensor<?x?x768xf32, #graph.dims<"batch", "2*seq + 1", 768>>`. A static tensor type carries no encoding. Two dynamic dims are
    known to be equal exactly when their texts are.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::Attribute">:$dims);
  let hasCustomAssemblyFormat = 1;
}

class Graph_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::delos::graph";
  let genSpecializedAttr = 0;
}

// Element-wise functions. ScalarFunctions.h has arity, element types and cost of each.
class Fn<string name, int value> : I32EnumAttrCase<name, value>;
def Graph_ScalarFn : Graph_Enum<"ScalarFn", "an element-wise function", [
    Fn<"abs", 0>, Fn<"neg", 1>, Fn<"sign", 2>, Fn<"ceil", 3>, Fn<"floor", 4>, Fn<"round_even", 5>, Fn<"sqrt", 6>, Fn<"rsqrt", 7>,
    Fn<"reciprocal", 8>, Fn<"exp", 9>, Fn<"log", 10>, Fn<"log1p", 11>, Fn<"expm1", 12>, Fn<"erf", 13>, Fn<"sin", 14>, Fn<"cos", 15>,
    Fn<"tan", 16>, Fn<"asin", 17>, Fn<"acos", 18>, Fn<"atan", 19>, Fn<"sinh", 20>, Fn<"cosh", 21>, Fn<"tanh", 22>, Fn<"asinh", 23>,
    Fn<"acosh", 24>, Fn<"atanh", 25>, Fn<"sigmoid", 26>, Fn<"bit_not", 27>, Fn<"is_nan", 28>, Fn<"is_inf", 29>,
    Fn<"add", 32>, Fn<"sub", 33>, Fn<"mul", 34>, Fn<"div", 35>, Fn<"rem_floor", 36>, Fn<"rem_trunc", 37>, Fn<"pow", 38>, Fn<"max", 39>,
    Fn<"min", 40>, Fn<"bit_and", 41>, Fn<"bit_or", 42>, Fn<"bit_xor", 43>, Fn<"shift_left", 44>, Fn<"shift_right", 45>,
    Fn<"eq", 48>, Fn<"ne", 49>, Fn<"lt", 50>, Fn<"le", 51>, Fn<"gt", 52>, Fn<"ge", 53>,
    Fn<"select", 64>, Fn<"fma", 65>]>;
def Graph_ScalarFnAttr : EnumAttr<Graph_Dialect, Graph_ScalarFn, "fn"> { let assemblyFormat = "$value"; }

def Graph_ReduceKind : Graph_Enum<"ReduceKind", "the combining function of a reduction, scan or window", [
    I32EnumAttrCase<"sum", 0>, I32EnumAttrCase<"prod", 1>, I32EnumAttrCase<"max", 2>, I32EnumAttrCase<"min", 3>,
    I32EnumAttrCase<"bit_and", 4>, I32EnumAttrCase<"bit_or", 5>]>;
def Graph_ReduceKindAttr : EnumAttr<Graph_Dialect, Graph_ReduceKind, "reduce_kind"> { let assemblyFormat = "$value"; }

def Graph_ScatterKind : Graph_Enum<"ScatterKind", "what a scatter does where an update lands", [
    I32EnumAttrCase<"assign", 0>, I32EnumAttrCase<"add", 1>, I32EnumAttrCase<"mul", 2>, I32EnumAttrCase<"max", 3>,
    I32EnumAttrCase<"min", 4>]>;
def Graph_ScatterKindAttr : EnumAttr<Graph_Dialect, Graph_ScatterKind, "scatter_kind"> { let assemblyFormat = "$value"; }

def Graph_CastMode : Graph_Enum<"CastMode", "how a cast treats values outside the target's range", [
    I32EnumAttrCase<"wrap", 0>, I32EnumAttrCase<"saturate", 1>]>;
def Graph_CastModeAttr : EnumAttr<Graph_Dialect, Graph_CastMode, "cast_mode"> { let assemblyFormat = "$value"; }

def Graph_RandomKind : Graph_Enum<"RandomKind", "a distribution", [
    I32EnumAttrCase<"uniform", 0>, I32EnumAttrCase<"normal", 1>]>;
def Graph_RandomKindAttr : EnumAttr<Graph_Dialect, Graph_RandomKind, "random_kind"> { let assemblyFormat = "$value"; }

class Graph_Op<string mnemonic, list<Trait> traits = []>
    : Op<Graph_Dialect, mnemonic, !listconcat([Pure, DeclareOpInterfaceMethods<Graph_AccessRuleOpInterface>], traits)>;

#endif // DELOS_DIALECTS_GRAPH_GRAPHBASE_TD
