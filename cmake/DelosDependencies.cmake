# Everything Delos is built from, found once. scripts/setup installs it.

find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)

find_package(absl REQUIRED CONFIG)
find_package(Protobuf REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
if(DELOS_BUILD_TESTS)
  find_package(Catch2 2 REQUIRED CONFIG)
endif()
if(DELOS_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED CONFIG)
endif()

# The project's virtual environment holds the pinned Python packages (onnx brings onnx-ml.proto, nanobind its CMake files).
set(DELOS_VENV "${PROJECT_SOURCE_DIR}/.venv" CACHE PATH "Virtual environment made by scripts/setup")
set(Python_EXECUTABLE "${DELOS_VENV}/bin/python" CACHE FILEPATH "Python of the virtual environment")
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
