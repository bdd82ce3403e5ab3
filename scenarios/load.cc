#include "scenarios/load.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/str_join.h"
#include "protocols/core/nearest.h"
#include "protocols/core/params.h"
#include "scenarios/embedded.h"
#include "scenarios/file.h"
#include "scenarios/latency.h"
#include "scenarios/set.h"

namespace scenarios {
namespace {

using namespace std::chrono_literals;
using core::Between;
using core::Duration;

constexpr Duration kLongest = 24h;
constexpr std::uint32_t kMostNodes = 1000;
constexpr std::uint32_t kMostClients = 10'000;
constexpr int kMostFaults = 1000;
constexpr int kMostParameters = 100;
constexpr std::size_t kMostTargets = 1000;
constexpr std::uint64_t kMostWindows = 100'000;  // of one fault
constexpr std::size_t kMostProblems = 20;

std::string FileStem(const std::string& path) {
  std::string stem = std::filesystem::path(path).stem().string();
  for (char& c : stem) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!plain) c = '_';
  }
  return stem;
}

std::string Element(const std::string& list, int index) { return list + "[" + std::to_string(index) + "]"; }

// Reads field after field and collects what is wrong with them.
class Resolver {
 public:
  Resolver(const Locations& where, const Origin& origin, std::string prefix)
      : where_(where), origin_(origin), prefix_(std::move(prefix)) {}

  void Resolve(const Scenario& from, LoadedScenario& to);
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void Problem(const std::string& path, const std::string& problem) {
    if (problems_.size() < kMostProblems) problems_.push_back(where_.Error(prefix_ + path, problem));
  }

  // Empty text leaves the default that is in `to`.
  template <class T, class Parse>
  void Read(const std::string& path, const std::string& text, Parse parse, T& to) {
    if (text.empty()) return;
    const absl::StatusOr<T> value = parse(text);
    if (!value.ok()) return Problem(path, std::string(value.status().message()));
    to = *value;
    if constexpr (std::is_same_v<T, Duration>) CheckLength(path, text, to);
    if constexpr (std::is_same_v<T, Between>) CheckLength(path, text, to.max);
  }
  void CheckLength(const std::string& path, const std::string& text, Duration longest) {
    if (longest > kLongest) Problem(path, "want at most 24h, got \"" + text + "\"");
  }
  // 0 leaves the default that is in `to`.
  void Count(const std::string& path, std::uint32_t value, std::uint32_t most, std::uint32_t& to) {
    if (value == 0) return;
    if (value > most) Problem(path, "want 1.." + std::to_string(most) + ", got " + std::to_string(value));
    to = std::min(value, most);
  }
  void AtLeast(const std::string& path, Duration least, Duration got) {
    if (got < least)
      Problem(path, "want at least " + core::FormatDuration(least) + ", got " + core::FormatDuration(got));
  }

  void ReadCluster(const faultline::scenarios::Cluster& from, sim::Plan& to);
  void ReadRegions(const faultline::scenarios::Cluster& from, sim::Plan& to);
  void ReadRegionLinks(const faultline::scenarios::Cluster& from, sim::Plan& to);
  std::uint32_t FindRegion(const std::string& path, const std::string& name, const sim::Plan& plan);
  void ReadDisk(const faultline::scenarios::Disk& from, sim::DiskPlan& to);
  void ReadLink(const std::string& path, const faultline::scenarios::Link& from, sim::LinkPlan& to);
  void ReadQueue(const std::string& path, const faultline::scenarios::Link& from, sim::LinkPlan& to);
  void ReadWorkload(const faultline::scenarios::Workload& from, sim::WorkloadPlan& to);
  void ReadTraces(const faultline::scenarios::Traces& from, TracesPlan& to);
  void ReadSource(const std::string& source, TracesPlan& to);
  void ReadGenerated(const faultline::scenarios::Generated& from, GeneratedPlan& to);
  void ReadExporter(const faultline::scenarios::Exporter& from, ExporterPlan& to);
  void ReadFault(int number, const faultline::scenarios::Fault& from, const sim::Plan& plan, sim::FaultPlan& to);
  void CheckWindows(const std::string& path, const sim::Plan& plan, const sim::FaultPlan& fault);
  void CheckWindowCount(const std::string& path, Duration storm, const sim::Latency& every);
  template <class List>
  void ReadParameters(const std::string& path, const List& from, std::vector<core::Parameter>& to);
  void ReadRun(const faultline::scenarios::Run& from, LoadedScenario& to);
  void ReadQuiet(const faultline::scenarios::Quiet& from, sim::Plan& to);
  void ReadSettle(const std::string& text, LoadedScenario& to);
  void ReadSchedule(const faultline::scenarios::Run& from, sim::SchedulePlan& to);
  void ReadExpect(const faultline::scenarios::Expect& from, sim::Plan& to);

