// A walk over a serialized model that bounds what parsing it will take.
#pragma once

#include "lib/Import/Import.h"

#include "absl/status/status.h"

#include <string_view>

namespace delos::importer {

/// Walks the protobuf wire format of a ModelProto without allocating per message. OK when the bytes are well
/// formed at the message level and parsing them stays within the limits on message depth, nodes and parsed
/// memory. Linear in the bytes.
absl::Status scanModelBytes(std::string_view bytes, const ImportLimits &limits);

} // namespace delos::importer
