/// Handles, errors, text, options and types of the C interface.
#include "lib/CAPI/Handles.h"

#include "lib/CAPI/OptionTable.h"

using namespace delos;

namespace {

thread_local std::string lastError;

struct CodePair {
  absl::StatusCode from;
  DelosStatus to;
};

constexpr CodePair codes[] = {
    {absl::StatusCode::kOk, DELOS_OK},
    {absl::StatusCode::kInvalidArgument, DELOS_INVALID_ARGUMENT},
    {absl::StatusCode::kFailedPrecondition, DELOS_INVALID_ARGUMENT},
    {absl::StatusCode::kNotFound, DELOS_NOT_FOUND},
    {absl::StatusCode::kUnimplemented, DELOS_UNIMPLEMENTED},
    {absl::StatusCode::kResourceExhausted, DELOS_RESOURCE_EXHAUSTED},
    {absl::StatusCode::kOutOfRange, DELOS_OUT_OF_RANGE},
    {absl::StatusCode::kPermissionDenied, DELOS_PERMISSION_DENIED},
    {absl::StatusCode::kCancelled, DELOS_CANCELLED},
    {absl::StatusCode::kDeadlineExceeded, DELOS_DEADLINE_EXCEEDED},
};

std::vector<std::vector<DelosDim>> describe(std::span<const ValueInfo> values) {
  std::vector<std::vector<DelosDim>> result;
  for (const ValueInfo &value : values) {
    result.emplace_back();
    for (const Dim &dim : value.shape)
      result.back().push_back({dim.size, dim.name.c_str(), dim.formula.c_str()});
  }
  return result;
}

} // namespace

DelosStatus delos::report(const Status &status) {
  if (status.ok())
    return DELOS_OK;
  lastError = std::string(status.message());
  for (CodePair pair : codes)
    if (pair.from == status.code())
      return pair.to;
  return DELOS_INTERNAL;
}

DelosExecutable::DelosExecutable(Executable made)
    : executable(std::move(made)), inputDims(describe(executable.inputs())),
      outputDims(describe(executable.outputs())) {}

uint32_t delosGetAbiVersion(void) { return DELOS_C_ABI_VERSION; }

const char *delosGetVersion(void) { return Engine::version(); }

const char *delosGetLastError(void) { return lastError.c_str(); }

const char *delosStringGetData(const DelosString *string) { return string->text.c_str(); }

size_t delosStringGetSize(const DelosString *string) { return string->text.size(); }

void delosStringDestroy(DelosString *string) { delete string; }

DelosStatus delosOptionsCreate(DelosOptions **options) {
  return guarded([&] {
    *options = new DelosOptions();
    return absl::OkStatus();
  });
}

DelosStatus delosOptionsSet(DelosOptions *options, const char *key, const char *value) {
  return guarded([&] { return setOption(options->options, key, value); });
}

void delosOptionsDestroy(DelosOptions *options) { delete options; }

const char *delosElementTypeGetName(DelosElementType type) { return dtypeName(static_cast<DType>(type)); }

DelosElementType delosElementTypeFromName(const char *name) {
  return static_cast<DelosElementType>(dtypeNamed(name).value_or(DType::Undefined));
}

int64_t delosElementTypeGetBits(DelosElementType type) { return bitWidth(static_cast<DType>(type)); }

void delosTensorGetView(const DelosTensor *tensor, DelosTensorView *view) {
  const Tensor &held = tensor->tensor;
  *view = {static_cast<DelosElementType>(held.dtype()), static_cast<int32_t>(held.rank()),
           held.shape().data(), held.strides().data(), held.data()};
}

void delosTensorDestroy(DelosTensor *tensor) { delete tensor; }