  const Locations& where_;
  const Origin& origin_;
  const std::string prefix_;
  std::vector<std::string> problems_;
};

void Resolver::Resolve(const Scenario& from, LoadedScenario& to) {
  to.plan.name = origin_.name;
  to.plan.summary = from.summary();
  ReadCluster(from.cluster(), to.plan);
  ReadRun(from.run(), to);
  if (from.has_traces() && from.has_workload())
    Problem("workload", "a scenario has clients (workload) or collectors (traces), not both");
  if (from.has_traces()) {
    ReadTraces(from.traces(), to.traces.emplace());
    if (to.traces->source.empty() && to.traces->generated.services == 0 && !from.has_swarm()) {
      Problem("traces",
              "want a source (" + absl::StrJoin(EmbeddedSources(), ", ") + ", or a path) or generated services");
    }
  } else {
    ReadWorkload(from.workload(), to.plan.workload);
  }
  if (from.faults_size() > kMostFaults)
    return Problem("faults", "want at most 1000 faults, got " + std::to_string(from.faults_size()));
  for (int i = 0; i < from.faults_size(); ++i) ReadFault(i, from.faults(i), to.plan, to.plan.faults.emplace_back());
  ReadExpect(from.expect(), to.plan);
}

void Resolver::ReadCluster(const faultline::scenarios::Cluster& from, sim::Plan& to) {
  to.protocol = from.protocol();
  if (to.protocol.empty()) Problem("cluster.protocol", "name one of `faultline list protocols`");
  to.nodes = 5;
  Count("cluster.nodes", from.nodes(), kMostNodes, to.nodes);
  ReadParameters("cluster.config", from.config(), to.config);
  ReadRegions(from, to);
  ReadLink("cluster.network", from.network(), to.peer);
  to.client = to.exporter = to.peer;
  if (from.has_clients()) ReadLink("cluster.clients", from.clients(), to.client);
  if (from.has_exports()) ReadLink("cluster.exports", from.exports(), to.exporter);
  ReadDisk(from.disk(), to.disk);
  Read("cluster.clock.offset", from.clock().offset(), core::ParseDuration, to.clock.max_offset);
  Read("cluster.clock.drift", from.clock().drift(), core::ParsePartsPerBillion, to.clock.max_drift_ppb);
  Read("cluster.clock.uncertainty", from.clock().uncertainty(), core::ParseDuration, to.clock.uncertainty);
  Read("cluster.clock.timer_slack", from.clock().timer_slack(), ParseLatency, to.clock.timer_slack);
  // Beyond that a clock's arithmetic would no longer be exact (sim/clock.h).
  if (to.clock.max_drift_ppb > 100'000'000) Problem("cluster.clock.drift", "want at most 10%");
}

void Resolver::ReadRegions(const faultline::scenarios::Cluster& from, sim::Plan& to) {
  constexpr int kMostRegions = 64;
  if (from.regions_size() > kMostRegions) return Problem("cluster.regions", "want at most 64 regions");
  std::uint64_t sum = 0;
  for (int i = 0; i < from.regions_size(); ++i) {
    const std::string path = Element("cluster.regions", i);
    const faultline::scenarios::Region& region = from.regions(i);
    if (region.name().empty()) Problem(path + ".name", "want a name");
    const bool taken = std::any_of(to.regions.begin(), to.regions.end(),
                                   [&](const sim::RegionPlan& other) { return other.name == region.name(); });
    if (taken) Problem(path + ".name", "the region \"" + region.name() + "\" is given twice");
    std::uint32_t nodes = 0;
    Count(path + ".nodes", region.nodes(), kMostNodes, nodes);
    to.regions.push_back({region.name(), nodes});
    sum += nodes;
  }
  if (!to.regions.empty() && sum != to.nodes) {
    Problem("cluster.regions",
            "want nodes that add up to the cluster's " + std::to_string(to.nodes) + ", got " + std::to_string(sum));
  }
  ReadRegionLinks(from, to);
}

