# What `cmake --install` puts into place: libdelos, the public headers, the command and find_package(delos).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# MLIR and LLVM are found where they were when linking.
set_target_properties(delos delos-tool PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/delos")
install(TARGETS delos EXPORT delosTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS delos-tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT delosTargets NAMESPACE delos:: DESTINATION ${package_dir})
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/delosConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/delosConfig.cmake" INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/delosConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/delosConfig.cmake" "${PROJECT_BINARY_DIR}/delosConfigVersion.cmake"
  DESTINATION ${package_dir})
