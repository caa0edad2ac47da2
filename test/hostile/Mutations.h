// Broken models made from whole ones, reproducibly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace delos::hostile {

struct Mutation {
  std::string name;  ///< which mutators made it, for messages
  std::string bytes; ///< a serialized ModelProto, or what was one
};

/// Mutation `index` of the seeds (serialized models, at least one): a pure function of both. About half are
/// damaged bytes (cut, flipped, spliced), the others well-formed messages that lie: huge, negative and
/// missing sizes, wrong types, cycles, missing inputs, names twice, escaping paths, deep nesting, recursive
/// and exploding functions.
Mutation mutate(const std::vector<std::string> &seeds, uint64_t index);

} // namespace delos::hostile
