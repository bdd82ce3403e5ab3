// Fuzz results: what many runs of many scenarios came to, added up so that parts of a campaign can be joined in any
// order.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/core/fingerprint.h"
#include "sim/report.h"

namespace tools {

// Of the runs whose number leaves `index` divided by `of`, those below `next` are done.
struct Share {
  std::uint64_t index = 0;
  std::uint64_t of = 1;
  std::uint64_t next = 0;
  auto operator<=>(const Share&) const = default;

  // The first of its runs that is still to do.
  std::uint64_t First() const { return next <= index ? index : index + (next - index + of - 1) / of * of; }
};

// A violation that was shrunk.
struct Finding {
  std::uint64_t run = 0;
  std::uint64_t seed = 0;
  std::string target;
  std::string monitor;
  std::string cause;  // its folder in the corpus
  std::string steps;  // how much smaller it became
};

struct FuzzResults {
  struct Judged {
    std::uint64_t times = 0, violated = 0, inconclusive = 0;
  };
  struct Struck {
    std::uint64_t windows = 0, effects = 0;
  };
  using Kind = std::pair<std::string, std::string>;  // of violations: target and monitor

  std::string version;
  std::uint64_t first_seed = 0;
  std::vector<std::string> targets;
  std::vector<Share> shares;
  std::uint64_t runs = 0, events = 0, as_expected = 0, violated = 0, inconclusive = 0, repeated = 0;
  core::Fingerprint digests{0, 0};  // a sum: the order of the runs does not matter
  std::map<std::string, Judged> judged;
  std::map<std::string, Struck> struck;
  std::map<std::string, std::uint64_t> cells;  // "raft crash leader writing" to the runs that met it
  std::map<std::uint64_t, Finding> findings;   // by run
  std::map<Kind, std::uint64_t> further;       // violations that were only counted

  void Add(const std::string& protocol, const sim::Report& report);
  // The runs of a kind that were shrunk, fewest first.
  std::vector<std::uint64_t> Shrunk(const Kind& kind) const;

  // Cells that one run met, of all. Divided by the runs it is about how many new ones the next run meets, if it is
  // drawn like those before (Good, "The population frequencies of species and the estimation of population parameters",
  // 1953; for samples of several species each, Chao & Colwell, "Thirty years of progeny from Chao's inequality", 2017).
  std::uint64_t MetOnce() const;
};

// Which violations of a kind are shrunk: the first few, by their runs' numbers.
inline constexpr std::size_t kShrunkOfAKind = 3;

std::string PrintFuzzResults(const FuzzResults& results);
absl::StatusOr<FuzzResults> ParseFuzzResults(std::string_view text, const std::string& file);

// Of one campaign: an error says in what they differ, or which runs both have.
absl::StatusOr<FuzzResults> Join(const FuzzResults& a, const FuzzResults& b);

}  // namespace tools
