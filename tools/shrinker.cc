#include "tools/shrinker.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

#include "scenarios/seed_file.h"
#include "tools/experiment.h"
#include "tools/verdict.h"

namespace tools {
namespace {

using scenarios::Part;
using scenarios::SeedFile;

// One version of the seed file, run.
struct Trial {
  SeedFile file;
  absl::StatusOr<sim::Report> report = absl::UnknownError("not run");
};

absl::StatusOr<Experiment> PrepareFile(const SeedFile& file, std::uint64_t& seed) {
  absl::StatusOr<scenarios::LoadedSeed> loaded = scenarios::Resolve(file, {}, file.name());
  if (!loaded.ok()) return loaded.status();
  seed = loaded->seed;
  return Prepare(*std::move(loaded));
}

// A version that needs more events than `most` is as good as one that holds.
absl::StatusOr<sim::Report> RunFile(const SeedFile& file, std::uint64_t most, bool trail = false) {
  std::uint64_t seed = 0;
  absl::StatusOr<Experiment> experiment = PrepareFile(file, seed);
  if (!experiment.ok()) return experiment.status();
  sim::Plan& plan = experiment->scenario.plan;
  plan.max_events = std::min(plan.max_events, most);
  return Run(*experiment, {.seed = seed, .trail = trail});
}

std::uint64_t SeedOf(const SeedFile& file) { return std::stoull(file.seed()); }

SeedFile WithSeed(SeedFile file, std::uint64_t seed) {
  file.set_seed(std::to_string(seed));
  return file;
}

// Runs versions, several at a time, and spends the budget.
class Bench {
 public:
  using Make = std::function<SeedFile(std::size_t)>;
  using Accept = std::function<bool(const sim::Report&)>;

  Bench(const ShrinkOptions& options, ShrinkOutcome& outcome) : options_(options), outcome_(outcome) {}

  std::uint64_t left() const { return options_.max_events - std::min(options_.max_events, outcome_.events); }
  bool spent() const { return outcome_.events >= options_.max_events || stopped(); }

  // The first of `count` versions that is accepted, with its place among them. What is run at the same time as an
  // earlier one that is accepted does not count, so that the number of threads changes nothing.
  std::optional<std::pair<std::size_t, Trial>> First(std::size_t count, const Make& make, std::uint64_t most,
                                                     const Accept& accept) {
    for (std::size_t at = 0; at < count && !spent();) {
      std::vector<Trial> trials(std::min<std::size_t>(options_.jobs, count - at));
      for (std::size_t i = 0; i < trials.size(); ++i) trials[i].file = make(at + i);
      RunAll(trials, most);
      for (Trial& trial : trials) {
        if (spent()) return std::nullopt;
        ++outcome_.runs;
        if (trial.report.ok()) outcome_.events += trial.report->events;
        if (trial.report.ok() && accept(*trial.report)) return std::pair{at, std::move(trial)};
        ++at;
      }
    }
    return std::nullopt;
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed); }

  static void RunAll(std::vector<Trial>& trials, std::uint64_t most) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < trials.size(); ++i) {
      threads.emplace_back([&trial = trials[i], most] { trial.report = RunFile(trial.file, most); });
    }
    trials.front().report = RunFile(trials.front().file, most);
  }

  const ShrinkOptions& options_;
  ShrinkOutcome& outcome_;
};

// How many seeds a smaller version is tried with at most: its own, and those behind it.
constexpr std::uint64_t kFewSeeds = 4, kManySeeds = 16, kMostSeeds = 48;
// All of them together may take this part of what is left of the budget.
constexpr std::uint64_t kPartOfBudget = 20;
// Above so many of them, times are rounded together or not at all.
constexpr std::size_t kMostTimes = 40;

class Search {
 public:
  Search(const ShrinkOptions& options, ShrinkOutcome& outcome,
         const std::function<void(const ShrinkOutcome&)>& progress)
      : bench_(options, outcome), outcome_(outcome), progress_(progress) {}

  void Go() {
    EndAtViolation();
    SettleLess();  // first, since all runs behind it take so much less
    TakeOut(Part::kWindow);
    while (!bench_.spent()) {
      const auto before = std::pair{scenarios::SizeOf(best().file), best().events};
      TakeNodesOut();
      for (const Part part : scenarios::kParts) TakeOut(part);
      TakeFirst(scenarios::WithFewerClients(best().file), kFewSeeds);
      EndAtViolation();
      SettleLess();
      TakeFewerEvents();
      HurryUp();
      if (std::pair{scenarios::SizeOf(best().file), best().events} == before) break;
    }
    for (const auto unit :
         {std::chrono::milliseconds(100), std::chrono::milliseconds(10), std::chrono::milliseconds(1)})
      Round(unit);
    outcome_.finished = !bench_.spent();
  }

