# The few kinds of targets that Delos has.

separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND "${LLVM_DEFINITIONS}")

# The MLIR headers that most compiler sources share, compiled once.
if(DELOS_USE_PCH)
  file(WRITE "${PROJECT_BINARY_DIR}/Pch.cpp" "")
  add_library(delos_pch OBJECT "${PROJECT_BINARY_DIR}/Pch.cpp")
  target_include_directories(delos_pch SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  target_compile_definitions(delos_pch PRIVATE ${LLVM_DEFINITIONS_LIST})
  target_precompile_headers(delos_pch PRIVATE "${PROJECT_SOURCE_DIR}/cmake/Pch.h")
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(delos_pch PRIVATE -fpch-instantiate-templates)
  endif()
endif()

# delos_add_library(NAME SOURCES... [LINK libs...]): a static library without MLIR.
function(delos_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# delos_add_mlir_library(NAME SOURCES... [LINK libs...] [DEPENDS targets...] [NO_PCH]): a static library on MLIR.
# DEPENDS names TableGen targets; those of linked dialect libraries are inherited through DelosTableGen.
function(delos_add_mlir_library name)
  cmake_parse_arguments(ARG "NO_PCH" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  delos_use_mlir(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  add_dependencies(${name} DelosTableGen ${ARG_DEPENDS})
  if(DELOS_USE_PCH AND NOT ARG_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM delos_pch)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      target_compile_options(${name} PRIVATE -fpch-instantiate-templates)
    endif()
  endif()
endfunction()

# Include paths, definitions and the two shared libraries of MLIR; nothing else of LLVM's targets is ever linked
# (its static archives would bring a second copy of every registry).
function(delos_use_mlir name)
  target_include_directories(${name} SYSTEM PUBLIC ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  target_compile_definitions(${name} PUBLIC ${LLVM_DEFINITIONS_LIST})
  target_link_libraries(${name} PUBLIC MLIR LLVM)
endfunction()

# delos_tablegen(TARGET FILE.td OUTPUT generator-flags... [OUTPUT flags...]): one TableGen target per file.
add_custom_target(DelosTableGen)
function(delos_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs output flags)
    separate_arguments(flags)
    mlir_tablegen(${output} ${flags} EXTRA_INCLUDES "${PROJECT_SOURCE_DIR}" ${MLIR_INCLUDE_DIRS})
  endwhile()
  add_public_tablegen_target(${target})
  add_dependencies(DelosTableGen ${target})
endfunction()

# delos_add_tool(NAME SOURCES... [LINK libs...]): an executable in build/bin that links MLIR.
function(delos_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  delos_use_mlir(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  add_dependencies(${name} DelosTableGen)
endfunction()
