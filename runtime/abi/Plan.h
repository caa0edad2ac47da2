/// The plan of an executable: everything the runtime needs to run it besides the kernels' code, as plain
/// structs.
///
/// A plan is immutable once it runs and can be shared by threads. Indices are positions in the plan's
/// vectors.
#pragma once

#include "runtime/abi/Formula.h"
#include "runtime/abi/KernelABI.h"

#include "absl/status/status.h"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace delos::runtime {

/// Kinds of values that cross the engine's border. Kernels see tensors only; the rest lives in host calls.
enum class ValueKind { Tensor, Sequence, Optional, Map, StringTensor };

/// An integer that formulas refer to, known before the run (bound from an input's shape) or during it.
struct Symbol {
  static constexpr int32_t definedByInstruction = -1;

  std::string name;
  /// Equals dimension `dim` of input `input`; or `input` is definedByInstruction and a HostCall lists this
  /// symbol.
  int32_t input = definedByInstruction;
  int32_t dim = 0;
};

/// What the caller passes or receives at one position.
struct ValueInfo {
  std::string name;
  ValueKind kind = ValueKind::Tensor;
  DelosDType dtype = DELOS_DTYPE_UNDEFINED;
  /// One formula per dimension. Inputs are checked against them once all symbols are bound.
  std::vector<Formula> shape;
  /// The model's own name of each dimension ("batch"), empty where it has none. As long as `shape`.
  std::vector<std::string> dimNames;
};

enum class BufferKind {
  Input,    ///< Input `index`, never written.
  Output,   ///< Output `index`; every output has exactly one such buffer.
  Constant, ///< Constant `index`, never written.
  Arena, ///< `bytes` bytes at `offset` of the arena, 64-byte aligned. May share bytes with buffers of other
         ///< lifetimes.
  Host,  ///< Made by an Allocate instruction, freed at the end of the run.
};

/// A range of bytes that launches read or write.
struct Buffer {
  BufferKind kind = BufferKind::Arena;
  int32_t index = 0; ///< Which input, output or constant; unused otherwise.
  Formula offset;    ///< Arena only: a multiple of 64.
  Formula bytes;     ///< Size of the dense tensor. Required for all kinds.
};

/// A weight or folded value. The bytes are shared with their owner (a mapped file, a folded array) and never
/// change.
struct Constant {
  std::string name;
  DelosDType dtype = DELOS_DTYPE_UNDEFINED;
  std::vector<int64_t> shape;
  std::shared_ptr<const void> data; ///< Dense, row-major, aligned to DELOS_BUFFER_ALIGNMENT.
  int64_t bytes = 0;
};

/// A constant that owns an aligned copy of `bytes` bytes at `data`. Null data where memory is short.
Constant copyConstant(std::string name, DelosDType dtype, std::vector<int64_t> shape, const void *data,
                      int64_t bytes);

/// One compiled function. Twins (equal code, equal formulas) share a record; launches bind it to buffers.
struct KernelRecord {
  std::string symbol;               ///< Name of the function in the object code.
  std::vector<std::string> members; ///< The model's nodes that its first launch computes.
  int32_t numInputs = 0;            ///< Leading buffers of a launch: read.
  int32_t numOutputs = 0;           ///< The buffers after them: written.
  std::vector<Formula> dims;        ///< The `dim` array of the call.
  Formula tiles;                    ///< Parallel tiles of a launch; 0 skips it.
  Formula scratchBytes;             ///< Per calling thread.
  double seconds = 0; ///< Estimated for one thread (at representative sizes where dims are symbolic).
  double flops = 0;
  double bytes = 0; ///< Memory traffic, reads and writes.
};

/// One call of a kernel over all its tiles.
struct Launch {
  int32_t kernel = 0;
  std::vector<int32_t> buffers; ///< Inputs, then outputs; as many as the record says.
  std::vector<int32_t>
      predecessors;    ///< Launches of the same segment with smaller index, finished before this starts.
  double priority = 0; ///< Seconds from its start to the segment's end; greater is more urgent.
  /// The model's nodes that it computes, which differ between twins; empty: those of the record.
  std::vector<std::string> members = {};
};

/// Launches ordered only by their predecessors; independent ones may run at the same time.
struct Segment {
  std::vector<Launch> launches;
};

/// Copies `bytes(source)` bytes between buffers of equal size (an output that is an input, a constant or
/// another output).
struct Copy {
  int32_t source = 0;
  int32_t destination = 0;
};

/// Calls the host function registered under `callee`. It reads `inputs`, writes `outputs` and sets `symbols`.
struct HostCall {
  std::string callee;
  std::vector<std::string> members;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
  std::vector<int32_t> symbols;
};

/// Gives a Host buffer, or an Output buffer of data-dependent size, its memory of `bytes` bytes for these
/// symbols.
struct Allocate {
  int32_t buffer = 0;
};

struct Instruction;

/// Instructions run in order.
struct Region {
  std::vector<Instruction> instructions;
};

/// Runs `thenRegion` when the bool in buffer `condition` is true, else `elseRegion`.
struct If {
  int32_t condition = 0;
  Region thenRegion;
  Region elseRegion;
};

/// Repeats: run `conditionRegion`; leave when the bool in buffer `condition` is false; run `bodyRegion`.
struct While {
  int32_t condition = 0;
  Region conditionRegion;
  Region bodyRegion;
};

/// One step of the program: a closed sum.
struct Instruction {
  std::variant<Segment, Copy, HostCall, Allocate, If, While> step;
};

/// Two sizes that the compiler took to be equal where the model leaves it open. A run in which they differ is
/// refused.
struct SizeEquality {
  Formula left;
  Formula right;
};

struct Plan {
  std::string model; ///< The model's name, for messages and traces.
  std::vector<Symbol> symbols;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  std::vector<SizeEquality> equalities;
  std::vector<Constant> constants;
  std::vector<Buffer> buffers;
  std::vector<KernelRecord> kernels;
  Formula arenaBytes = Formula::constant(0);
  Region body;
};

/// Deepest nesting of regions that `verify` accepts.
inline constexpr int maxRegionDepth = 64;

/// Checks a plan of unknown origin: every index in bounds, every formula well formed, buffers and launches
/// consistent with the kernel records, predecessors topological, nothing but outputs, arena and host buffers
/// written. A verified plan cannot make the runtime read outside the plan; whether its kernels keep to their
/// buffers is the compiler's care.
absl::Status verify(const Plan &plan);

/// The plan as text, one line per symbol, value, buffer, kernel and launch.
std::string print(const Plan &plan);

} // namespace delos::runtime
