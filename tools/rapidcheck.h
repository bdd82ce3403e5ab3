// RapidCheck: runs as test data, for a project's own GoogleTest suite.
//
//   RC_GTEST_PROP(Ledger, KeepsItsPromises, ()) {
//     const scenarios::SeedFile run = *tools::AnyRunOf("ledger");
//     RC_LOG() << tools::Describe(run);
//     RC_ASSERT(tools::ViolatedBy(run) == "");
//   }
//
// A run is drawn as the swarm draws it: cluster, network, disks, clocks, configuration, load, faults and their sizes.
// Of one that fails RapidCheck takes out what it can, as `faultline shrink` does, and prints a seed file.
#pragma once

#include <cstdint>
#include <string>

#include "rapidcheck.h"
#include "tools/drawn_run.h"

namespace tools {

inline rc::Gen<scenarios::SeedFile> AnyRunOf(const std::string& protocol, const std::string& scenario = "swarm") {
  return rc::gen::shrink(rc::gen::map(rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()),
                                      [=](std::uint64_t seed) { return DrawRun(protocol, seed, scenario); }),
                         [](const scenarios::SeedFile& run) { return rc::seq::fromContainer(SmallerRuns(run)); });
}

}  // namespace tools