// A link that is given only one way is the same both ways.
void Resolver::ReadRegionLinks(const faultline::scenarios::Cluster& from, sim::Plan& to) {
  constexpr int kMostLinks = 64 * 64;
  if (from.region_links_size() > kMostLinks) return Problem("cluster.region_links", "want at most 4096 links");
  std::set<std::pair<std::uint32_t, std::uint32_t>> given;
  for (int i = 0; i < from.region_links_size(); ++i) {
    const std::string path = Element("cluster.region_links", i);
    const faultline::scenarios::RegionLink& link = from.region_links(i);
    sim::RegionLink read;
    read.from = FindRegion(path + ".from", link.from(), to);
    read.to = FindRegion(path + ".to", link.to(), to);
    if (link.latency().empty()) Problem(path + ".latency", "want a latency");
    Read(path + ".latency", link.latency(), ParseLatency, read.latency);
    if (!given.insert({read.from, read.to}).second) Problem(path, "this link is given twice");
    to.region_links.push_back(read);
  }
  const std::vector<sim::RegionLink> one_way = to.region_links;
  for (const sim::RegionLink& link : one_way) {
    if (given.insert({link.to, link.from}).second) to.region_links.push_back({link.to, link.from, link.latency});
  }
}

std::uint32_t Resolver::FindRegion(const std::string& path, const std::string& name, const sim::Plan& plan) {
  std::vector<std::string> names;
  for (std::uint32_t place = 0; place < plan.regions.size(); ++place) {
    if (plan.regions[place].name == name) return place;
    names.push_back(plan.regions[place].name);
  }
  Problem(path, "no region \"" + name + "\"" + core::DidYouMean(name, names));
  return 0;
}

void Resolver::ReadDisk(const faultline::scenarios::Disk& from, sim::DiskPlan& to) {
  to.sync_latency = *ParseLatency("1ms..5ms");
  Read("cluster.disk.sync_latency", from.sync_latency(), ParseLatency, to.sync_latency);
  Read("cluster.disk.read_latency", from.read_latency(), ParseLatency, to.read_latency);
  to.sync = !from.no_sync();
  Read("cluster.disk.torn", from.torn(), ParseRatio, to.torn);
  Read("cluster.disk.persist", from.persist(), ParseRatio, to.persist);
  if (from.order() == "barrier") to.order = sim::DiskOrder::kBarrier;
  if (from.order() == "arbitrary") to.order = sim::DiskOrder::kArbitrary;
  if (!from.order().empty() && from.order() != "prefix" && to.order == sim::DiskOrder::kPrefix) {
    Problem("cluster.disk.order", "want \"prefix\", \"barrier\" or \"arbitrary\", got \"" + from.order() + "\"");
  }
  if (from.budget() == "unrestricted") to.budget = sim::DiskBudget::kUnrestricted;
  if (!from.budget().empty() && from.budget() != "quorum" && from.budget() != "unrestricted") {
    Problem("cluster.disk.budget", "want \"quorum\" or \"unrestricted\", got \"" + from.budget() + "\"");
  }
}

void Resolver::ReadLink(const std::string& path, const faultline::scenarios::Link& from, sim::LinkPlan& to) {
  to = {};
  to.latency = *ParseLatency("1ms..10ms");
  to.reorder_delay = 50ms;
  Read(path + ".latency", from.latency(), ParseLatency, to.latency);
  Read(path + ".jitter", from.jitter(), core::ParseDuration, to.jitter);
  Read(path + ".loss", from.loss(), ParseRatio, to.loss);
  Read(path + ".duplicate", from.duplicate(), ParseRatio, to.duplicate);
  Read(path + ".reorder", from.reorder(), ParseRatio, to.reorder);
  Read(path + ".reorder_delay", from.reorder_delay(), core::ParseDuration, to.reorder_delay);
  to.fifo = from.fifo();
  Read(path + ".base_latency", from.base_latency(), core::ParseBetween, to.base_latency);
  Read(path + ".correlation", from.correlation(), ParseRatio, to.correlation);
  if (to.correlation.parts_per_billion > 750'000'000) Problem(path + ".correlation", "want at most 75%");
  if (from.has_loss_burst()) {
    to.loss_burst = {{10'000'000}, {200'000'000}, {900'000'000}};
    Read(path + ".loss_burst.begins", from.loss_burst().begins(), ParseRatio, to.loss_burst.begins);
    Read(path + ".loss_burst.ends", from.loss_burst().ends(), ParseRatio, to.loss_burst.ends);
    Read(path + ".loss_burst.loss", from.loss_burst().loss(), ParseRatio, to.loss_burst.loss);
  }
  Read(path + ".corrupt", from.corrupt(), ParseRatio, to.corrupt);
  ReadQueue(path, from, to);
}

