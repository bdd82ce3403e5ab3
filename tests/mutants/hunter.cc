// Hunter: looks for the bug of one mutant. Linked once per mutant, with the one file that is
// compiled against its headers.
//
//   HUNTER [--runs N] [--seconds S] [--bases B] [--shrink EVENTS] [--story FILE]… SCENARIO…
//
// A hunt makes run i of the scenarios in turn, with seed base + i, until a monitor is violated or
// it has made N runs or used S seconds of CPU. There are B of them, from bases far apart: how long
// one takes is luck. What a monitor saw is shrunk, if EVENTS may be spent on it. Then the mutant tells the stories,
// golden conversations that it should spoil.
//
// Everything happens in children. A mutant may break what a CHECK stands on, or loop for ever; that
// ends its process, and is a kill. Prints a line per hunt and story, for tests/mutants/hunt to read:
//
//   hunt base=1 killed_by=election-safety scenario=swarm runs=14 seed=14 cpu_ms=310 what=n1 and n2 …
//   cause base=1 found=yes faults=9>2 requests=214>1 nodes=7>3 clients=9>1 settings=31>4 events=18226>143 again=12 …
//   story name=figure_8 outcome=fails what=line 12: …
//
// `again`: of 64 seeds that have nothing to do with the hunt, so many do the same with what is left.
#include "tests/mutants/hunter.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/core/check.h"
#include "protocols/core/params.h"
#include "scenarios/seed_file.h"
#include "tests/harness/in_child.h"
#include "tools/catalog.h"
#include "tools/exit_code.h"
#include "tools/experiment.h"
#include "tools/shrinker.h"

