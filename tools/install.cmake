# What `cmake --install` puts elsewhere: the program, and what another project needs to put a protocol, an invariant or a
# test of its own beside ours (tests/example shows how).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(FAULTLINE_INCLUDE ${CMAKE_INSTALL_INCLUDEDIR}/faultline)
set(FAULTLINE_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/faultline)

# Ours are found as "sim/plan.h", in the tree and elsewhere; and compiled as we compile, or digests would differ.
target_compile_features(faultline_core PUBLIC cxx_std_20)
target_compile_options(faultline_core INTERFACE $<INSTALL_INTERFACE:-ffp-contract=off>)
foreach(target faultline_core faultline_otlp_proto faultline_scenario_proto faultline_fuzz_proto)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${FAULTLINE_INCLUDE}>)
endforeach()

install(TARGETS faultline)
install(TARGETS faultline_core faultline_otlp_proto faultline_scenario_proto faultline_fuzz_proto faultline_protocols
    faultline_sim faultline_consistency faultline_scenarios faultline_invariants faultline_tools faultline_bindings
    faultline_main
  EXPORT faultlineTargets
  OBJECTS DESTINATION ${CMAKE_INSTALL_LIBDIR}/faultline)
install(EXPORT faultlineTargets NAMESPACE faultline:: DESTINATION ${FAULTLINE_CMAKE})
foreach(folder protocols sim invariants scenarios tools)
  install(DIRECTORY ${folder} ${CMAKE_BINARY_DIR}/${folder} DESTINATION ${FAULTLINE_INCLUDE} FILES_MATCHING PATTERN "*.h")
endforeach()
write_basic_package_version_file(${CMAKE_BINARY_DIR}/faultlineConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES tools/faultlineConfig.cmake ${CMAKE_BINARY_DIR}/faultlineConfigVersion.cmake DESTINATION ${FAULTLINE_CMAKE})