 private:
  const Shrunk& best() const { return outcome_.last; }
  // A version may take its time to go wrong, but not for ever.
  std::uint64_t Most() const { return 2 * best().events + 2'000; }

  std::optional<std::size_t> TryAll(std::size_t count, const Bench::Make& make, const Bench::Accept& also = {}) {
    const auto accept = [&](const sim::Report& report) {
      return report.violation && report.violation->monitor == outcome_.monitor && (!also || also(report));
    };
    auto found = bench_.First(count, make, Most(), accept);
    progress_(outcome_);
    if (!found) return std::nullopt;
    const sim::Report& report = *found->second.report;
    outcome_.last = {std::move(found->second.file), report.violation->event, report.violation->time};
    return found->first;
  }

  // The same, each with so many seeds.
  std::optional<std::size_t> TrySeeds(std::size_t count, std::uint64_t seeds, const Bench::Make& make) {
    const std::uint64_t own = SeedOf(best().file);
    const auto found =
        TryAll(count * seeds, [&](std::size_t place) { return WithSeed(make(place / seeds), own + place % seeds); });
    return found ? std::optional(*found / seeds) : std::nullopt;
  }

  // So many that the budget lasts.
  std::uint64_t Affordable(std::uint64_t seeds) const {
    return std::clamp<std::uint64_t>(bench_.left() / kPartOfBudget / Most(), 1, seeds);
  }
  // The more is taken out at once, the more often it is worth a try.
  std::uint64_t SeedsFor(std::size_t size, std::size_t count) const {
    return Affordable(2 * size >= count ? kMostSeeds : 8 * size >= count ? kManySeeds : kFewSeeds);
  }

  void TakeOut(Part part) {
    for (std::size_t size = scenarios::CountParts(best().file, part); size > 0; size = size == 1 ? 0 : (size + 1) / 2) {
      std::size_t begin = 0;
      while (begin < scenarios::CountParts(best().file, part)) {
        const SeedFile from = best().file;
        const std::size_t count = scenarios::CountParts(from, part);
        const auto taken = TrySeeds((count - begin + size - 1) / size, SeedsFor(size, count), [&](std::size_t piece) {
          const std::size_t at = begin + piece * size;
          return scenarios::WithoutParts(from, part, at, at + size);
        });
        if (!taken) break;
        begin += *taken * size;
      }
    }
  }

  // The first of these that does, if any.
  bool TakeFirst(const std::vector<SeedFile>& versions, std::uint64_t seeds) {
    return TrySeeds(versions.size(), seeds, [&](std::size_t place) { return versions[place]; }).has_value();
  }

  void TakeNodesOut() { TakeFirst(scenarios::WithFewerNodes(best().file), Affordable(kManySeeds)); }

  // What comes behind the violation has no part in it.
  void EndAtViolation() {
    const auto end = std::chrono::ceil<std::chrono::milliseconds>(best().time) + std::chrono::milliseconds(1);
    if (const auto shorter = scenarios::EndingAt(best().file, end)) TakeFirst({*shorter}, 1);
  }

  // What is judged at the end is judged sooner.
  void SettleLess() {
    const auto less = scenarios::SettlingLess(best().file);
    if (!less) return;
    const std::uint64_t enough = best().events;
    TryAll(
        1, [&](std::size_t) { return *less; },
        [&](const sim::Report& report) { return report.violation->event < enough; });
  }

  void TakeFewerEvents() {
    while (!bench_.spent()) {
      const std::uint64_t enough = best().events * 9 / 10, own = SeedOf(best().file);
      const SeedFile from = best().file;
      const auto found = TryAll(
          Affordable(kMostSeeds), [&](std::size_t place) { return WithSeed(from, own + 1 + place); },
          [&](const sim::Report& report) { return report.violation->event < enough; });
      if (!found) return;
    }
  }

  void HurryUp() {
    while (!bench_.spent()) {
      const std::vector<SeedFile> sooner = scenarios::Sooner(best().file);
      const std::uint64_t enough = best().events, own = SeedOf(best().file);
      const auto found = TryAll(
          sooner.size() * kFewSeeds,
          [&](std::size_t place) { return WithSeed(sooner[place / kFewSeeds], own + place % kFewSeeds); },
          [&](const sim::Report& report) { return report.violation->event < enough; });
      if (!found) return;
    }
  }

  void Round(core::Duration unit) {
    while (!bench_.spent()) {
      std::vector<SeedFile> rounder = scenarios::Rounder(best().file, unit);
      if (rounder.size() > kMostTimes) rounder.resize(1);
      if (!TakeFirst(rounder, 1)) return;
    }
  }

  Bench bench_;
  ShrinkOutcome& outcome_;
  const std::function<void(const ShrinkOutcome&)>& progress_;
};

// Once it is fixed, so little happens that others have nothing to judge.
void ExpectOnly(const std::string& monitor, SeedFile& file) {
  faultline::scenarios::Expect& expect = *file.mutable_scenario()->mutable_expect();
  expect.clear_violates();
  expect.clear_holds();
  expect.add_holds(monitor);
}

// When clients ask after the storm follows from all that they drew in it, which is not written down with what they
// asked: where that matters they go on asking by themselves.
absl::StatusOr<ShrinkOutcome> Begin(const SeedFile& file) {
  std::uint64_t seed = 0;
  const absl::StatusOr<Experiment> experiment = PrepareFile(file, seed);
  if (!experiment.ok()) return experiment.status();
  const absl::StatusOr<sim::Report> report = Run(*experiment, {.seed = seed, .trail = true});
  if (!report.ok()) return report.status();
  if (!report->violation) {
    return absl::FailedPreconditionError(file.name() + ": violates nothing now, so that there is nothing to shrink");
  }
  ShrinkOutcome outcome;
  outcome.monitor = report->violation->monitor;
  outcome.runs = 1;
  outcome.events = report->events;
  for (const RequestsAs requests : {RequestsAs::kParts, RequestsAs::kLoad}) {
    outcome.last = {PartsOf(*experiment, *report, file.version(), requests), report->violation->event,
                    report->violation->time};
    ExpectOnly(outcome.monitor, outcome.last.file);
    outcome.first = outcome.last;
    if (Violates(RunFile(outcome.last.file, UINT64_MAX), outcome.monitor)) return outcome;
  }
  return absl::InternalError("internal error: " + file.name() +
                             " holds as soon as what happens in it is written down\n  this is a bug in faultline: " +
                             "please report this text with the seed file");
}

constexpr std::uint64_t kWeighedSeeds = 20;
constexpr std::size_t kMostWeighed = 12;  // parts

}  // namespace

