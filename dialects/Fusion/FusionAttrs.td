// Attributes and enumerations of the fusion dialect.
#ifndef DELOS_DIALECTS_FUSION_FUSIONATTRS_TD
#define DELOS_DIALECTS_FUSION_FUSIONATTRS_TD

include "dialects/Fusion/FusionBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Fusion_WindowKind : I32EnumAttr<"WindowKind", "what a window op computes", [
    I32EnumAttrCase<"dense", 0>, I32EnumAttrCase<"depthwise", 1>, I32EnumAttrCase<"max", 2>, I32EnumAttrCase<"min", 3>,
    I32EnumAttrCase<"sum", 4>]> {
  let cppNamespace = "::delos::fusion";
  let genSpecializedAttr = 0;
}
def Fusion_WindowKindAttr : EnumAttr<Fusion_Dialect, Fusion_WindowKind, "window"> { let assemblyFormat = "$value"; }

def Fusion_ScheduleAttr : AttrDef<Fusion_Dialect, "Schedule"> {
  let mnemonic = "schedule";
  let summary = "What the loop optimizer chose for a kernel";
  let description = [{
    `generator` names the code path ("rows", "contraction"), `knobs` its typed parameters in canonical (sorted) order:
    `#fusion.schedule<rows, {unroll = 4 : i64}>`.
  }];
  let parameters = (ins "::mlir::StringAttr":$generator, "::mlir::DictionaryAttr":$knobs);
  let hasCustomAssemblyFormat = 1;
}

def Fusion_ReportAttr : AttrDef<Fusion_Dialect, "Report"> {
  let mnemonic = "report";
  let summary = "What the evaluator answered for a group (the IR form of GroupReport)";
  let description = [{
    `#fusion.report<ok, {flops = 1.0e6, seconds = 2.0e-5, ...}>` or
    `#fusion.report<refused, {reason = "...", producer = "...", consumer = "...", limit = "..."}>`. lib/Cost/GroupReport.h has the entries.
  }];
  let parameters = (ins "bool":$ok, "::mlir::DictionaryAttr":$entries);
  let hasCustomAssemblyFormat = 1;
}

#endif // DELOS_DIALECTS_FUSION_FUSIONATTRS_TD
