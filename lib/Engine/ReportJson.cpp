/// Reports as JSON.
#include "delos/Report.h"

#include <nlohmann/json.hpp>

namespace delos {
namespace {

using Json = nlohmann::ordered_json;

Json kernelJson(const KernelReport &kernel) {
  return {{"name", kernel.name},
          {"kind", kernel.kind},
          {"members", kernel.members},
          {"schedule", kernel.schedule},
          {"tiles", kernel.tiles},
          {"launches", kernel.launches},
          {"flops", kernel.flops},
          {"bytes_read", kernel.bytesRead},
          {"bytes_written", kernel.bytesWritten},
          {"bytes", kernel.bytesRead + kernel.bytesWritten},
          {"seconds", kernel.seconds},
          {"scratch_bytes", kernel.scratchBytes},
          {"code_bytes", kernel.codeBytes}};
}

Json edgeJson(const EdgeReport &edge) {
  return {{"producer", edge.producer},
          {"consumer", edge.consumer},
          {"value", edge.value},
          {"fused", edge.fused},
          {"layer", edge.layer},
          {"reason", edge.reason},
          {"fused_seconds", edge.fusedSeconds},
          {"separate_seconds", edge.separateSeconds},
          {"knob", edge.knob}};
}

template <typename T, typename Convert>
Json listJson(const std::vector<T> &items, Convert convert) {
  Json list = Json::array();
  for (const T &item : items)
    list.push_back(convert(item));
  return list;
}

} // namespace

std::string toJson(const CompileReport &report) {
  Json json = {{"model", report.model},
               {"target", report.target},
               {"nodes", report.nodes},
               {"primitives", report.primitives},
               {"constant_bytes", report.constantBytes},
               {"arena_bytes", report.arenaBytes},
               {"kernels", listJson(report.kernels, kernelJson)},
               {"edges", listJson(report.edges, edgeJson)},
               {"phases", listJson(report.phases, [](const PhaseReport &phase) -> Json {
                  return {{"name", phase.name}, {"seconds", phase.seconds}};
                })}};
  // Names come from models: bytes that are not UTF-8 must not throw.
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace delos
