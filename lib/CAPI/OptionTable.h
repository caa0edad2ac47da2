/// Compile options by name, for the interfaces that pass them as text.
#pragma once

#include "delos/Options.h"
#include "delos/Status.h"

#include <string>

namespace delos {

/// Sets one option from text; the keys are those of delosOptionsSet. kInvalidArgument names an unknown key
/// (listing the known ones) or a malformed value.
Status setOption(CompileOptions &options, const std::string &key, const std::string &value);

} // namespace delos
