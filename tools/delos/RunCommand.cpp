/// delos run: one run, its results described, written and checked.
#include "tools/delos/Commands.h"
#include "tools/delos/Comparison.h"
#include "tools/delos/ExitCodes.h"
#include "tools/delos/Oracles.h"
#include "tools/delos/Progress.h"
#include "tools/delos/TensorFiles.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace delos::tool {
namespace {

using Json = nlohmann::ordered_json;

struct Summary {
  double least = 0, greatest = 0, mean = 0;
  int64_t notFinite = 0;
};

Summary summarize(const Tensor &tensor) {
  Summary summary;
  int64_t finite = 0;
  for (double value : toDoubles(tensor)) {
    if (!std::isfinite(value)) {
      ++summary.notFinite;
      continue;
    }
    summary.least = finite ? std::min(summary.least, value) : value;
    summary.greatest = finite ? std::max(summary.greatest, value) : value;
    summary.mean += value;
    ++finite;
  }
  summary.mean /= static_cast<double>(std::max<int64_t>(finite, 1));
  return summary;
}

Json describe(std::FILE *out, const ValueInfo &info, const Tensor &tensor) {
  Summary summary = summarize(tensor);
  std::fprintf(out, "%s: %s[%s] min %g max %g mean %g", info.name.c_str(), dtypeName(tensor.dtype()),
               absl::StrJoin(tensor.shape(), ", ").c_str(), summary.least, summary.greatest, summary.mean);
  if (summary.notFinite)
    std::fprintf(out, ", %lld not finite", static_cast<long long>(summary.notFinite));
  std::fputs("\n", out);
  return {{"name", info.name},
          {"dtype", dtypeName(tensor.dtype())},
          {"shape", tensor.shape()},
          {"min", summary.least},
          {"max", summary.greatest},
          {"mean", summary.mean},
          {"not_finite", summary.notFinite}};
}

Json describe(std::FILE *out, const OutputComparison &comparison) {
  std::fprintf(out, "%s: %s", comparison.name.c_str(), comparison.agrees ? "agrees" : "DIFFERS");
  if (comparison.problem.empty())
    std::fprintf(out, ", error %.3g of magnitude %.3g (tolerance %.1g)\n", comparison.maxError,
                 comparison.magnitude, comparison.tolerance * comparison.magnitude);
  else
    std::fprintf(out, ", %s\n", comparison.problem.c_str());
  // JSON has no infinity.
  Json error = std::isfinite(comparison.maxError) ? Json(comparison.maxError) : Json();
  return {{"name", comparison.name},
          {"agrees", comparison.agrees},
          {"max_error", error},
          {"magnitude", comparison.magnitude},
          {"problem", comparison.problem}};
}

/// A file name for an output: names may hold slashes and worse.
std::string fileNameOf(const std::string &name) {
  std::string safe = name;
  for (char &c : safe)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.')
      c = '_';
  return safe.empty() || safe[0] == '.' ? "_" + safe : safe;
}

int writeOutputs(const std::string &directory, std::span<const ValueInfo> infos,
                 std::span<const Tensor> outputs) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::string path = absl::StrCat(directory, "/", fileNameOf(infos[i].name), ".npy");
    if (Status status = writeTensorFile(path, outputs[i]); !status.ok())
      return fail(exitOutput, std::string(status.message()));
  }
  return exitSuccess;
}

StatusOr<std::vector<Tensor>> consult(const std::string &oracle, const std::string &model,
                                      const Executable &executable, std::span<const Tensor> inputs) {
  Progress progress(absl::StrCat("running ", oracle));
  return oracle == "reference" ? runReference(model, inputs) : runOnnxRuntime(model, executable, inputs);
}

int checkOutputs(const RunCommand &command, const Executable &executable, std::span<const Tensor> inputs,
                 std::span<const Tensor> outputs, Json &json) {
  StatusOr<std::vector<Tensor>> expected = consult(command.check, command.model, executable, inputs);
  if (!expected.ok())
    return fail(exitNoOracle, absl::StrCat(command.check, ": ", std::string(expected.status().message())));
  bool agrees = expected->size() == outputs.size();
  json = {{"oracle", command.check}, {"outputs", Json::array()}};
  for (size_t i = 0; i < outputs.size() && i < expected->size(); ++i) {
    OutputComparison comparison = compareOutput(executable.outputs()[i].name, outputs[i], (*expected)[i]);
    json["outputs"].push_back(describe(humanStream(command.jsonFile), comparison));
    agrees = agrees && comparison.agrees;
  }
  json["agrees"] = agrees;
  return agrees ? exitSuccess : exitMismatch;
}

} // namespace

int RunCommand::run() const {
  StatusOr<Executable> executable = compileShown(model, compile);
  if (!executable.ok())
    return fail(exitOfCompile(executable.status()), std::string(executable.status().message()));
  StatusOr<std::vector<Tensor>> tensors = makeInputs(*executable, inputs);
  if (!tensors.ok())
    return fail(exitBadInput, std::string(tensors.status().message()));
  auto start = std::chrono::steady_clock::now();
  StatusOr<std::vector<Tensor>> outputs = executable->run(*tensors);
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (!outputs.ok())
    return fail(exitOfRun(outputs.status()), std::string(outputs.status().message()));
  Json json = {{"model", model}, {"seconds", elapsed.count()}, {"outputs", Json::array()}};
  for (size_t i = 0; i < outputs->size(); ++i)
    json["outputs"].push_back(describe(humanStream(jsonFile), executable->outputs()[i], (*outputs)[i]));
  int code = exitSuccess;
  if (!outputDirectory.empty())
    code = writeOutputs(outputDirectory, executable->outputs(), *outputs);
  if (code == exitSuccess && !check.empty())
    code = checkOutputs(*this, *executable, *tensors, *outputs, json["check"]);
  if (!jsonFile.empty() &&
      !writeText(jsonFile, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"))
    return exitOutput;
  return code;
}

} // namespace delos::tool
