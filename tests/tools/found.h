// Found: violations to work with, of shipped scenarios that break a promise on purpose.
#pragma once

#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "scenarios/seed_file.h"
#include "tools/experiment.h"
#include "tools/shrinker.h"

namespace tools {

// The first violated run of a scenario.
inline scenarios::SeedFile Found(const std::string& name) {
  constexpr std::uint64_t kMostSeeds = 200;
  const auto experiment = Prepare(*scenarios::LoadScenario(name), "");
  EXPECT_TRUE(experiment.ok()) << experiment.status().message();
  for (std::uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    const absl::StatusOr<sim::Report> report = Run(*experiment, {.seed = seed});
    EXPECT_TRUE(report.ok());
    if (report->violation) return scenarios::SeedFileOf(experiment->scenario, *report, OwnInput(*experiment), "0.1.0");
  }
  ADD_FAILURE() << name << " is not violated";
  return {};
}

// The smallest cause of it: an entry is acknowledged that a crash then takes.
inline const scenarios::SeedFile& SmallCause() {
  static const scenarios::SeedFile small =
      *Recorded(Shrink(Found("sync_off"), {}, [](const ShrinkOutcome&) {})->last.file, "0.1.0");
  return small;
}

}  // namespace tools
