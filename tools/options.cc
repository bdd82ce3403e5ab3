#include "tools/options.h"

#include <cstdio>
#include <thread>

#include "CLI/CLI.hpp"
#include "protocols/core/nearest.h"
#include "protocols/core/params.h"
#include "scenarios/text.h"
#include "tools/exit_code.h"

namespace tools {
namespace {

constexpr std::uint64_t kMostJobs = 256;
constexpr std::uint32_t kPermille = 1'000'000;  // in parts per billion

// As typed; numbers are parsed by us, because CLI11 reads 010 as 8 and
// saturates what does not fit.
struct Typed {
  std::string seed, seeds, jobs, format = "text", color = "auto", progress = "auto", expect = "recorded", max_steps,
                                 max_bytes, max_events, runs, time, shard, max_causes, repeat, odds;
  bool keep_going = false, no_odds = false;
};

void AddOutput(CLI::App& command, Typed& typed, OutputOptions& output) {
  command.add_option("--format", typed.format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command.add_flag("--quiet", output.quiet, "say only what is not as expected");
  command.add_flag("--verbose", output.verbose, "say more: every seed, every fault window");
  command.add_option("--color", typed.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command.add_option("--progress", typed.progress, "auto or never")->check(CLI::IsMember({"auto", "never"}));
}

void AddJobs(CLI::App& command, Typed& typed) {
  command.add_option("--jobs", typed.jobs, "threads, one run each (default: one per processor)");
}

void AddSets(CLI::App& command, std::vector<std::string>& sets) {
  command.add_option("--set", sets, "PATH=VALUE: change one field, as in cluster.nodes=7")->allow_extra_args(false);
}

void DescribeRun(CLI::App& root, Typed& typed, RunOptions& options) {
  CLI::App& command = *root.add_subcommand("run", "Run a scenario and check every invariant on every step");
  command.add_option("SCENARIO", options.scenario, "a file, or a name of `faultline list scenarios`")->required();
  CLI::Option* seed = command.add_option("--seed", typed.seed, "run this seed, decimal or 0x...");
  command.add_option("--seeds", typed.seeds, "run the seeds A..B, both included")->excludes(seed);
  AddJobs(command, typed);
  AddSets(command, options.sets);
  command.add_option("--traces", options.traces, "other OTLP input: .json, .jsonl, .bin, .pb or a folder of them");
  CLI::Option* save =
      command.add_option("--save", options.save, "write a seed file of the run, or of the first violated seed");
  CLI::Option* recording = command.add_option("--recording", options.recording,
                                              "write every event of the run, or of the first violated seed");
  CLI::Option* history = command.add_option(
      "--history", options.history,
      "write what clients asked and were told, for `faultline check`, of the run or of the first violated seed");
  CLI::Option* junit = command.add_option("--junit", options.junit, "write the verdicts for a CI system");
  command
      .add_option("--margin", options.margin,
                  "PATH=LO..HI: find the smallest value of a duration, share or count that breaks each invariant")
      ->excludes(save)
      ->excludes(recording)
      ->excludes(history)
      ->excludes(junit);
  AddOutput(command, typed, options.output);
  command.footer(
      "--margin says how much each invariant bears, such as\n"
      "  faultline run lossy_links --seeds 1..10 --margin cluster.network.loss=0%..50%\n"
      "  faultline run leader_crash --seeds 1..10 --margin cluster.config.heartbeat=10ms..2s\n"
      "It tries the two ends and a coarse grid between them, then bisects where an invariant\n"
      "first breaks, until that is known within 1 % or one unit. It assumes that what breaks at\n"
      "one value breaks at every larger one, and says so where the values tried show otherwise.\n"
      "Its exit status is 0 when anything was judged, whatever broke.\n"
      "Examples:\n"
      "  faultline run flagship --seed 42\n"
      "  faultline run leader_crash --seeds 1..100 --set cluster.nodes=7 --save first.seed");
}

void DescribeReplay(CLI::App& root, Typed& typed, ReplayOptions& options) {
  CLI::App& command = *root.add_subcommand("replay", "Run recorded runs again and compare");
  command.add_option("SEEDFILE", options.paths, "seed files, or folders of *.seed")->required();
  command.add_option("--expect", typed.expect, "recorded, holds or violated: what gives exit 0")
      ->check(CLI::IsMember({"recorded", "holds", "violated"}));
  command.add_flag("--bisect", options.bisect,
                   "for `git bisect run`: 0 holds, 1 violated as recorded, 125 anything else");
  command.add_option("--recording", options.recording, "write every event of the first file's run");
  command.add_option("--junit", options.junit, "write the outcomes for a CI system");
  AddOutput(command, typed, options.output);
  command.footer(
      "Examples:\n"
      "  faultline replay first.seed\n"
      "  faultline replay tests/seeds --expect holds");
}

void DescribeShrink(CLI::App& root, Typed& typed, ShrinkCommandOptions& options) {
  CLI::App& command = *root.add_subcommand("shrink", "Find the smallest cause of a violation");
  command.add_option("SEEDFILE", options.file, "a seed file whose run violates an invariant")->required();
  command.add_option("-o,--output", options.output_file,
                     "the seed file to write (default: SEEDFILE's name .shrunk.seed)");
  AddJobs(command, typed);
  command.add_option("--max-events", typed.max_events, "events to spend, of all runs together (default: 20000000)");
  AddOutput(command, typed, options.output);
  command.footer(
      "Takes out faults, requests, nodes and settings as long as the same invariant is violated, and says of each\n"
      "that is left how much depends on it. The result depends on the seed file and --max-events alone.\n"
      "Interrupted, it writes the smallest so far. Exit status: 0 written; 1 the file violates nothing any more.\n"
      "Examples:\n"
      "  faultline run volatile_votes --save found.seed\n"
      "  faultline shrink found.seed -o small.seed");
}

void DescribeFuzz(CLI::App& root, Typed& typed, FuzzOptions& options) {
  CLI::App& command = *root.add_subcommand("fuzz", "Hunt violations in many generated runs, shrink and keep them");
  command.add_option("SCENARIO", options.scenarios, "files, or names of `faultline list scenarios` (default: swarm)");
  command.add_option("--protocol", options.protocols, "run them on this protocol; may be given several times")
      ->allow_extra_args(false);
  AddSets(command, options.sets);
  CLI::Option* runs = command.add_option("--runs", typed.runs, "so many runs in all (default: 1000)");
  command.add_option("--for", typed.time, "so long, such as 90s, 10m or 2h")->excludes(runs);
  command.add_option("--seed", typed.seed, "the first seed, decimal or 0x... (default: 1)");
  AddJobs(command, typed);
  command.add_option("--shard", typed.shard, "I/N: of N machines this is number I, from 0");
  command.add_option("--corpus", options.corpus, "the folder to write to (default: found)");
  CLI::Option* most = command.add_option("--max-violations", typed.max_causes,
                                         "end after violations with so many different causes (default: 1)");
  command.add_flag("--keep-going", typed.keep_going, "never end for a violation")->excludes(most);
  command.add_option("--recheck", typed.repeat, "share of the runs to make twice and compare (default: 5%)");
  command.add_option("--shrink-events", typed.max_events,
                     "events to spend on shrinking each violation (default: 5000000)");
  command.add_option("--junit", options.junit, "write the verdicts for a CI system");
  AddOutput(command, typed, options.output);
  command.footer(
      "Each violation is shrunk and kept in a folder named by the invariant and its cause. What a run is depends on\n"
      "its number alone: started again with the same arguments and corpus, a campaign goes on where it was, and\n"
      "shards that are joined by `faultline merge` are the campaign in one piece.\n"
      "Exit status: 0 nothing found, 1 violations, 2 nothing ran, 3 could not run, 4 a run that was repeated gave\n"
      "another digest.\n"
      "Examples:\n"
      "  faultline fuzz --for 10m\n"
      "  faultline fuzz --protocol raft --runs 100000 --shard 3/16 --corpus shard-3 --keep-going");
}

void DescribeMerge(CLI::App& root, Typed& typed, MergeOptions& options) {
  CLI::App& command = *root.add_subcommand("merge", "Join what the shards of a campaign found");
  command.add_option("OUT", options.out, "the corpus to write to")->required();
  command.add_option("IN", options.in, "the corpora to join, in any order")->required();
  AddOutput(command, typed, options.output);
  command.footer(
      "Exit status: 0 nothing was found, 1 violations, 2 a shard is missing, 3 they are not of one campaign.\n"
      "Examples:\n"
      "  faultline merge all shard-0 shard-1\n"
      "  faultline merge all shard-* --format json");
}

void DescribeExplain(CLI::App& root, Typed& typed, ExplainOptions& options) {
  CLI::App& command = *root.add_subcommand("explain", "Tell how a violation came about, in order, in words");
  command.add_option("SEEDFILE", options.file, "a seed file whose run violates an invariant")->required();
  command.add_option("--odds", typed.odds, "runs from each of some events on, with other choices (default: 100)");
  command.add_flag("--no-odds", typed.no_odds, "tell only what happened");
  AddJobs(command, typed);
  AddOutput(command, typed, options.output);
  command.footer(
      "Tells what is behind the violation, by the order that messages make, and leaves out the rest; what each node\n"
      "believed; when it became likely, and when it could not be helped any more; and what of it matters.\n"
      "Small causes are easier to read: shrink first. Exit status: 0 told; 1 the file violates nothing any more.\n"
      "Examples:\n"
      "  faultline shrink found.seed -o small.seed\n"
      "  faultline explain small.seed");
}

void DescribeCheck(CLI::App& root, Typed& typed, CheckOptions& options) {
  CLI::App& command = *root.add_subcommand("check", "Judge a history of clients, from a run or from a real cluster");
  command.add_option("HISTORY", options.history, "JSON lines, one operation each; \"-\" is standard input")->required();
  command.add_option("--model", options.model,
                     "what the operations mean, of `faultline list models` (default: register)");
  command.add_option("--consistency", options.consistency,
                     "what the clients were promised, of `faultline list consistencies`, by name or column, "
                     "or all (default: linearizable)");
  command.add_option("--max-steps", typed.max_steps, "give up after so many steps of a search");
  command.add_option("--max-memory", typed.max_bytes, "give up when a search holds so many bytes");
  AddOutput(command, typed, options.output);
  command.footer(
      "Exit status: 0 holds, 1 violated, 2 inconclusive (the limits were reached, or nothing was judged),\n"
      "3 could not judge. A violation comes with the fewest operations found that show it; --quiet leaves\n"
      "them out, and is quicker. With all, a line for each consistency the model has, strongest first;\n"
      "convergence only where the history has audits.\n"
      "Examples:\n"
      "  faultline check history.jsonl --model cas-register\n"
      "  faultline check history.jsonl --consistency all --format json");
}

void DescribeCompare(CLI::App& root, Typed& typed, CompareOptions& options) {
  CLI::App& command = *root.add_subcommand(
      "compare", "Play one tape of faults to several protocols: what each keeps, and at what cost");
  command.add_option("SCENARIO", options.scenario, "a file, or a name of `faultline list scenarios`")->required();
  command
      .add_option("--protocols", options.protocols,
                  "A,B,...: each a NAME, or NAME:key=value[:key=value...] with parameters of its own (default: all "
                  "there are, and of one with a parameter `reads` each of its values)")
      ->delimiter(',')
      ->allow_extra_args(false);
  CLI::Option* seed = command.add_option("--seed", typed.seed, "play this seed, decimal or 0x...");
  command.add_option("--seeds", typed.seeds, "play the seeds A..B, both included")->excludes(seed);
  AddJobs(command, typed);
  AddSets(command, options.sets);
  command.add_option("--histories", options.histories, "a folder: write the history of each run to it");
  AddOutput(command, typed, options.output);
  command.footer(
      "For each seed, the run of the first protocol draws the faults; the others get its very windows and\n"
      "victims, so that a \"leader\" is the same node for all of them. Every history is judged by every\n"
      "consistency of `faultline list consistencies`; where there are collectors, their spans are counted.\n"
      "A swarm draws each seed's cluster once; every protocol draws its own parameters to suit it.\n"
      "Unavailable is, in the storm, the time from one commit or answer to the next while somebody waits for\n"
      "an answer, wherever it is longer than the protocol's own patience. Healing is from the end of the\n"
      "storm until something asked since is committed, and until all the core has applied it. A commit is an\n"
      "entry, once for the cluster; messages and bytes are those between its nodes.\n"
      "Exit status: 0 everything was judged, whatever was found; 1 an invariant is violated; 2 something\n"
      "is inconclusive; 4 a run that was repeated gave another digest.\n"
      "Examples:\n"
      "  faultline compare flagship --protocols raft,raft:heartbeat=20ms:election_timeout=100ms..200ms --seeds 1..20\n"
      "  faultline compare consistency --protocols raft,raft:reads=follower --seed 3 --histories found");
}

void DescribeList(CLI::App& root, Typed& typed, ListOptions& options) {
  CLI::App& command = *root.add_subcommand("list", "Say what there is, one line each");
  command
      .add_option("WHAT", options.what,
                  "protocols, faults, targets (whom faults hit), invariants, scenarios, models or consistencies")
      ->required()
      ->check(CLI::IsMember({"protocols", "faults", "targets", "invariants", "scenarios", "models", "consistencies"}));
  AddOutput(command, typed, options.output);
  command.footer(
      "Examples:\n"
      "  faultline list scenarios\n"
      "  faultline list invariants --format json");
}

void DescribeDoctor(CLI::App& root, Typed& typed, DoctorOptions& options) {
  CLI::App& command = *root.add_subcommand("doctor", "Say what this program is, or whether it is deterministic here");
  command.add_option("--determinism", options.determinism,
                     "SCENARIO: run it again in processes whose surroundings differ, and compare");
  CLI::Option* seed = command.add_option("--seed", typed.seed, "compare this seed, decimal or 0x...");
  command.add_option("--seeds", typed.seeds, "compare the seeds A..B, both included")->excludes(seed);
  AddOutput(command, typed, options.output);
  command.footer(
      "Examples:\n"
      "  faultline doctor\n"
      "  faultline doctor --determinism flagship --seeds 1..20");
}

void ReadOutput(const Typed& typed, OutputOptions& output) {
  output.json = typed.format == "json";
  output.progress = typed.progress == "auto" && !output.quiet;
  if (typed.color == "always") output.color = Color::kAlways;
  if (typed.color == "never") output.color = Color::kNever;
}

int Complain(const std::string& problem, const std::string& command) {
  std::fprintf(stderr, "error: %s\n  see `faultline %s--help`\n", problem.c_str(), command.c_str());
  return kCouldNotRun;
}

// "--sed" of `faultline run x --sed 4`, with the option it resembles.
std::string Unknown(const CLI::App& command, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  const std::string typed = word.substr(0, word.find('='));
  return "unknown argument \"" + scenarios::Printable(word) + "\"" + core::DidYouMean(typed, known);
}

int ExplainParseError(const CLI::App& root, const CLI::ParseError& error) {
  const std::vector<CLI::App*> commands = root.get_subcommands();
  const CLI::App& command = commands.empty() ? root : *commands.front();
  const std::string name = commands.empty() ? "" : command.get_name() + " ";
  const std::vector<std::string> extras = root.remaining(true);
  // A misspelt option's argument looks like one more positional: blame the option.
  for (const std::string& extra : extras) {
    if (extra.starts_with("-")) return Complain(Unknown(command, extra), name);
  }
  if (!extras.empty()) return Complain(Unknown(command, extras.front()), name);
  return Complain(scenarios::Printable(error.what()), name);
}

// The first word must be a command: CLI11 would only say that one is missing.
std::optional<std::string> UnknownCommand(const CLI::App& root, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  std::vector<std::string> names;
  for (const CLI::App* command : root.get_subcommands({})) names.push_back(command->get_name());
  const std::string word = argv[1];
  if (std::find(names.begin(), names.end(), word) != names.end()) return std::nullopt;
  return "unknown command \"" + scenarios::Printable(word) + "\"" + core::DidYouMean(word, names);
}

absl::Status Refused(const char* option, const absl::Status& status) {
  return absl::InvalidArgumentError(std::string(option) + ": " + scenarios::Printable(std::string(status.message())));
}

absl::Status ReadSeeds(const Typed& typed, std::optional<SeedRange>& into) {
  if (!typed.seed.empty()) {
    const absl::StatusOr<std::uint64_t> seed = core::ParseCount(typed.seed);
    if (!seed.ok()) return Refused("--seed", seed.status());
    into = SeedRange{*seed, *seed};
  }
  if (!typed.seeds.empty()) {
    const absl::StatusOr<SeedRange> seeds = ParseSeedRange(typed.seeds);
    if (!seeds.ok()) return Refused("--seeds", seeds.status());
    into = *seeds;
  }
  return absl::OkStatus();
}

template <class Options>
absl::Status ReadJobs(const Typed& typed, Options& options) {
  options.jobs = std::max(1u, std::thread::hardware_concurrency());
  if (typed.jobs.empty()) return absl::OkStatus();
  const absl::StatusOr<std::uint64_t> jobs = core::ParseCount(typed.jobs);
  if (!jobs.ok()) return Refused("--jobs", jobs.status());
  if (*jobs < 1 || *jobs > kMostJobs)
    return Refused("--jobs", absl::InvalidArgumentError("want 1..256, got " + typed.jobs));
  options.jobs = static_cast<std::uint32_t>(*jobs);
  return absl::OkStatus();
}

template <class Options>
absl::Status ReadNumbers(const Typed& typed, Options& options) {
  if (absl::Status seeds = ReadSeeds(typed, options.seeds); !seeds.ok()) return seeds;
  return ReadJobs(typed, options);
}

absl::Status ReadCount(const char* option, const std::string& typed, std::optional<std::uint64_t>& into) {
  if (typed.empty()) return absl::OkStatus();
  const absl::StatusOr<std::uint64_t> count = core::ParseCount(typed);
  if (!count.ok()) return Refused(option, count.status());
  if (*count == 0) return Refused(option, absl::InvalidArgumentError("want at least 1"));
  into = *count;
  return absl::OkStatus();
}

Invocation ReadCheck(const Typed& typed, CheckOptions check) {
  ReadOutput(typed, check.output);
  absl::Status read = ReadCount("--max-steps", typed.max_steps, check.max_steps);
  if (read.ok()) read = ReadCount("--max-memory", typed.max_bytes, check.max_bytes);
  if (!read.ok()) return Done{Complain(std::string(read.message()), "check ")};
  return check;
}

Invocation ReadShrink(const Typed& typed, ShrinkCommandOptions shrink) {
  ReadOutput(typed, shrink.output);
  std::optional<std::uint64_t> max_events;
  absl::Status read = ReadJobs(typed, shrink);
  if (read.ok()) read = ReadCount("--max-events", typed.max_events, max_events);
  if (!read.ok()) return Done{Complain(std::string(read.message()), "shrink ")};
  if (max_events) shrink.max_events = *max_events;
  return shrink;
}

absl::Status ReadShard(const std::string& typed, FuzzOptions& fuzz) {
  if (typed.empty()) return absl::OkStatus();
  const std::size_t slash = typed.find('/');
  const auto index = core::ParseCount(typed.substr(0, slash));
  const auto of = core::ParseCount(slash == std::string::npos ? "" : typed.substr(slash + 1));
  constexpr std::uint64_t kMostShards = 1'000'000;
  if (!index.ok() || !of.ok() || *of == 0 || *of > kMostShards || *index >= *of)
    return Refused("--shard", absl::InvalidArgumentError("want I/N with I from 0 to N-1, got \"" + typed + "\""));
  fuzz.shard = *index;
  fuzz.shards = *of;
  return absl::OkStatus();
}

absl::Status ReadCampaign(const Typed& typed, FuzzOptions& fuzz) {
  absl::Status read = ReadJobs(typed, fuzz);
  if (read.ok()) read = ReadCount("--runs", typed.runs, fuzz.runs);
  if (read.ok()) read = ReadShard(typed.shard, fuzz);
  std::optional<std::uint64_t> causes, events;
  if (read.ok()) read = ReadCount("--max-violations", typed.max_causes, causes);
  if (read.ok()) read = ReadCount("--shrink-events", typed.max_events, events);
  if (!read.ok()) return read;
  if (causes) fuzz.max_causes = *causes;
  if (events) fuzz.shrink_events = *events;
  if (typed.keep_going) fuzz.max_causes = 0;
  if (!typed.seed.empty()) {
    const absl::StatusOr<std::uint64_t> seed = core::ParseCount(typed.seed);
    if (!seed.ok()) return Refused("--seed", seed.status());
    fuzz.first_seed = *seed;
  }
  if (!typed.time.empty()) {
    const absl::StatusOr<core::Duration> time = core::ParseDuration(typed.time);
    if (!time.ok()) return Refused("--for", time.status());
    fuzz.for_ = *time;
  }
  if (!typed.repeat.empty()) {
    const absl::StatusOr<std::uint32_t> share = core::ParsePartsPerBillion(typed.repeat);
    if (!share.ok()) return Refused("--recheck", share.status());
    if (*share % kPermille != 0)
      return Refused("--recheck",
                     absl::InvalidArgumentError("want whole tenths of a percent, got \"" + typed.repeat + "\""));
    fuzz.repeat_permille = *share / kPermille;
  }
  constexpr std::uint64_t kRuns = 1000;
  if (!fuzz.runs && !fuzz.for_) fuzz.runs = kRuns;
  return absl::OkStatus();
}

Invocation ReadFuzz(const Typed& typed, FuzzOptions fuzz) {
  ReadOutput(typed, fuzz.output);
  const absl::Status read = ReadCampaign(typed, fuzz);
  if (!read.ok()) return Done{Complain(std::string(read.message()), "fuzz ")};
  return fuzz;
}

Invocation ReadExplain(const Typed& typed, ExplainOptions explain) {
  ReadOutput(typed, explain.output);
  std::optional<std::uint64_t> odds;
  absl::Status read = ReadJobs(typed, explain);
  if (read.ok()) read = ReadCount("--odds", typed.odds, odds);
  if (!read.ok()) return Done{Complain(std::string(read.message()), "explain ")};
  if (odds) explain.odds = *odds;
  if (typed.no_odds) explain.odds = 0;
  return explain;
}

Invocation ReadDoctor(const Typed& typed, DoctorOptions doctor) {
  ReadOutput(typed, doctor.output);
  const absl::Status seeds = ReadSeeds(typed, doctor.seeds);
  if (!seeds.ok()) return Done{Complain(std::string(seeds.message()), "doctor ")};
  if (doctor.seeds && doctor.determinism.empty()) return Done{Complain("seeds of what? want --determinism", "doctor ")};
  return doctor;
}

Invocation ReadCompare(const Typed& typed, CompareOptions compare) {
  ReadOutput(typed, compare.output);
  const absl::Status numbers = ReadNumbers(typed, compare);
  if (!numbers.ok()) return Done{Complain(std::string(numbers.message()), "compare ")};
  return compare;
}

// Of every command; one of them is meant.
struct Options {
  RunOptions run;
  ReplayOptions replay;
  ShrinkCommandOptions shrink;
  FuzzOptions fuzz;
  MergeOptions merge;
  ExplainOptions explain;
  CheckOptions check;
  CompareOptions compare;
  ListOptions list;
  DoctorOptions doctor;
};

Invocation ReadRun(const Typed& typed, RunOptions run) {
  ReadOutput(typed, run.output);
  const absl::Status numbers = ReadNumbers(typed, run);
  if (!numbers.ok()) return Done{Complain(std::string(numbers.message()), "run ")};
  return run;
}

Invocation ReadReplay(const Typed& typed, ReplayOptions replay) {
  ReadOutput(typed, replay.output);
  if (typed.expect == "holds") replay.expect = ReplayExpect::kHolds;
  if (typed.expect == "violated") replay.expect = ReplayExpect::kViolated;
  return replay;
}

// Of a command that has no numbers.
template <class CommandOptions>
Invocation ReadPlain(const Typed& typed, CommandOptions options) {
  ReadOutput(typed, options.output);
  return options;
}

Invocation Read(const CLI::App& root, const Typed& typed, Options options) {
  if (root.get_subcommands().empty()) {
    std::fputs(root.help().c_str(), stdout);
    return Done{kAsExpected};
  }
  const std::string& command = root.get_subcommands().front()->get_name();
  if (command == "list") return ReadPlain(typed, std::move(options.list));
  if (command == "replay") return ReadReplay(typed, std::move(options.replay));
  if (command == "shrink") return ReadShrink(typed, std::move(options.shrink));
  if (command == "fuzz") return ReadFuzz(typed, std::move(options.fuzz));
  if (command == "merge") return ReadPlain(typed, std::move(options.merge));
  if (command == "explain") return ReadExplain(typed, std::move(options.explain));
  if (command == "check") return ReadCheck(typed, std::move(options.check));
  if (command == "compare") return ReadCompare(typed, std::move(options.compare));
  if (command == "doctor") return ReadDoctor(typed, std::move(options.doctor));
  return ReadRun(typed, std::move(options.run));
}

}  // namespace

Invocation ParseArguments(int argc, char** argv) {
  Typed typed;
  Options options;
  CLI::App root("A deterministic simulator for distributed systems: same scenario, same seed, same run.", "faultline");
  root.set_version_flag("--version", std::string("faultline " FAULTLINE_VERSION));
  root.footer(
      "Examples:\n"
      "  faultline list scenarios\n"
      "  faultline run flagship --seed 42\n"
      "Exit status: 0 as expected, 1 not as expected, 2 inconclusive, 3 could not run,\n"
      "4 not deterministic, 70 internal error, 130 and 143 interrupted.");
  DescribeRun(root, typed, options.run);
  DescribeReplay(root, typed, options.replay);
  DescribeShrink(root, typed, options.shrink);
  DescribeFuzz(root, typed, options.fuzz);
  DescribeMerge(root, typed, options.merge);
  DescribeExplain(root, typed, options.explain);
  DescribeCheck(root, typed, options.check);
  DescribeCompare(root, typed, options.compare);
  DescribeList(root, typed, options.list);
  DescribeDoctor(root, typed, options.doctor);
  if (const auto unknown = UnknownCommand(root, argc, argv)) return Done{Complain(*unknown, "")};
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return Done{root.exit(help)};
  } catch (const CLI::ParseError& error) {
    return Done{ExplainParseError(root, error)};
  }
  return Read(root, typed, std::move(options));
}

std::string ShellQuoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,%+@";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string SeedWords(std::uint64_t seed) { return "--seed " + std::to_string(seed); }

std::string SeedWords(std::uint64_t first, std::uint64_t last) {
  return first == last ? SeedWords(first) : "--seeds " + std::to_string(first) + ".." + std::to_string(last);
}

std::string CommandLine(const RunOptions& options, const std::string& seeds) {
  std::string line = "faultline run " + ShellQuoted(options.scenario);
  for (const std::string& set : options.sets) line += " --set " + ShellQuoted(set);
  if (!options.traces.empty()) line += " --traces " + ShellQuoted(options.traces);
  return line + " " + seeds;
}

std::string CommandLine(const FuzzOptions& options) {
  std::string line = "faultline fuzz";
  for (const std::string& scenario : options.scenarios) line += " " + ShellQuoted(scenario);
  for (const std::string& protocol : options.protocols) line += " --protocol " + ShellQuoted(protocol);
  for (const std::string& set : options.sets) line += " --set " + ShellQuoted(set);
  if (options.runs) line += " --runs " + std::to_string(*options.runs);
  if (options.for_) line += " --for " + core::FormatDuration(*options.for_);
  if (options.first_seed != 1) line += " " + SeedWords(options.first_seed);
  if (options.shards != 1) line += " --shard " + std::to_string(options.shard) + "/" + std::to_string(options.shards);
  line += " --corpus " + ShellQuoted(options.corpus);
  if (options.max_causes != 1)
    line += options.max_causes == 0 ? " --keep-going" : " --max-violations " + std::to_string(options.max_causes);
  // With others it would be another campaign.
  const FuzzOptions usual;
  if (options.repeat_permille != usual.repeat_permille)
    line += " --recheck " + core::FormatPartsPerBillion(options.repeat_permille * kPermille);
  if (options.shrink_events != usual.shrink_events) line += " --shrink-events " + std::to_string(options.shrink_events);
  return line;
}

std::string CommandLine(const CompareOptions& options, const std::vector<std::string>& protocols,
                        const std::string& seeds) {
  std::string line = "faultline compare " + ShellQuoted(options.scenario);
  for (const std::string& set : options.sets) line += " --set " + ShellQuoted(set);
  std::string names;
  for (const std::string& protocol : protocols) names += (names.empty() ? "" : ",") + protocol;
  if (!names.empty()) line += " --protocols " + ShellQuoted(names);
  return line + " " + seeds;
}

std::string CommandLine(const CheckOptions& options, const std::string& consistency) {
  return "faultline check " + ShellQuoted(options.history) + " --model " + ShellQuoted(options.model) +
         " --consistency " + ShellQuoted(consistency);
}

}  // namespace tools
