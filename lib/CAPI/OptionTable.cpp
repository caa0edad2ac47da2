/// Compile options by name.
#include "lib/CAPI/OptionTable.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace delos {
namespace {

Status malformed(const std::string &key, const std::string &value, const char *expected) {
  return absl::InvalidArgumentError(
      absl::StrCat("option '", key, "': expected ", expected, ", got '", value, "'"));
}

template <typename T>
Status setInteger(T &target, const std::string &key, const std::string &value) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(value, &number) || number < 0 || number > std::numeric_limits<T>::max())
    return malformed(key, value, "an integer of at least 0");
  target = static_cast<T>(number);
  return absl::OkStatus();
}

Status setFlag(bool &target, const std::string &key, const std::string &value) {
  if (value != "true" && value != "false")
    return malformed(key, value, "true or false");
  target = value == "true";
  return absl::OkStatus();
}

Status setFusion(FusionLevel &target, const std::string &key, const std::string &value) {
  static const std::pair<const char *, FusionLevel> levels[] = {
      {"none", FusionLevel::None}, {"elementwise", FusionLevel::ElementWise}, {"full", FusionLevel::Full}};
  for (auto [name, level] : levels)
    if (value == name) {
      target = level;
      return absl::OkStatus();
    }
  return malformed(key, value, "none, elementwise or full");
}

Status setWinograd(WinogradLevel &target, const std::string &key, const std::string &value) {
  static const std::pair<const char *, WinogradLevel> levels[] = {
      {"none", WinogradLevel::None}, {"f2", WinogradLevel::F2}, {"f4", WinogradLevel::F4}};
  for (auto [name, level] : levels)
    if (value == name) {
      target = level;
      return absl::OkStatus();
    }
  return malformed(key, value, "none, f2 or f4");
}

Status setText(std::string &target, const std::string &value) {
  target = value;
  return absl::OkStatus();
}

using Setter = Status (*)(CompileOptions &, const std::string &key, const std::string &value);

struct NamedSetter {
  const char *key;
  Setter set;
};

const NamedSetter setters[] = {
    {"device", [](auto &o, auto &, auto &v) { return setText(o.device, v); }},
    {"threads", [](auto &o, auto &k, auto &v) { return setInteger(o.threads, k, v); }},
    {"fusion", [](auto &o, auto &k, auto &v) { return setFusion(o.fusion, k, v); }},
    {"deterministic", [](auto &o, auto &k, auto &v) { return setFlag(o.deterministic, k, v); }},
    {"allow_winograd", [](auto &o, auto &k, auto &v) { return setWinograd(o.allowWinograd, k, v); }},
    {"precise_math", [](auto &o, auto &k, auto &v) { return setFlag(o.preciseMath, k, v); }},
    {"target_cpu", [](auto &o, auto &, auto &v) { return setText(o.targetCPU, v); }},
    {"target_features", [](auto &o, auto &, auto &v) { return setText(o.targetFeatures, v); }},
    {"dump_directory", [](auto &o, auto &, auto &v) { return setText(o.dumpDirectory, v); }},
    {"line_tables", [](auto &o, auto &k, auto &v) { return setFlag(o.lineTables, k, v); }},
    {"perf_map", [](auto &o, auto &k, auto &v) { return setFlag(o.perfMap, k, v); }},
    {"gdb", [](auto &o, auto &k, auto &v) { return setFlag(o.gdb, k, v); }},
    {"until_after", [](auto &o, auto &, auto &v) { return setText(o.untilAfter, v); }},
    {"limit:model_bytes", [](auto &o, auto &k, auto &v) { return setInteger(o.limits.modelBytes, k, v); }},
    {"limit:constant_bytes",
     [](auto &o, auto &k, auto &v) { return setInteger(o.limits.constantBytes, k, v); }},
    {"limit:tensor_bytes", [](auto &o, auto &k, auto &v) { return setInteger(o.limits.tensorBytes, k, v); }},
    {"limit:nodes", [](auto &o, auto &k, auto &v) { return setInteger(o.limits.nodes, k, v); }},
    {"limit:nesting", [](auto &o, auto &k, auto &v) { return setInteger(o.limits.nesting, k, v); }},
    {"limit:rank", [](auto &o, auto &k, auto &v) { return setInteger(o.limits.rank, k, v); }},
    {"limit:folded_bytes", [](auto &o, auto &k, auto &v) { return setInteger(o.limits.foldedBytes, k, v); }},
    {"limit:folding_steps",
     [](auto &o, auto &k, auto &v) { return setInteger(o.limits.foldingSteps, k, v); }},
};

/// The rest of `key` behind `prefix`, when it starts with it and something follows.
std::optional<std::string> nameBehind(const std::string &key, const std::string &prefix) {
  if (!key.starts_with(prefix) || key.size() == prefix.size())
    return std::nullopt;
  return key.substr(prefix.size());
}

} // namespace

Status setOption(CompileOptions &options, const std::string &key, const std::string &value) {
  std::string known;
  for (const NamedSetter &setter : setters) {
    if (key == setter.key)
      return setter.set(options, key, value);
    absl::StrAppend(&known, setter.key, ", ");
  }
  if (auto name = nameBehind(key, "dim:"))
    return setInteger(options.dims[*name], key, value);
  if (auto name = nameBehind(key, "dim_hint:"))
    return setInteger(options.dimHints[*name], key, value);
  if (auto name = nameBehind(key, "extra:"))
    return setText(options.extra[*name], value);
  return absl::InvalidArgumentError(
      absl::StrCat("no option '", key, "'; known are ", known, "dim:NAME, dim_hint:NAME and extra:NAME"));
}

} // namespace delos