void Resolver::ReadQueue(const std::string& path, const faultline::scenarios::Link& from, sim::LinkPlan& to) {
  constexpr std::uint32_t kLeast = 2, kMost = 64;
  Read(path + ".bandwidth", from.bandwidth(), core::ParseByteRate, to.bandwidth);
  to.queue = from.queue();
  if (to.queue != 0 && (to.queue < kLeast || to.queue > kMost)) {
    Problem(path + ".queue", "want 2..64, or 0 for any number, got " + std::to_string(to.queue));
    to.queue = 0;
  }
  if (to.queue != 0 && to.bandwidth == 0) Problem(path + ".queue", "a queue needs a bandwidth");
  if (!from.overflow().empty() && to.queue == 0) Problem(path + ".overflow", "only a queue can overflow");
  if (from.overflow() == "random") to.overflow = sim::Overflow::kRandom;
  if (from.overflow() == "backpressure") to.overflow = sim::Overflow::kBackpressure;
  const bool known = from.overflow().empty() || from.overflow() == "tail" || to.overflow != sim::Overflow::kTail;
  if (!known) {
    Problem(path + ".overflow", "want \"tail\", \"random\" or \"backpressure\", got \"" + from.overflow() + "\"");
  }
}

void Resolver::ReadWorkload(const faultline::scenarios::Workload& from, sim::WorkloadPlan& to) {
  constexpr std::uint32_t kMostKeys = 1'000'000;
  to = {.clients = 3, .think = {5ms, 50ms}, .timeout = 1s, .requests = from.requests(), .sticky = from.sticky()};
  Count("workload.clients", from.clients(), kMostClients, to.clients);
  Read("workload.think", from.think(), core::ParseBetween, to.think);
  Read("workload.timeout", from.timeout(), core::ParseDuration, to.timeout);
  AtLeast("workload.timeout", 1us, to.timeout);
  Count("workload.keys", from.keys(), kMostKeys, to.mix.keys);
  Read("workload.reads", from.reads(), ParseRatio, to.mix.reads);
  Read("workload.hot", from.hot(), ParseRatio, to.mix.hot);
  Read("workload.changes", from.changes(), ParseRatio, to.mix.changes);
  Read("workload.transfers", from.transfers(), ParseRatio, to.mix.transfers);
}

void Resolver::ReadTraces(const faultline::scenarios::Traces& from, TracesPlan& to) {
  constexpr std::uint64_t kFastest = 1000;
  std::uint64_t speed = 1;
  Read("traces.speed", from.speed(), core::ParseCount, speed);
  if (speed < 1 || speed > kFastest) Problem("traces.speed", "want 1..1000, got " + std::to_string(speed));
  to.speed = static_cast<std::uint32_t>(std::min(speed, kFastest));
  ReadSource(from.source(), to);
  ReadGenerated(from.generated(), to.generated);
  ReadExporter(from.exporter(), to.exporter);
}

// A bare name is an embedded source or a neighbour of the scenario file.
void Resolver::ReadSource(const std::string& source, TracesPlan& to) {
  if (source.empty()) return;
  const std::vector<std::string> known = EmbeddedSources();
  to.embedded = std::find(known.begin(), known.end(), source) != known.end();
  if (origin_.own_input || to.embedded) {
    to.source = source;
    return;
  }
  to.source = (std::filesystem::path(origin_.folder) / source).lexically_normal().string();
  std::error_code ignored;
  if (!std::filesystem::exists(to.source, ignored))
    Problem("traces.source", "no such file: " + to.source + core::DidYouMean(source, known));
}

