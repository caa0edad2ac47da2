// Files per kernel.
#include "lib/Engine/KernelDump.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include <fstream>

namespace delos {

/// The printed module opens with two lines (module, function) and closes with three (return and two braces);
/// between them stands one op a line.
static constexpr size_t linesBefore = 2, linesAfter = 3;

std::string annotatedText(const KernelSource &source) {
  std::vector<std::string> lines = absl::StrSplit(absl::StripSuffix(source.text, "\n"), '\n');
  // An op with regions takes several lines; such a kernel stays as it is.
  if (lines.size() == source.nodes.size() + linesBefore + linesAfter)
    for (size_t i = 0; i < source.nodes.size(); ++i)
      absl::StrAppend(&lines[i + linesBefore], "  // ", source.nodes[i]);
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

static absl::Status writeFile(const std::string &path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot write '", path, "'"));
}

absl::Status dumpKernel(const std::string &directory, const KernelSource &source,
                        const CompiledKernel &kernel) {
  std::string stem = absl::StrCat(directory, "/", source.name);
  absl::Status status = writeFile(absl::StrCat(stem, ".mlir"), annotatedText(source));
  if (status.ok())
    status = writeFile(absl::StrCat(stem, ".s"), kernel.code.assembly);
  if (status.ok())
    status = writeFile(absl::StrCat(stem, ".o"), {kernel.code.bytes.data(), kernel.code.bytes.size()});
  return status;
}

} // namespace delos
