/// The inputs of a run: from files, or random.
#pragma once

#include "delos/Executable.h"
#include "delos/Status.h"
#include "delos/Tensor.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace delos::tool {

/// What the command line says about inputs.
struct InputOptions {
  std::map<std::string, std::string> files; ///< Input name -> path.
  std::map<std::string, int64_t>
      dims;          ///< Symbolic dim, by its name or formula -> size; 1 where it says nothing.
  uint64_t seed = 0; ///< Of the inputs without a file.
};

/// One tensor per input, in order. Random floats are normally distributed, random integers and bools are 0 or
/// 1 (valid as indices into anything). kInvalidArgument names an input or dim that the model lacks.
StatusOr<std::vector<Tensor>> makeInputs(const Executable &executable, const InputOptions &options);

/// Splits "NAME=VALUE" at the first "=" ("a=b=c" has value "b=c"). kInvalidArgument without one.
StatusOr<std::pair<std::string, std::string>> splitAssignment(const std::string &text);

} // namespace delos::tool
