#include "tools/fuzz_results.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "scenarios/text.h"
#include "tools/fuzz.pb.h"

namespace tools {
namespace {

using Proto = faultline::tools::FuzzResults;

constexpr std::uint32_t kFormat = 1;

core::Fingerprint Sum(const core::Fingerprint& a, const core::Fingerprint& b) {
  return {a.high + b.high, a.low + b.low};
}

absl::StatusOr<core::Fingerprint> FromHex(const std::string& text) {
  core::Fingerprint read;
  const char* const middle = text.data() + std::min<std::size_t>(16, text.size());
  const char* const end = text.data() + text.size();
  const auto high = std::from_chars(text.data(), middle, read.high, 16);
  const auto low = std::from_chars(middle, end, read.low, 16);
  if (text.size() != 32 || high.ptr != middle || low.ptr != end || high.ec != std::errc() || low.ec != std::errc())
    return absl::InvalidArgumentError("digests: want 32 hexadecimal digits");
  return read;
}

// Shares of one size that follow each other make a larger one: all of them, at the same place, the whole.
std::vector<Share> Joined(std::vector<Share> shares) {
  std::sort(shares.begin(), shares.end());
  const std::uint64_t of = shares.front().of;
  if (shares.size() != of) return shares;
  std::uint64_t next = UINT64_MAX;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i].of != of || shares[i].index != i) return shares;
    next = std::min(next, shares[i].First());
  }
  for (const Share& share : shares) {
    if (share.First() - next >= of) return shares;  // one is ahead of another
  }
  return {{0, 1, next}};
}

bool SameRuns(const Share& a, const Share& b) { return a.index == b.index && a.of == b.of; }

// Shrunk, but not among the first few of its kind any more.
void KeepFirstOfEachKind(FuzzResults& results) {
  std::map<FuzzResults::Kind, std::size_t> seen;
  for (auto at = results.findings.begin(); at != results.findings.end();) {
    const FuzzResults::Kind kind{at->second.target, at->second.monitor};
    if (++seen[kind] <= kShrunkOfAKind) {
      ++at;
      continue;
    }
    ++results.further[kind];
    at = results.findings.erase(at);
  }
}

}  // namespace

void FuzzResults::Add(const std::string& protocol, const sim::Report& report) {
  ++runs;
  events += report.events;
  as_expected += report.as_expected;
  violated += report.violation && !report.as_expected;
  inconclusive += report.outcome == sim::Outcome::kInconclusive;
  digests = Sum(digests, report.digest);
  for (const sim::MonitorReport& monitor : report.monitors) {
    Judged& total = judged[monitor.name];
    total.times += monitor.judged;
    total.violated += monitor.outcome == sim::Outcome::kViolated;
    total.inconclusive += monitor.outcome == sim::Outcome::kInconclusive;
  }
  for (const sim::FaultReport& fault : report.faults) {
    struck[fault.kind].windows += fault.windows;
    struck[fault.kind].effects += fault.effects;
  }
  for (const sim::CoverageCell& cell : report.coverage) {
    ++cells[protocol + " " + cell.kind + " " + std::string(cell.role) + " " + std::string(cell.phase)];
  }
}

std::vector<std::uint64_t> FuzzResults::Shrunk(const Kind& kind) const {
  std::vector<std::uint64_t> shrunk;
  for (const auto& [run, finding] : findings) {
    if (Kind{finding.target, finding.monitor} == kind) shrunk.push_back(run);
  }
  return shrunk;
}

std::uint64_t FuzzResults::MetOnce() const {
  return static_cast<std::uint64_t>(
      std::count_if(cells.begin(), cells.end(), [](const auto& cell) { return cell.second == 1; }));
}

std::string PrintFuzzResults(const FuzzResults& results) {
  Proto proto;
  proto.set_format(kFormat);
  proto.set_version(results.version);
  proto.set_first_seed(results.first_seed);
  for (const std::string& target : results.targets) proto.add_target(target);
  for (const Share& share : results.shares) {
    auto& added = *proto.add_share();
    added.set_index(share.index);
    added.set_of(share.of);
    added.set_next(share.next);
  }
  proto.set_runs(results.runs);
  proto.set_events(results.events);
  proto.set_as_expected(results.as_expected);
  proto.set_violated(results.violated);
  proto.set_inconclusive(results.inconclusive);
  proto.set_repeated_runs(results.repeated);
  proto.set_digests(core::ToHex(results.digests));
  for (const auto& [name, total] : results.judged) {
    auto& added = *proto.add_judged();
    added.set_monitor(name);
    added.set_times(total.times);
    added.set_violated(total.violated);
    added.set_inconclusive(total.inconclusive);
  }
  for (const auto& [name, total] : results.struck) {
    auto& added = *proto.add_struck();
    added.set_fault(name);
    added.set_windows(total.windows);
    added.set_effects(total.effects);
  }
  for (const auto& [name, runs] : results.cells) {
    auto& added = *proto.add_cell();
    added.set_name(name);
    added.set_runs(runs);
  }
  for (const auto& [run, finding] : results.findings) {
    auto& added = *proto.add_finding();
    added.set_run(run);
    added.set_seed(finding.seed);
    added.set_target(finding.target);
    added.set_monitor(finding.monitor);
    added.set_cause(finding.cause);
    added.set_steps(finding.steps);
  }
  for (const auto& [kind, runs] : results.further) {
    auto& added = *proto.add_further();
    added.set_target(kind.first);
    added.set_monitor(kind.second);
    added.set_runs(runs);
  }
  return scenarios::PrintText(proto);
}