namespace {

constexpr std::uint64_t kBetweenBases = 1'000'000;  // more than anybody's runs: no seed is tried twice
// A run that needs more of either is stuck in one moment, or in one step; those of a healthy protocol take
// milliseconds.
constexpr std::string_view kMostEvents = "run.max_events=20000000";
constexpr rlim_t kMostSecondsOfOne = 120;

struct Orders {
  std::uint64_t runs = 20'000;
  std::uint64_t seconds = 600;
  std::uint64_t bases = 5;
  std::uint64_t shrink_events = 0;  // none is shrunk
  std::vector<std::string> stories;
  std::vector<std::string> scenarios;
};

// What a child tells of its work, in memory that outlives it.
struct Told {
  std::uint64_t runs = 0;    // begun
  std::uint64_t cpu_ms = 0;  // when the last one began, or at the end
  char killer[64] = {};      // empty: none
  char what[400] = {};
  char steps[200] = {};  // how much smaller its cause became
};

template <std::size_t kSize>
void Tell(char (&place)[kSize], std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::snprintf(place, kSize, "%s", text.c_str());
}

[[noreturn]] void Refuse(const std::string& mistake) {
  std::fprintf(stderr, "%s\n", mistake.c_str());
  std::fflush(stderr);
  std::_Exit(tools::kCouldNotRun);
}

std::uint64_t CpuMilliseconds() { return static_cast<std::uint64_t>(std::clock()) / (CLOCKS_PER_SEC / 1000); }

// A child that has not told who killed the mutant may show it by its end.
void TellEnd(int status, Told& told) {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (code == tools::kAsExpected) return;
  if (code == tools::kCouldNotRun) std::_Exit(code);  // and it has said why
  if (signal == SIGINT || signal == SIGTERM || signal == SIGKILL) {
    Refuse("error: a hunt was stopped from outside, by signal " + std::to_string(signal) +
           "\n  9 is out of memory, as a rule: hunt fewer at a time, or raise the limit");
  }
  Tell(told.killer, code == tools::kInternalError ? "CHECK" : signal == SIGXCPU ? "endless-run" : "crash");
}

// From now on, for one run or story.
void LimitCpu() {
  rlimit limit{};
  CHECK(getrlimit(RLIMIT_CPU, &limit) == 0);
  limit.rlim_cur = std::min<rlim_t>(CpuMilliseconds() / 1000 + kMostSecondsOfOne, limit.rlim_max);
  CHECK(setrlimit(RLIMIT_CPU, &limit) == 0);
}

// What `work` tells, whatever becomes of its process.
template <class Work>
Told WhatIsToldBy(Work&& work) {
  auto [told, status] = harness::InChild<Told>(work);
  TellEnd(status, told);
  return told;
}

// --- hunts ------------------------------------------------------------------------

// There is one protocol in the catalog, the mutant, and scenarios may have been written for another.
std::vector<tools::Experiment> Load(const std::vector<std::string>& scenarios) {
  CHECK(tools::Catalog().size() == 1);
  const std::vector<std::string> sets{"cluster.protocol=" + tools::Catalog().begin()->first, std::string(kMostEvents)};
  std::vector<tools::Experiment> experiments;
  for (const std::string& scenario : scenarios) {
    auto loaded = scenarios::LoadScenario(scenario, sets);
    if (!loaded.ok()) Refuse(std::string(loaded.status().message()));
    auto experiment = tools::Prepare(*std::move(loaded), "");
    if (!experiment.ok()) Refuse(std::string(experiment.status().message()));
    experiments.push_back(*std::move(experiment));
  }
  return experiments;
}

void JudgeRun(const absl::StatusOr<sim::Report>& report, Told& told) {
  if (!report.ok() && report.status().code() != absl::StatusCode::kInternal)
    Refuse(std::string(report.status().message()));
  if (!report.ok()) {  // the engine threw
    Tell(told.killer, "crash");
    Tell(told.what, std::string(report.status().message()));
  } else if (report->violation) {
    Tell(told.killer, report->violation->monitor);
    Tell(told.what, report->violation->explanation);
  } else if (!report->cut_short.empty()) {
    Tell(told.killer, "endless-run");
    Tell(told.what, report->cut_short);
  }
}

void MakeRuns(const std::vector<tools::Experiment>& experiments, std::uint64_t base, const Orders& orders, Told& told) {
  constexpr std::uint64_t kBetweenSigns = 5'000;
  std::uint64_t next_sign = kBetweenSigns;
  while (told.runs < orders.runs && told.cpu_ms < 1000 * orders.seconds && told.killer[0] == '\0') {
    const tools::Experiment& experiment = experiments[told.runs % experiments.size()];
    const std::uint64_t seed = base + told.runs;
    ++told.runs;
    LimitCpu();
    JudgeRun(tools::Run(experiment, {.seed = seed}), told);
    told.cpu_ms = CpuMilliseconds();
    if (told.cpu_ms < next_sign) continue;
    next_sign = told.cpu_ms + kBetweenSigns;
    std::fprintf(stderr, "%s: hunt %llu of %llu, %llu runs\n", program_invocation_short_name,
                 static_cast<unsigned long long>(1 + base / kBetweenBases),
                 static_cast<unsigned long long>(orders.bases), static_cast<unsigned long long>(told.runs));
  }
}

void ShrinkCause(const tools::Experiment& experiment, std::uint64_t base, std::uint64_t seed, const Orders& orders);

void Hunt(const std::vector<tools::Experiment>& experiments, std::uint64_t base, const Orders& orders) {
  const Told told = WhatIsToldBy([&](Told& notes) { MakeRuns(experiments, base, orders, notes); });
  const std::uint64_t last = std::max<std::uint64_t>(told.runs, 1) - 1;
  const bool survived = told.killer[0] == '\0';
  const std::string& scenario = experiments[last % experiments.size()].scenario.origin.name;
  std::printf("hunt base=%llu killed_by=%s scenario=%s runs=%llu seed=%llu cpu_ms=%llu what=%s\n",
              static_cast<unsigned long long>(base), survived ? "nobody" : told.killer,
              survived ? "-" : scenario.c_str(), static_cast<unsigned long long>(told.runs),
              static_cast<unsigned long long>(base + last), static_cast<unsigned long long>(told.cpu_ms), told.what);
  const std::string killer = told.killer;
  const bool by_monitor = !survived && killer != "CHECK" && killer != "crash" && killer != "endless-run";
  if (by_monitor && orders.shrink_events > 0)
    ShrinkCause(experiments[last % experiments.size()], base, base + last, orders);
}

// --- causes -----------------------------------------------------------------------

std::string Step(const char* name, std::size_t from, std::size_t to) {
  return std::string(name) + "=" + std::to_string(from) + ">" + std::to_string(to) + " ";
}

std::string Steps(const tools::ShrinkOutcome& outcome) {
  const scenarios::SeedFileSize from = scenarios::SizeOf(outcome.first.file), to = scenarios::SizeOf(outcome.last.file);
  return Step("faults", from.windows, to.windows) + Step("requests", from.requests, to.requests) +
         Step("nodes", from.nodes, to.nodes) + Step("clients", from.clients, to.clients) +
         Step("settings", from.settings, to.settings) + Step("events", outcome.first.events, outcome.last.events);
}

// How many of 64 other seeds do it: a change of the code that draws everything anew is no worse.
std::uint64_t CountAgain(const scenarios::SeedFile& cause, const std::string& monitor) {
  constexpr std::uint64_t kFar = std::uint64_t{1} << 40, kSeeds = 64;
  std::uint64_t again = 0;
  scenarios::SeedFile other = cause;
  for (std::uint64_t i = 0; i < kSeeds; ++i) {
    other.set_seed(std::to_string(kFar + i));
    const auto recorded = tools::Recorded(other, "of a mutant");
    again += recorded.ok() && recorded->expected().monitor() == monitor;
  }
  return again;
}

// Of the run with this seed, which a monitor refused.
void ShrinkRun(const tools::Experiment& experiment, std::uint64_t seed, const Orders& orders, Told& told) {
  LimitCpu();
  const auto drawn = tools::ForSeed(experiment, seed);
  const auto report = tools::Run(experiment, {.seed = seed});
  if (!drawn.ok() || !report.ok() || !report->violation) return Tell(told.what, "it does not happen again");
  const scenarios::SeedFile found =
      scenarios::SeedFileOf(drawn->scenario, *report, tools::OwnInput(*drawn), "of a mutant");
  const auto outcome = tools::Shrink(found, {.max_events = orders.shrink_events}, [](const tools::ShrinkOutcome&) {});
  if (!outcome.ok()) return Tell(told.what, std::string(outcome.status().message()));
  // What is left must do it once more, from its text.
  const auto again = tools::Recorded(outcome->last.file, "of a mutant");
  if (!again.ok() || again->expected().monitor() != report->violation->monitor)
    return Tell(told.what, "what was left does not do it");
  told.cpu_ms = CpuMilliseconds();
  Tell(told.steps, Steps(*outcome) + "again=" + std::to_string(CountAgain(outcome->last.file, outcome->monitor)) + " ");
  std::string kinds;
  for (const auto& window : outcome->last.file.windows()) kinds += (kinds.empty() ? "" : " ") + window.kind();
  Tell(told.what, kinds);
}

void ShrinkCause(const tools::Experiment& experiment, std::uint64_t base, std::uint64_t seed, const Orders& orders) {
  const Told told = WhatIsToldBy([&](Told& notes) {
    const std::uint64_t before = CpuMilliseconds();
    ShrinkRun(experiment, seed, orders, notes);
    notes.cpu_ms = std::max(notes.cpu_ms, before) - before;
  });
  std::printf("cause base=%llu found=%s %scpu_ms=%llu what=%s\n", static_cast<unsigned long long>(base),
              told.steps[0] != '\0' ? "yes" : "no", told.steps, static_cast<unsigned long long>(told.cpu_ms),
              told.what);
}

// --- stories ----------------------------------------------------------------------

// "line 12: want "…", got "…"", of the first line that is not as written; empty: all are.
std::string FirstDifference(const std::string& written, const std::string& played) {
  std::istringstream wants(written), gots(played);
  for (int number = 1;; ++number) {
    std::string want, got;
    const bool more = static_cast<bool>(std::getline(wants, want));
    const bool more_played = static_cast<bool>(std::getline(gots, got));
    if (!more && !more_played) return "";
    if (more == more_played && want == got) continue;
    return "line " + std::to_string(number) + ": want \"" + want + "\", got \"" + got + "\"";
  }
}

void PlayStory(const std::string& file, Told& told) {
  LimitCpu();
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const auto interpreter = hunter::MakeInterpreter();
  const auto played = harness::Play(std::filesystem::path(file).filename().string(), text.str(), *interpreter);
  const std::string what = played.ok() ? FirstDifference(text.str(), *played) : std::string(played.status().message());
  if (what.empty()) return;
  Tell(told.killer, "story");
  Tell(told.what, what);
}

void TellStory(const std::string& file) {
  if (!std::filesystem::is_regular_file(file)) Refuse("--story: no file " + file);
  const Told told = WhatIsToldBy([&](Told& notes) { PlayStory(file, notes); });
  std::printf("story name=%s outcome=%s what=%s\n", std::filesystem::path(file).stem().c_str(),
              told.killer[0] == '\0' ? "passes" : "fails", told.what);
}

// --- orders -----------------------------------------------------------------------

[[noreturn]] void RefuseArguments(const std::string& mistake) {
  Refuse("error: " + mistake +
         "\n  usage: HUNTER [--runs N] [--seconds S] [--bases B] [--shrink EVENTS] [--story FILE]... SCENARIO...\n"
         "  tests/mutants/hunt --help says how to hunt without typing this");
}

void TakeCount(const std::string& name, const std::string& text, std::uint64_t most, std::uint64_t& into) {
  const auto count = core::ParseCount(text);
  if (!count.ok() || *count == 0 || *count > most)
    RefuseArguments(name + ": want 1 to " + std::to_string(most) + ", got \"" + text + "\"");
  into = *count;
}

Orders ParseOrders(const std::vector<std::string>& arguments) {
  Orders orders;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (!name.starts_with("--")) {
      orders.scenarios.push_back(name);
      continue;
    }
    if (i + 1 == arguments.size()) RefuseArguments(name + " wants a value");
    const std::string& value = arguments[++i];
    if (name == "--runs") {
      TakeCount(name, value, kBetweenBases, orders.runs);
    } else if (name == "--seconds") {
      TakeCount(name, value, 1'000'000, orders.seconds);
    } else if (name == "--bases") {
      TakeCount(name, value, 1000, orders.bases);
    } else if (name == "--shrink") {
      TakeCount(name, value, 1'000'000'000, orders.shrink_events);
    } else if (name == "--story") {
      orders.stories.push_back(value);
    } else {
      RefuseArguments("no option is called " + name);
    }
  }
  if (orders.scenarios.empty()) RefuseArguments("name a scenario to hunt in, such as \"swarm\"");
  return orders;
}

}  // namespace

int main(int argc, char** argv) {
  const Orders orders = ParseOrders({argv + 1, argv + argc});
  const std::vector<tools::Experiment> experiments = Load(orders.scenarios);
  for (std::uint64_t b = 0; b < orders.bases; ++b) Hunt(experiments, 1 + b * kBetweenBases, orders);
  for (const std::string& story : orders.stories) TellStory(story);
  return std::fflush(stdout) == 0 ? tools::kAsExpected : tools::kCouldNotRun;
}