void Resolver::ReadGenerated(const faultline::scenarios::Generated& from, GeneratedPlan& to) {
  to = {.services = 0, .every = {20ms, 100ms}, .depth = 3, .fan_out = 2, .work = {1ms, 5ms}};
  Count("traces.generated.services", from.services(), 1000, to.services);
  Read("traces.generated.every", from.every(), core::ParseBetween, to.every);
  AtLeast("traces.generated.every", 10us, to.every.min);
  Count("traces.generated.depth", from.depth(), 16, to.depth);
  Count("traces.generated.fan_out", from.fan_out(), 16, to.fan_out);
  Read("traces.generated.work", from.work(), core::ParseBetween, to.work);
  constexpr std::uint64_t kMostSpans = 10'000;
  std::uint64_t spans = 1;
  for (std::uint32_t i = 0; i < to.depth && spans <= kMostSpans; ++i) spans = spans * to.fan_out + 1;
  if (spans > kMostSpans)
    Problem("traces.generated",
            "depth and fan_out make up to " + std::to_string(spans) + " spans of one request; want at most 10000");
}

void Resolver::ReadExporter(const faultline::scenarios::Exporter& from, ExporterPlan& to) {
  constexpr std::uint32_t kMost = 1'000'000;
  to = {.schedule_delay = 5s,
        .max_batch = 512,
        .max_queue = 2048,
        .timeout = 30s,
        .initial_backoff = 5s,
        .max_backoff = 30s,
        .give_up = 300s};
  Read("traces.exporter.schedule_delay", from.schedule_delay(), core::ParseDuration, to.schedule_delay);
  AtLeast("traces.exporter.schedule_delay", 1ms, to.schedule_delay);
  Count("traces.exporter.max_batch", from.max_batch(), kMost, to.max_batch);
  Count("traces.exporter.max_queue", from.max_queue(), kMost, to.max_queue);
  Read("traces.exporter.timeout", from.timeout(), core::ParseDuration, to.timeout);
  AtLeast("traces.exporter.timeout", 1ms, to.timeout);
  Read("traces.exporter.initial_backoff", from.initial_backoff(), core::ParseDuration, to.initial_backoff);
  AtLeast("traces.exporter.initial_backoff", 1ms, to.initial_backoff);
  Read("traces.exporter.max_backoff", from.max_backoff(), core::ParseDuration, to.max_backoff);
  AtLeast("traces.exporter.max_backoff", to.initial_backoff, to.max_backoff);
  if (from.give_up() == "never") {
    to.give_up = 0s;
  } else {
    Read("traces.exporter.give_up", from.give_up(), core::ParseDuration, to.give_up);
    AtLeast("traces.exporter.give_up", 1ms, to.give_up);
  }
}

void Resolver::ReadFault(int number, const faultline::scenarios::Fault& from, const sim::Plan& plan,
                         sim::FaultPlan& to) {
  const std::string path = Element("faults", number);
  to.kind = from.kind();
  if (to.kind.empty()) Problem(path + ".kind", "name one of `faultline list faults`");
  if (from.at().empty() + from.every().empty() + from.when().empty() != 2)
    Problem(path,
            "want one of `at` (one window), `every` (windows that far apart) and `when` (one, when that happens)");
  if (!from.at().empty()) Read(path + ".at", from.at(), core::ParseDuration, to.at.emplace());
  if (!from.every().empty()) Read(path + ".every", from.every(), ParseLatency, to.every.emplace());
  if (!from.when().empty()) Read(path + ".when", from.when(), sim::ParseAnchor, to.when.emplace());
  to.lasts = *ParseLatency("1s");
  Read(path + ".lasts", from.lasts(), ParseLatency, to.lasts);
  to.targets.assign(from.targets().begin(), from.targets().end());
  if (to.targets.size() > kMostTargets) Problem(path + ".targets", "want at most 1000 targets");
  ReadParameters(path + ".params", from.params(), to.params);
  CheckWindows(path, plan, to);
}

void Resolver::CheckWindows(const std::string& path, const sim::Plan& plan, const sim::FaultPlan& fault) {
  if (fault.at && *fault.at > plan.storm) {
    Problem(path + ".at",
            core::FormatDuration(*fault.at) + " is after the storm, which lasts " + core::FormatDuration(plan.storm));
  }
  if (fault.every) CheckWindowCount(path + ".every", plan.storm, *fault.every);
}

void Resolver::CheckWindowCount(const std::string& path, Duration storm, const sim::Latency& every) {
  const Duration step = std::max(every.min, Duration(1));
  if (static_cast<std::uint64_t>(storm / step) <= kMostWindows) return;
  Problem(path, "want at most 100000 windows in a storm of " + core::FormatDuration(storm) + ", so at least " +
                    core::FormatDuration(storm / kMostWindows) + ", got " + core::FormatDuration(every.min));
}

