/// A compiled model.
#pragma once

#include "delos/Export.h"
#include "delos/HostExecutor.h"
#include "delos/Options.h"
#include "delos/Report.h"
#include "delos/Status.h"
#include "delos/Tensor.h"
#include "delos/Value.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace delos {

/// One dimension of an input or output.
struct Dim {
  static constexpr int64_t dynamic = -1;

  int64_t size = dynamic; ///< The extent, or `dynamic`.
  std::string name;       ///< The model's name of it ("batch"), empty when it has none.
  std::string
      formula; ///< In terms of named dims where it is computed ("(batch * 4)"); the size where static.
};

/// What the model takes or gives at one position.
struct ValueInfo {
  std::string name;
  DType dtype = DType::Undefined;
  std::vector<Dim> shape;
};

/// A compiled model, ready to run. Copies share it. All members may be called from several threads at once;
/// runs of one executable overlap freely, each in memory of its own.
class DELOS_API Executable {
public:
  class DELOS_LOCAL State;

  explicit Executable(std::shared_ptr<State> state) : state(std::move(state)) {}

  std::span<const ValueInfo> inputs() const;
  std::span<const ValueInfo> outputs() const;

  /// Runs the model on one tensor per input, in the order of `inputs()`. Dense, element-aligned inputs are
  /// read in place, others are packed first. A wrong count, type or shape is kInvalidArgument, naming the
  /// input. The results own their memory.
  StatusOr<std::vector<Tensor>> run(std::span<const Tensor> inputs, const RunOptions &options = {}) const;

  /// Like `run`, writing into `outputs`: dense tensors of the right type and shape that overlap neither the
  /// inputs nor each other. An entry without a type (a default Tensor) is replaced by an allocated one. After
  /// an error the contents are unspecified. A kernel's error names the model's nodes that it computes.
  Status runInto(std::span<const Tensor> inputs, std::span<Tensor> outputs, const RunOptions &options = {},
                 RunTrace *trace = nullptr) const;

  /// `run` on values of any kind; what is not a tensor is kUnimplemented, naming the input.
  StatusOr<std::vector<Value>> runValues(std::span<const Value> inputs, const RunOptions &options = {}) const;

  /// Bytes of temporaries that a run with inputs of these shapes needs, known without running.
  StatusOr<int64_t> arenaBytes(std::span<const Tensor> inputs) const;

  const CompileReport &report() const;
  Counters counters() const;
  /// The plan as text.
  std::string plan() const;

private:
  std::shared_ptr<State> state;
};

} // namespace delos
