// Seed file: one run that reproduces alone.
//
// It holds the scenario as it was after --set, the seed, the fault windows as
// they happened, the traces unless they are built into the program, and what
// came out: verdict, digest and the ladder of digests that finds the first
// difference. It needs neither the scenario's file nor the code that drew the
// faults. Wall time, host and path are not in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "scenarios/load.h"
#include "sim/report.h"

namespace scenarios {

using faultline::scenarios::SeedFile;

inline constexpr std::size_t kMostSeedFileBytes = std::size_t{256} << 20;
inline constexpr std::uint32_t kSeedFileFormat = 1;

// One recorded export, as tracing::RecordedExport, which this folder may not include.
struct InputExport {
  core::Duration at{};
  std::string request;  // an ExportTraceServiceRequest in binary
};

struct Rung {
  std::uint64_t event = 0;
  core::Duration time{};
  std::string digest;
};

// What the run that was saved came to.
struct Expected {
  sim::Outcome verdict = sim::Outcome::kInconclusive;
  std::string monitor;  // violated; empty unless `verdict` says so
  std::uint64_t event = 0;
  std::string explanation;
  std::string digest;
  std::uint64_t events = 0;
  std::vector<Rung> ladder;
  sim::Trail trail;  // empty if the run was saved without
};

struct LoadedSeed {
  std::string file;
  std::string version;  // of the faultline that wrote it
  std::uint64_t seed = 0;
  LoadedScenario scenario;  // plan.windows is set
  std::vector<InputExport> input;
  Expected expected;
  std::string shrunk;  // what it was before it was shrunk; empty: it was not
};

// What a seed file keeps of a report.
Expected ExpectedOf(const sim::Report& report);

SeedFile SeedFileOf(const LoadedScenario& scenario, const sim::Report& report, const std::vector<InputExport>& input,
                    std::string_view version);
std::string PrintSeedFile(const SeedFile& file);
// All or nothing.
absl::Status SaveSeedFile(const std::string& path, const LoadedScenario& scenario, const sim::Report& report,
                          const std::vector<InputExport>& input, std::string_view version);
absl::Status SaveSeedFile(const std::string& path, const SeedFile& file);

absl::StatusOr<LoadedSeed> LoadSeedFile(const std::string& path);
// As it is written, and checked like the others.
absl::StatusOr<SeedFile> ReadSeedFile(const std::string& path);
absl::StatusOr<LoadedSeed> ParseSeedFile(std::string_view text, const std::string& file);

// The same of a message, for those who change one: what has been expected of it is not looked at.
absl::StatusOr<LoadedSeed> Resolve(SeedFile proto, Locations where, const std::string& file);

std::string_view OutcomeName(sim::Outcome outcome);

}  // namespace scenarios