template <class List>
void Resolver::ReadParameters(const std::string& path, const List& from, std::vector<core::Parameter>& to) {
  if (from.size() > kMostParameters)
    return Problem(path, "want at most 100 parameters, got " + std::to_string(from.size()));
  std::set<std::string> seen;
  for (int i = 0; i < from.size(); ++i) {
    const faultline::scenarios::Parameter& parameter = from.Get(i);
    if (parameter.key().empty()) Problem(Element(path, i), "want a key");
    if (!seen.insert(parameter.key()).second)
      Problem(Element(path, i), "the key \"" + parameter.key() + "\" is given twice");
    if (!parameter.value().empty()) to.push_back({parameter.key(), parameter.value()});
  }
}

void Resolver::ReadRun(const faultline::scenarios::Run& from, LoadedScenario& to) {
  constexpr std::uint64_t kMostEvents = 1'000'000'000'000;
  to.plan.storm = 30s;
  to.plan.settle = 10s;
  Read("run.duration", from.duration(), core::ParseDuration, to.plan.storm);
  AtLeast("run.duration", 1ms, to.plan.storm);
  ReadSettle(from.settle(), to);
  Read("run.seed", from.seed(), core::ParseCount, to.seed);
  Count("run.seeds", from.seeds(), 1'000'000, to.seeds);
  if (from.core() == "quorum") to.plan.core = sim::Core::kQuorum;
  if (!from.core().empty() && from.core() != "all" && from.core() != "quorum") {
    Problem("run.core", "want \"all\" or \"quorum\", got \"" + from.core() + "\"");
  }
  to.plan.keep_quorum = from.keep_quorum();
  Read("run.warm_up", from.warm_up(), core::ParseDuration, to.plan.warm_up);
  if (to.plan.warm_up > to.plan.storm) {
    Problem("run.warm_up", "want at most the duration, " + core::FormatDuration(to.plan.storm));
  }
  if (from.has_quiet()) ReadQuiet(from.quiet(), to.plan);
  ReadSchedule(from, to.plan.schedule);
  if (from.max_events() > kMostEvents)
    Problem("run.max_events", "want at most 10^12, got " + std::to_string(from.max_events()));
  if (from.max_events() != 0) to.plan.max_events = from.max_events();
}

void Resolver::ReadQuiet(const faultline::scenarios::Quiet& from, sim::Plan& to) {
  to.quiet = {*ParseLatency("3s..6s"), *ParseLatency("1s")};
  Read("run.quiet.every", from.every(), ParseLatency, to.quiet->every);
  AtLeast("run.quiet.every", 1ms, to.quiet->every.min);
  CheckWindowCount("run.quiet.every", to.storm, to.quiet->every);
  Read("run.quiet.lasts", from.lasts(), ParseLatency, to.quiet->lasts);
}

void Resolver::ReadSettle(const std::string& text, LoadedScenario& to) {
  constexpr std::string_view kUnit = " timeouts";
  constexpr std::uint64_t kMost = 10'000;
  if (!text.ends_with(kUnit)) return Read("run.settle", text, core::ParseDuration, to.plan.settle);
  const absl::StatusOr<std::uint64_t> count = core::ParseCount(text.substr(0, text.size() - kUnit.size()));
  if (!count.ok() || *count < 1 || *count > kMost) {
    return Problem("run.settle", "want a duration, or \"1 timeouts\" to \"10000 timeouts\", got \"" + text + "\"");
  }
  to.settle_timeouts = static_cast<std::uint32_t>(*count);
}

void Resolver::ReadSchedule(const faultline::scenarios::Run& from, sim::SchedulePlan& to) {
  constexpr std::string_view kPct = "pct ";
  const std::string& order = from.order();
  const bool is_pct = order.starts_with(kPct);
  const absl::StatusOr<std::uint64_t> depth = core::ParseCount(is_pct ? order.substr(kPct.size()) : "1");
  if (order == "random") {
    to.order = sim::TieOrder::kRandom;
  } else if (is_pct && depth.ok() && *depth >= 1 && *depth <= 5) {
    to.order = sim::TieOrder::kPct;
    to.depth = static_cast<std::uint32_t>(*depth);
  } else if (!order.empty() && order != "fifo") {
    Problem("run.order", "want \"fifo\", \"random\" or \"pct 1\" to \"pct 5\", got \"" + order + "\"");
  }
  Read("run.quantum", from.quantum(), core::ParseDuration, to.quantum);
  if (to.quantum > 1s) Problem("run.quantum", "want at most 1s, got " + core::FormatDuration(to.quantum));
}

