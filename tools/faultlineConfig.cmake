# find_package(faultline): the libraries, and programs of one's own with all of them in it.
include(CMakeFindDependencyMacro)
find_dependency(absl CONFIG)
find_dependency(Protobuf)
find_dependency(CLI11 CONFIG)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/faultlineTargets.cmake)

# faultline_program(NAME SOURCE...): faultline's command line, with what these sources bind and register beside its own
# protocols and invariants. faultline_program(NAME LIBRARY SOURCE...): without its `main`, for a test suite.
function(faultline_program name)
  cmake_parse_arguments(program LIBRARY "" "" ${ARGN})
  add_executable(${name} ${program_UNPARSED_ARGUMENTS} $<TARGET_OBJECTS:faultline::faultline_tools>
    $<TARGET_OBJECTS:faultline::faultline_bindings> $<TARGET_OBJECTS:faultline::faultline_invariants>)
  if(NOT program_LIBRARY)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:faultline::faultline_main>)
  endif()
  target_link_libraries(${name} PRIVATE faultline::faultline_scenarios faultline::faultline_protocols
    faultline::faultline_consistency faultline::faultline_fuzz_proto CLI11::CLI11 Threads::Threads)
endfunction()
