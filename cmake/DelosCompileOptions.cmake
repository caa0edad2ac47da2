# Flags that every target shares. All users of the precompiled header need the same ones.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# Relative names inside the repository: "lib/Support/DimExpr.h", "dialects/Graph/Graph.h", "runtime/abi/KernelABI.h";
# the public headers are "delos/Engine.h" and "delos-c/delos.h".
include_directories("${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
include_directories(SYSTEM "${PROJECT_BINARY_DIR}") # generated code is not held to our warnings

add_compile_options(-Wall -Wextra)
if(DELOS_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_link_options(-fuse-ld=lld)
  # The precompiled header is the same file for ccache whenever its content is.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
if(DELOS_SANITIZE)
  add_compile_options(-fsanitize=${DELOS_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DELOS_SANITIZE})
endif()
