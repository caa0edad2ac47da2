/// delos explain: kernels, their members and cost, and a verdict per edge.
#include "tools/delos/Commands.h"
#include "tools/delos/ExitCodes.h"

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace delos::tool {
namespace {

std::string kernelText(const KernelReport &kernel) {
  std::string text =
      absl::StrFormat("%s (%s) x%d: %.4g flops, %.4g bytes read, %.4g written, %.4g us, tiles %s\n",
                      kernel.name, kernel.kind, kernel.launches, kernel.flops, kernel.bytesRead,
                      kernel.bytesWritten, 1e6 * kernel.seconds, kernel.tiles);
  absl::StrAppendFormat(&text, "    %s\n", absl::StrJoin(kernel.members, ", "));
  if (!kernel.schedule.empty())
    absl::StrAppendFormat(&text, "    schedule %s\n", kernel.schedule);
  return text;
}

std::string edgeText(const EdgeReport &edge) {
  std::string text =
      absl::StrFormat("%s -> %s ('%s'): %s", edge.producer, edge.consumer, edge.value,
                      edge.fused ? absl::StrFormat("fused (%s)", edge.layer) : std::string("in memory"));
  if (!edge.reason.empty())
    absl::StrAppendFormat(&text, ", %s", edge.reason);
  if (edge.fusedSeconds > 0 || edge.separateSeconds > 0)
    absl::StrAppendFormat(&text, "; %.4g us fused, %.4g us apart", 1e6 * edge.fusedSeconds,
                          1e6 * edge.separateSeconds);
  if (!edge.knob.empty())
    absl::StrAppendFormat(&text, "; %s", edge.knob);
  return text + "\n";
}

std::string reportText(const CompileReport &report) {
  std::string text = absl::StrFormat(
      "%s: %d nodes, %d primitives, %d kernels, %d bytes of constants, arena %s bytes\n", report.model,
      report.nodes, report.primitives, report.kernels.size(), report.constantBytes, report.arenaBytes);
  absl::StrAppendFormat(&text, "target %s\n\nkernels\n", report.target);
  for (const KernelReport &kernel : report.kernels)
    absl::StrAppendFormat(&text, "  %s", kernelText(kernel));
  text += "\nedges\n";
  for (const EdgeReport &edge : report.edges)
    absl::StrAppendFormat(&text, "  %s", edgeText(edge));
  return text;
}

} // namespace

int ExplainCommand::run() const {
  StatusOr<Executable> executable = compileShown(model, compile);
  if (!executable.ok())
    return fail(exitOfCompile(executable.status()), std::string(executable.status().message()));
  const CompileReport &report = executable->report();
  return writeText("-", asJson ? toJson(report) + "\n" : reportText(report)) ? exitSuccess : exitOutput;
}

} // namespace delos::tool
