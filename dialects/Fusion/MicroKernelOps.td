// Contractions and convolutions whose inner loops the target writes by hand: one op each between tensor-level fusion and code.
#ifndef DELOS_DIALECTS_FUSION_MICROKERNELOPS_TD
#define DELOS_DIALECTS_FUSION_MICROKERNELOPS_TD

include "dialects/Fusion/FusionAttrs.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"

/// Ops that exist on tensors (one result, the destination) and on buffers (no result).
class Fusion_SeamOp<string mnemonic, list<string> tilingMethods, list<Trait> traits = []>
    : Fusion_Op<mnemonic, !listconcat(traits, [
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<TilingInterface, tilingMethods>,
        DeclareOpInterfaceMethods<BufferizableOpInterface, [
          "bufferizesToMemoryRead", "bufferizesToMemoryWrite", "getAliasingValues", "bufferize"]>])> {
  let results = (outs Variadic<AnyRankedTensor>:$result);
  let hasVerifier = 1;
}

def Fusion_MicroKernelOp : Fusion_SeamOp<"microkernel", [
    "getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation", "getResultTilePosition", "generateResultTileValue",
    "getIterationDomainTileFromResultTile", "getIterationDomainTileFromOperandTiles", "getTiledImplementationFromOperandTiles"]> {
  let summary = "C (+)= A * B over (batch..., m, n, k), expanded late into register tiles";
  let description = [{
    `c` is `[batch..., M, N]` and may be a tile of the whole result. `a_map` and `b_map` go from (batch..., m, n, k) to the dims of A and
    B (projected permutations; absent means row-major with all batch dims), so transposed operands and operands shared by batch
    entries need no copy. With `packed`, b_map describes the logical B `[batch..., n, k]` and the operand is `[batch..., ceil(N/nr)][K][nr]`,
    zero beyond N: element (n, k) is `b[..., n / nr, k, n mod nr]`. N offsets of tiles are multiples of `nr`.

    `zero_init` ignores the content of `c` (beta = 0) and excludes tiling of k. `mr` x `nr` is the register tile. Floats multiply and add
    in C's element type; integers are extended to it by sign, or by zero with `a_unsigned` / `b_unsigned`, and wrap around.

    ```mlir
    %r = fusion.microkernel {mr = 8, nr = 48, packed, zero_init} ins(%a, %b : tensor<128x768xf32>, tensor<64x768x48xf32>)
        outs(%c : tensor<128x3072xf32>) -> tensor<128x3072xf32>
    ```
  }];
  let arguments = (ins AnyShaped:$a, AnyShaped:$b, AnyShaped:$c, I64Attr:$mr, I64Attr:$nr, UnitAttr:$packed, UnitAttr:$zero_init,
                       OptionalAttr<AffineMapAttr>:$a_map, OptionalAttr<AffineMapAttr>:$b_map, UnitAttr:$a_unsigned,
                       UnitAttr:$b_unsigned);
  let assemblyFormat = [{
    attr-dict `ins` `(` $a `,` $b `:` type($a) `,` type($b) `)` `outs` `(` $c `:` type($c) `)` (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getCMutable(); }
    /// Number of batch dims; m, n, k are the iteration dims after them.
    unsigned getBatchRank();
    /// a_map and b_map with their defaults filled in.
    ::mlir::AffineMap getAIndexing();
    ::mlir::AffineMap getBIndexing();
  }];
}

def Fusion_ConvOp : Fusion_SeamOp<"conv", [
    "getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation", "getResultTilePosition", "generateResultTileValue",
    "getIterationDomainTileFromResultTile"], [AttrSizedOperandSegments]> {
  let summary = "Convolution or pooling over channel-last tiles, expanded late into register tiles";
  let description = [{
    `c` is `[N, O_1..O_s, OC]` (`[N, O_1..O_s, G, OC]` with `grouped`), s = 1, 2 or 3. `x` has the dims `[N, I_1..I_s, IC]` (with `G` before IC when
    grouped) in the order that `x_perm` gives: dim x_perm[i] of `x` is the i-th of that list, so channel-first inputs are read in place.
    Position o reads i = o * strides + k * dilations - pads; positions outside `x` contribute nothing. `pads` are operands because
    tiling clips the input slice and moves the origin (see WindowTiling.h); what lies beyond the far border follows from the slice's size.

    | kind | weights | result |
    |---|---|---|
    | dense | `[ceil(OC/nr)][K_1..K_s][IC][nr]`, with `grouped` a leading `[G]` | sum over window and IC |
    | depthwise | `[K_1..K_s][C]` | sum over the window |
    | max, min, sum | none | over the window; max and min propagate NaN |

    The old content of `c` is ignored; the window dims and IC cannot be tiled. With `winograd = m` a dense 3x3 convolution of stride 1 is
    computed as F(m x m, 3 x 3): its weights are the filters' transforms, `[ceil(OC/nr)][m+2][m+2][IC][nr]`.

    ```mlir
    %r = fusion.conv dense {mr = 8, nr = 32, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}
        ins(%x, %w : tensor<1x56x56x64xf32>, tensor<2x3x3x64x32xf32>) pads(%one, %one) outs(%c : tensor<1x56x56x64xf32>)
        -> tensor<1x56x56x64xf32>
    ```
  }];
  let arguments = (ins Fusion_WindowKindAttr:$kind, AnyShaped:$x, Optional<AnyShaped>:$w, Variadic<Index>:$pads, AnyShaped:$c,
                       I64Attr:$mr, I64Attr:$nr, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, UnitAttr:$grouped, OptionalAttr<DenseI64ArrayAttr>:$x_perm,
                       OptionalAttr<I64Attr>:$winograd);
  let assemblyFormat = [{
    $kind attr-dict `ins` `(` $x (`,` $w^)? `:` type($x) (`,` type($w)^)? `)` `pads` `(` $pads `)` `outs` `(` $c `:` type($c) `)`
    (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getCMutable(); }
    /// Number of spatial dims.
    unsigned getSpatialRank() { return getKernel().size(); }
    /// Dim of `x` that holds the i-th of [N, I_1..I_s, (G,) IC].
    unsigned getXDim(unsigned i) { return getXPerm() ? (*getXPerm())[i] : i; }
  }];
}

#endif // DELOS_DIALECTS_FUSION_MICROKERNELOPS_TD