void Resolver::ReadExpect(const faultline::scenarios::Expect& from, sim::Plan& to) {
  constexpr int kMostNames = 100;
  if (from.holds_size() > kMostNames) return Problem("expect.holds", "want at most 100 names");
  to.holds.assign(from.holds().begin(), from.holds().end());
  to.violates = from.violates();
  to.pooled = from.pooled();
  if (from.known_gaps_size() > kMostNames) return Problem("expect.known_gaps", "want at most 100 gaps");
  for (int i = 0; i < from.known_gaps_size(); ++i) {
    const faultline::scenarios::KnownGap& gap = from.known_gaps(i);
    if (gap.reason().empty()) Problem(Element("expect.known_gaps", i), "want a reason");
    to.known_gaps.push_back({gap.monitor(), gap.reason()});
  }
  if (std::find(to.holds.begin(), to.holds.end(), to.violates) != to.holds.end()) {
    Problem("expect.violates", "\"" + to.violates + "\" is also expected to hold");
  }
}

bool LooksLikePath(const std::string& scenario) {
  return scenario.find('/') != std::string::npos || scenario.find('.') != std::string::npos;
}

const EmbeddedFile* Shipped(const std::string& name) {
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (file.path == name + ".txtpb") return &file;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<LoadedScenario> Resolve(Scenario proto, Locations where, const Origin& origin,
                                       const std::string& prefix) {
  LoadedScenario loaded;
  Resolver resolver(where, origin, prefix);
  resolver.Resolve(proto, loaded);
  if (!resolver.problems().empty()) return absl::InvalidArgumentError(absl::StrJoin(resolver.problems(), "\n"));
  loaded.proto = std::move(proto);
  loaded.where = std::move(where);
  loaded.origin = origin;
  return loaded;
}

absl::StatusOr<LoadedScenario> ParseScenario(std::string_view text, const Origin& origin,
                                             std::span<const std::string> sets) {
  if (text.size() > kMostScenarioBytes) return absl::InvalidArgumentError(origin.file + ": larger than 1 MiB");
  Scenario proto;
  Locations where;
  if (absl::Status parsed = ParseText(text, origin.file, proto, where); !parsed.ok()) return parsed;
  for (const std::string& assignment : sets) {
    if (absl::Status done = Set(assignment, proto, where); !done.ok()) return done;
  }
  return Resolve(std::move(proto), std::move(where), origin);
}

absl::StatusOr<LoadedScenario> LoadScenario(const std::string& scenario, std::span<const std::string> sets) {
  if (!LooksLikePath(scenario)) {
    const EmbeddedFile* shipped = Shipped(scenario);
    if (shipped != nullptr)
      return ParseScenario(shipped->bytes, {.name = scenario, .file = scenario + ".txtpb", .folder = ""}, sets);
    return absl::NotFoundError("no shipped scenario \"" + Printable(scenario) + "\"" +
                               core::DidYouMean(scenario, ShippedScenarios()) +
                               " (`faultline list scenarios` has them all; a path needs a \"/\" or a \".\")");
  }
  const absl::StatusOr<std::string> text = ReadFile(scenario, kMostScenarioBytes);
  if (!text.ok()) {
    return absl::NotFoundError(Printable(std::string(text.status().message())) +
                               core::DidYouMean(FileStem(scenario), ShippedScenarios()));
  }
  const std::string folder = std::filesystem::path(scenario).parent_path().string();
  return ParseScenario(*text, {.name = FileStem(scenario), .file = Printable(scenario), .folder = folder}, sets);
}

std::vector<std::string> ShippedScenarios() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (file.path.ends_with(".txtpb")) names.emplace_back(file.path.substr(0, file.path.size() - 6));
  }
  return names;
}

std::vector<std::string> EmbeddedSources() {
  constexpr std::string_view kData = "data/";
  std::set<std::string> names;
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (!file.path.starts_with(kData)) continue;
    const std::string_view rest = file.path.substr(kData.size());
    names.emplace(rest.substr(0, rest.find('/')));
  }
  return {names.begin(), names.end()};
}

}  // namespace scenarios
