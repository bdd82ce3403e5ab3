// Options: what the arguments ask for, checked. options.cc is the one file that
// includes the argument parser, which takes ten seconds to compile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocols/core/types.h"
#include "tools/seeds.h"

namespace tools {

enum class Color { kAuto, kAlways, kNever };

struct OutputOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool progress = true;
  Color color = Color::kAuto;
};

struct RunOptions {
  std::string scenario;
  std::optional<SeedRange> seeds;  // none: the scenario's own first seed
  std::uint32_t jobs = 1;
  std::vector<std::string> sets;
  std::string traces;
  std::string margin;  // PATH=LO..HI; empty: an ordinary run
  std::string save;
  std::string recording;
  std::string history;
  std::string junit;
  OutputOptions output;
};

struct CompareOptions {
  std::string scenario;
  std::vector<std::string> protocols;  // NAME or NAME:key=value…; none: all there are
  std::optional<SeedRange> seeds;      // none: the scenario's own first seed
  std::uint32_t jobs = 1;
  std::vector<std::string> sets;
  std::string histories;  // a folder; empty: none is written
  OutputOptions output;
};

enum class ReplayExpect { kRecorded, kHolds, kViolated };

struct ReplayOptions {
  std::vector<std::string> paths;
  ReplayExpect expect = ReplayExpect::kRecorded;
  bool bisect = false;
  std::string junit;
  std::string recording;
  OutputOptions output;
};

struct ShrinkCommandOptions {
  std::string file;
  std::string output_file;  // empty: beside `file`
  std::uint32_t jobs = 1;
  std::uint64_t max_events = 20'000'000;
  OutputOptions output;
};

struct FuzzOptions {
  std::vector<std::string> scenarios;  // none: the swarm
  std::vector<std::string> protocols;  // none: each scenario's own, or of the swarm all there are
  std::vector<std::string> sets;
  std::optional<std::uint64_t> runs;   // of all shards together
  std::optional<core::Duration> for_;  // one of the two is given
  std::uint64_t first_seed = 1;
  std::uint32_t jobs = 1;
  std::uint64_t shard = 0, shards = 1;
  std::string corpus = "found";
  std::uint64_t max_causes = 1;  // different ones, then it ends; 0: it goes on
  std::uint32_t repeat_permille = 50;
  std::uint64_t shrink_events = 5'000'000;
  std::string junit;
  OutputOptions output;
};

struct ExplainOptions {
  std::string file;
  std::uint64_t odds = 100;  // runs from each of some events on; 0: none
  std::uint32_t jobs = 1;
  OutputOptions output;
};

struct MergeOptions {
  std::string out;
  std::vector<std::string> in;
  OutputOptions output;
};

struct CheckOptions {
  std::string history;  // "-": standard input
  std::string model = "register";
  std::string consistency = "linearizable";  // a name, a column, or "all"
  std::optional<std::uint64_t> max_steps;
  std::optional<std::uint64_t> max_bytes;
  OutputOptions output;
};

struct ListOptions {
  std::string what;
  OutputOptions output;
};

struct DoctorOptions {
  std::string determinism;  // a scenario; empty: say what this program is and where it runs
  std::optional<SeedRange> seeds;
  std::string program;  // what to run; empty: the running one
  OutputOptions output;
};

// Nothing to do: help was printed, or what is wrong.
struct Done {
  int exit_code = 0;
};

using Invocation = std::variant<Done, RunOptions, ReplayOptions, ShrinkCommandOptions, FuzzOptions, MergeOptions,
                                ExplainOptions, CheckOptions, CompareOptions, ListOptions, DoctorOptions>;

Invocation ParseArguments(int argc, char** argv);

// What to type to run this again, with `seeds` such as "--seed 7".
std::string CommandLine(const RunOptions& options, const std::string& seeds);

// The same of a campaign.
std::string CommandLine(const FuzzOptions& options);

// The same of a check, of another consistency.
std::string CommandLine(const CheckOptions& options, const std::string& consistency);

// The same of a comparison, of these protocols.
std::string CommandLine(const CompareOptions& options, const std::vector<std::string>& protocols,
                        const std::string& seeds);

// "--seed 7", "--seeds 1..20".
std::string SeedWords(std::uint64_t seed);
std::string SeedWords(std::uint64_t first, std::uint64_t last);

// As a shell reads it back.
std::string ShellQuoted(const std::string& word);

}  // namespace tools
