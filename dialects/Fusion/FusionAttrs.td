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

#endif // DELOS_DIALECTS_FUSION_FUSIONATTRS_TD