SeedFile PartsOf(const Experiment& experiment, const sim::Report& report, std::string_view version,
                 RequestsAs requests) {
  scenarios::LoadedScenario scenario = experiment.scenario;
  if (scenario.plan.workload.clients > 0 && requests == RequestsAs::kParts) scenario.plan.workload.sent = report.sent;
  SeedFile parts = scenarios::SeedFileOf(scenario, report, AllInput(experiment), version);
  parts.clear_expected();
  parts.mutable_scenario()->clear_faults();
  return parts;
}

absl::StatusOr<ShrinkOutcome> Shrink(const SeedFile& file, const ShrinkOptions& options,
                                     const std::function<void(const ShrinkOutcome&)>& progress) {
  absl::StatusOr<ShrinkOutcome> outcome = Begin(file);
  if (outcome.ok()) Search(options, *outcome, progress).Go();
  return outcome;
}

absl::StatusOr<SeedFile> Recorded(const SeedFile& file, std::string_view version) {
  std::uint64_t seed = 0;
  const absl::StatusOr<Experiment> experiment = PrepareFile(file, seed);
  if (!experiment.ok()) return experiment.status();
  const absl::StatusOr<sim::Report> report = Run(*experiment, {.seed = seed, .trail = true});
  if (!report.ok()) return report.status();
  SeedFile recorded = scenarios::SeedFileOf(experiment->scenario, *report, OwnInput(*experiment), version);
  recorded.set_shrunk(file.shrunk());
  return recorded;
}

Counterfactuals Weigh(const Shrunk& cause, const std::string& monitor, const ShrinkOptions& options) {
  const SeedFile& file = cause.file;
  ShrinkOutcome spent;
  ShrinkOptions free = options;
  free.max_events = UINT64_MAX;
  Bench bench(free, spent);
  const auto count = [&](const SeedFile& version) {
    std::uint32_t violated = 0;
    bench.First(
        kWeighedSeeds, [&](std::size_t place) { return WithSeed(version, SeedOf(file) + place); },
        4 * cause.events + 10'000,
        [&](const sim::Report& report) {
          violated += report.violation && report.violation->monitor == monitor;
          return false;
        });
    return violated;
  };
  Counterfactuals weighed{kWeighedSeeds, count(file), {}, 0};
  for (const Part part : {Part::kWindow, Part::kRequest, Part::kExport}) {
    for (std::size_t place = 0; place < scenarios::CountParts(file, part) && !bench.spent(); ++place) {
      if (weighed.parts.size() == kMostWeighed) {
        ++weighed.more;
        continue;
      }
      weighed.parts.push_back({part, place, count(scenarios::WithoutParts(file, part, place, place + 1))});
    }
  }
  return weighed;
}

}  // namespace tools