absl::StatusOr<FuzzResults> ParseFuzzResults(std::string_view text, const std::string& file) {
  Proto proto;
  scenarios::Locations where;
  if (const absl::Status parsed = scenarios::ParseText(text, file, proto, where); !parsed.ok()) return parsed;
  if (proto.format() != kFormat)
    return absl::InvalidArgumentError(where.Error("format", "want 1, got " + std::to_string(proto.format())));
  FuzzResults results;
  results.version = proto.version();
  results.first_seed = proto.first_seed();
  results.targets.assign(proto.target().begin(), proto.target().end());
  for (const auto& share : proto.share()) {
    if (share.of() == 0 || share.index() >= share.of())
      return absl::InvalidArgumentError(where.Error("share", "want an index below `of`"));
    results.shares.push_back({share.index(), share.of(), share.next()});
  }
  results.runs = proto.runs();
  results.events = proto.events();
  results.as_expected = proto.as_expected();
  results.violated = proto.violated();
  results.inconclusive = proto.inconclusive();
  results.repeated = proto.repeated_runs();
  const absl::StatusOr<core::Fingerprint> digests = FromHex(proto.digests());
  if (!digests.ok()) return absl::InvalidArgumentError(where.Error("digests", std::string(digests.status().message())));
  results.digests = *digests;
  for (const auto& one : proto.judged())
    results.judged[one.monitor()] = {one.times(), one.violated(), one.inconclusive()};
  for (const auto& one : proto.struck()) results.struck[one.fault()] = {one.windows(), one.effects()};
  for (const auto& one : proto.cell()) results.cells[one.name()] = one.runs();
  for (const auto& one : proto.finding()) {
    results.findings[one.run()] = {one.run(), one.seed(), one.target(), one.monitor(), one.cause(), one.steps()};
  }
  for (const auto& one : proto.further()) results.further[{one.target(), one.monitor()}] = one.runs();
  return results;
}

absl::StatusOr<FuzzResults> Join(const FuzzResults& a, const FuzzResults& b) {
  const auto differ = [](const std::string& what) {
    return absl::InvalidArgumentError("they are not parts of one campaign: " + what);
  };
  if (a.version != b.version) return differ("faultline " + a.version + " ran one, " + b.version + " the other");
  if (a.targets != b.targets) return differ("scenarios or protocols are not the same");
  if (a.first_seed != b.first_seed) {
    return differ("one begins with seed " + std::to_string(a.first_seed) + ", the other with " +
                  std::to_string(b.first_seed));
  }
  for (const Share& share : a.shares) {
    for (const Share& other : b.shares) {
      if (!SameRuns(share, other) && share.of == other.of) continue;
      return differ("both have runs of shard " + std::to_string(other.index) + "/" + std::to_string(other.of));
    }
  }
  FuzzResults joined = a;
  joined.shares.insert(joined.shares.end(), b.shares.begin(), b.shares.end());
  joined.shares = Joined(std::move(joined.shares));
  joined.runs += b.runs;
  joined.events += b.events;
  joined.as_expected += b.as_expected;
  joined.violated += b.violated;
  joined.inconclusive += b.inconclusive;
  joined.repeated += b.repeated;
  joined.digests = Sum(a.digests, b.digests);
  for (const auto& [name, total] : b.judged) {
    FuzzResults::Judged& sum = joined.judged[name];
    sum = {sum.times + total.times, sum.violated + total.violated, sum.inconclusive + total.inconclusive};
  }
  for (const auto& [name, total] : b.struck) {
    FuzzResults::Struck& sum = joined.struck[name];
    sum = {sum.windows + total.windows, sum.effects + total.effects};
  }
  for (const auto& [name, runs] : b.cells) joined.cells[name] += runs;
  joined.findings.insert(b.findings.begin(), b.findings.end());
  for (const auto& [kind, runs] : b.further) joined.further[kind] += runs;
  KeepFirstOfEachKind(joined);
  return joined;
}

}  // namespace tools
