#include "tools/drawn_run.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "scenarios/reduce.h"
#include "tools/experiment.h"
#include "tools/shrinker.h"

namespace tools {
namespace {

using scenarios::SeedFile;

template <class T>
T OrThrow(absl::StatusOr<T> value) {
  if (!value.ok()) throw std::invalid_argument(std::string(value.status().message()));
  return *std::move(value);
}

}  // namespace

SeedFile DrawRun(const std::string& protocol, std::uint64_t seed, const std::string& scenario) {
  const std::vector<std::string> sets = {"cluster.protocol=" + protocol};
  const Experiment experiment =
      OrThrow(ForSeed(OrThrow(Prepare(OrThrow(scenarios::LoadScenario(scenario, sets)), "")), seed));
  const sim::Report report = OrThrow(Run(experiment, {.seed = seed, .trail = true}));
  return PartsOf(experiment, report, FAULTLINE_VERSION);
}

std::string ViolatedBy(const SeedFile& run) {
  absl::StatusOr<scenarios::LoadedSeed> loaded = scenarios::Resolve(run, {}, run.name());
  if (!loaded.ok()) return "";
  const std::uint64_t seed = loaded->seed;
  const absl::StatusOr<Experiment> experiment = Prepare(*std::move(loaded));
  if (!experiment.ok()) return "";
  const absl::StatusOr<sim::Report> report = Run(*experiment, {.seed = seed});
  if (!report.ok() || !report->violation || report->as_expected) return "";
  return report->violation->monitor + ": " + report->violation->explanation;
}

std::string Describe(const SeedFile& run) {
  const absl::StatusOr<SeedFile> recorded = Recorded(run, FAULTLINE_VERSION);
  if (!recorded.ok()) return std::string(recorded.status().message());
  SeedFile brief = *recorded;
  brief.mutable_expected()->clear_trail();  // a hundred times as long as the rest
  return scenarios::PrintSeedFile(brief);
}

std::vector<SeedFile> SmallerRuns(const SeedFile& run) {
  constexpr std::size_t kPieces = 8;
  std::vector<SeedFile> smaller;
  for (const scenarios::Part part : scenarios::kParts) {
    const std::size_t count = scenarios::CountParts(run, part);
    for (std::size_t pieces = 1; pieces <= std::min(kPieces, count); pieces *= 2) {
      const std::size_t size = (count + pieces - 1) / pieces;
      for (std::size_t begin = 0; begin < count; begin += size)
        smaller.push_back(scenarios::WithoutParts(run, part, begin, begin + size));
    }
  }
  std::ranges::move(scenarios::WithFewerNodes(run), std::back_inserter(smaller));
  return smaller;
}

}  // namespace tools
