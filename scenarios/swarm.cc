#include "scenarios/swarm.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "protocols/core/chooser.h"
#include "sim/distribution.h"
#include "sim/fault.h"

namespace scenarios {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using sim::FaultParameter;
using Form = FaultParameter::Form;

// Draws for one part of the scenario, named by it: a part more or less shifts no other.
class Stream {
 public:
  Stream(core::Chooser& chooser, std::string_view part)
      : chooser_(chooser), name_{core::Purpose::kSwarm, static_cast<std::uint32_t>(NameOf(part)), 0, 0} {}

  std::uint64_t operator()(std::uint64_t bound) {
    ++name_.occurrence;
    return chooser_.Choose(name_, bound);
  }
  bool Chance(std::uint32_t percent) { return (*this)(100) < percent; }
  template <class List>
  auto OneOf(const List& list) {
    return list[(*this)(std::size(list))];
  }
  // Two digits are enough for a magnitude and easier to read.
  std::uint64_t Magnitude(std::uint64_t low, std::uint64_t high) {
    const std::uint64_t drawn = sim::LogUniform(low, high, *this);
    std::uint64_t unit = 1;
    while (drawn / unit >= 100) unit *= 10;
    return std::clamp(drawn / unit * unit, low, high);
  }
  Duration Length(Duration low, Duration high) {
    const auto from = static_cast<std::uint64_t>(low.count());
    return Duration{static_cast<Duration::rep>(Magnitude(from, static_cast<std::uint64_t>(high.count())))};
  }

 private:
  static std::uint64_t NameOf(std::string_view part) { return core::FingerprintOf(std::string(part)).high; }

  core::Chooser& chooser_;
  core::ChoiceName name_;
};

std::string Range(Duration from, Duration to) { return core::FormatBetween({from, to}); }

class Swarm {
 public:
  Swarm(const Scenario& base, std::uint64_t seed, const DrawConfig& configure)
      : scenario_(base), chooser_(seed), configure_(configure) {}

  Scenario Draw() {
    DrawCluster();
    DrawLoad();
    DrawRun();
    DrawFaults();
    scenario_.clear_swarm();
    return std::move(scenario_);
  }

 private:
  Stream Of(std::string_view part) { return Stream(chooser_, part); }

  void DrawCluster();
  void DrawNetwork(faultline::scenarios::Link& link);
  void DrawRegions(faultline::scenarios::Cluster& cluster);
  void DrawDisk(faultline::scenarios::Disk& disk);
  void DrawClock(faultline::scenarios::Clock& clock);
  void DrawLoad();
  Duration DrawTimeout(Stream& draw);
  void DrawClients(faultline::scenarios::Workload& workload);
  void DrawMix(faultline::scenarios::Workload& workload);
  void DrawTraces(faultline::scenarios::Traces& traces);
  void DrawRun();
  void DrawFaults();
  void DrawFault(const sim::FaultKind& kind);

  Scenario scenario_;
  core::Seeded chooser_;
  const DrawConfig& configure_;
  Duration delay_ = 5ms;  // of a packet, as a rule
  Duration sync_ = 5ms;   // of a disk
};

void Swarm::DrawCluster() {
  faultline::scenarios::Cluster& cluster = *scenario_.mutable_cluster();
  if (cluster.nodes() == 0) cluster.set_nodes(static_cast<std::uint32_t>(1 + Of("nodes")(7)));
  if (!cluster.has_network()) {
    DrawNetwork(*cluster.mutable_network());
    if (cluster.regions().empty()) DrawRegions(cluster);
  }
  if (!cluster.has_disk()) DrawDisk(*cluster.mutable_disk());
  if (!cluster.has_clock()) DrawClock(*cluster.mutable_clock());
  if (cluster.config_size() > 0) return;
  Stream draw = Of("config");
  for (const core::Parameter& parameter : configure_(2 * (delay_ + sync_), std::ref(draw))) {
    faultline::scenarios::Parameter& added = *cluster.add_config();
    added.set_key(parameter.key);
    added.set_value(parameter.value);
  }
}

// What goes wrong is the business of the faults: by nature a network is only slow.
void Swarm::DrawNetwork(faultline::scenarios::Link& link) {
  Stream draw = Of("network");
  delay_ = draw.Length(100us, 30ms);
  const std::string mean = core::FormatDuration(delay_);
  switch (draw(4)) {
    case 0:
      link.set_latency(mean);
      break;
    case 1:
      link.set_latency(Range(delay_ / 5, 2 * delay_));
      break;
    case 2:
      link.set_latency("exponential " + mean + " max " + core::FormatDuration(10 * delay_));
      break;
    default:
      link.set_latency("lognormal " + mean + " sigma 0.5 max " + core::FormatDuration(10 * delay_));
  }
  if (draw.Chance(30)) link.set_fifo(true);
  if (draw.Chance(30)) link.set_jitter(core::FormatDuration(delay_ / 2));
  if (draw.Chance(30)) link.set_base_latency(Range(0ms, delay_));
  if (draw.Chance(30)) link.set_correlation(draw.OneOf(std::array{"25%", "50%", "75%"}));
}

// A quarter of the clusters that are large enough lie in two or three regions.
void Swarm::DrawRegions(faultline::scenarios::Cluster& cluster) {
  Stream draw = Of("regions");
  const bool spread = draw.Chance(25);
  const auto count = static_cast<std::uint32_t>(2 + draw(2));
  const Duration between = draw.Length(1ms, 50ms);
  if (!spread || cluster.nodes() < count) return;
  for (std::uint32_t region = 0; region < count; ++region) {
    faultline::scenarios::Region& added = *cluster.add_regions();
    added.set_name("r" + std::to_string(region));
    added.set_nodes(cluster.nodes() / count + (region < cluster.nodes() % count ? 1 : 0));
    for (std::uint32_t other = 0; other < region; ++other) {
      faultline::scenarios::RegionLink& link = *cluster.add_region_links();
      link.set_from("r" + std::to_string(other));
      link.set_to(added.name());
      link.set_latency(Range(between, between * 11 / 10));
    }
  }
  delay_ += between;  // what the configuration must suit
}

void Swarm::DrawDisk(faultline::scenarios::Disk& disk) {
  Stream draw = Of("disk");
  sync_ = draw.Length(50us, 20ms);
  disk.set_sync_latency(Range(sync_ / 2, 2 * sync_));
  disk.set_torn(draw.OneOf(std::array{"0%", "50%", "100%"}));
  disk.set_order(draw.OneOf(std::array{"prefix", "barrier", "arbitrary"}));
  if (draw.Chance(50)) disk.set_read_latency(Range(sync_, 20 * sync_));
}

void Swarm::DrawClock(faultline::scenarios::Clock& clock) {
  Stream draw = Of("clock");
  if (draw.Chance(30)) return;
  clock.set_offset(draw.OneOf(std::array{"0s", "1ms", "100ms", "5s"}));
  clock.set_drift(draw.OneOf(std::array{"0ppm", "50ppm", "200ppm", "500ppm"}));
  if (draw.Chance(30)) clock.set_timer_slack("bimodal 0s..1ms slow 0.1% 10ms..100ms");
}

void Swarm::DrawLoad() {
  Stream draw = Of("load");
  if (!scenario_.has_workload() && !scenario_.has_traces()) {
    draw.Chance(50) ? scenario_.mutable_workload()->Clear() : scenario_.mutable_traces()->Clear();
  }
  if (scenario_.has_workload()) DrawClients(*scenario_.mutable_workload());
  if (scenario_.has_traces()) DrawTraces(*scenario_.mutable_traces());
}

// Who gives up before an answer can come is never served; that is a misconfiguration, not a fault.
Duration Swarm::DrawTimeout(Stream& draw) { return draw.Length(200ms, 2s) + 10 * (delay_ + sync_); }

void Swarm::DrawClients(faultline::scenarios::Workload& workload) {
  Stream draw = Of("clients");
  if (workload.clients() == 0) workload.set_clients(static_cast<std::uint32_t>(1 + draw(8)));
  const Duration think = draw.Length(5ms, 500ms);
  if (workload.think().empty()) workload.set_think(Range(think / 5, think));
  if (workload.timeout().empty()) workload.set_timeout(core::FormatDuration(DrawTimeout(draw)));
  DrawMix(workload);
}

// Who reads often and few keys sees most of what goes wrong; who writes often makes it.
void Swarm::DrawMix(faultline::scenarios::Workload& workload) {
  Stream draw = Of("mix");
  const auto keys = static_cast<std::uint32_t>(draw.Magnitude(1, 64));
  const char* reads = draw.OneOf(std::array{"10%", "50%", "90%"});
  const char* hot = draw.OneOf(std::array{"0%", "0%", "25%", "75%"});
  if (workload.keys() == 0) workload.set_keys(keys);
  if (workload.reads().empty()) workload.set_reads(reads);
  if (workload.hot().empty()) workload.set_hot(hot);
  Stream order = Of("orders");
  const char* changes = order.OneOf(std::array{"0%", "0%", "2%", "10%"});
  const char* transfers = order.OneOf(std::array{"0%", "0%", "1%", "5%"});
  if (workload.changes().empty()) workload.set_changes(changes);
  if (workload.transfers().empty()) workload.set_transfers(transfers);
}

void Swarm::DrawTraces(faultline::scenarios::Traces& traces) {
  Stream draw = Of("traces");
  const auto services = static_cast<std::uint32_t>(1 + draw(5));
  const Duration every = draw.Length(20ms, 500ms);
  const Duration work = draw.Length(1ms, 50ms);
  const auto depth = static_cast<std::uint32_t>(1 + draw(4));
  const auto fan_out = static_cast<std::uint32_t>(1 + draw(3));
  if (!traces.has_generated() && traces.source().empty()) {
    faultline::scenarios::Generated& generated = *traces.mutable_generated();
    generated.set_services(services);
    generated.set_every(Range(every / 2, 2 * every));
    generated.set_work(Range(work / 5, work));
    generated.set_depth(depth);
    generated.set_fan_out(fan_out);
  }
  const Duration schedule = draw.Length(50ms, 2s);
  const Duration timeout = DrawTimeout(draw);
  const Duration backoff = draw.Length(50ms, 500ms);
  if (traces.has_exporter()) return;
  faultline::scenarios::Exporter& exporter = *traces.mutable_exporter();
  exporter.set_schedule_delay(core::FormatDuration(schedule));
  exporter.set_timeout(core::FormatDuration(timeout));
  exporter.set_initial_backoff(core::FormatDuration(backoff));
  exporter.set_max_backoff(core::FormatDuration(4 * backoff));
  if (draw.Chance(25)) exporter.set_max_queue(static_cast<std::uint32_t>(draw.Magnitude(16, 256)));
}

void Swarm::DrawRun() {
  faultline::scenarios::Run& run = *scenario_.mutable_run();
  Stream draw = Of("run");
  const std::uint64_t timeouts = kFewestTimeouts + draw(41);
  const std::uint64_t order = draw(4);
  const std::uint64_t depth = 2 + draw(4);
  const Duration quantum = draw.Length(10us, 5ms);
  const bool coarse = draw.Chance(50);
  const bool quorum = draw.Chance(80);
  const bool calms_down = draw.Chance(50);
  const Duration quiet_every = draw.Length(500ms, 4s);
  const Duration quiet_lasts = draw.Length(200ms, 2s);
  if (run.duration().empty()) run.set_duration("10s");
  if (run.warm_up().empty()) run.set_warm_up("1s");
  if (!run.has_quiet() && calms_down) {
    run.mutable_quiet()->set_every(Range(quiet_every / 2, 2 * quiet_every));
    run.mutable_quiet()->set_lasts(Range(quiet_lasts / 4, quiet_lasts));
  }
  if (run.settle().empty()) run.set_settle(std::to_string(timeouts) + " timeouts");
  if (run.core().empty()) run.set_core(quorum ? "quorum" : "all");
  if (run.order().empty() && order == 2) run.set_order("random");
  if (run.order().empty() && order == 3) run.set_order("pct " + std::to_string(depth));
  if (run.quantum().empty() && !run.order().empty() && coarse) run.set_quantum(core::FormatDuration(quantum));
}

// Every tenth seed has none, every twentieth all, every twentieth a single one.
void Swarm::DrawFaults() {
  std::vector<const sim::FaultKind*> kinds;
  const auto& without = scenario_.swarm().without();
  for (const sim::FaultKind* kind : sim::FaultKinds()) {
    const bool excluded = std::find(without.begin(), without.end(), kind->name) != without.end();
    if (kind->beyond.empty() && !excluded) kinds.push_back(kind);
  }
  Stream draw = Of("faults");
  const std::uint64_t mode = draw(20);
  const std::size_t single = kinds.empty() ? 0 : draw(kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const bool drawn = Of("take part " + std::string(kinds[i]->name)).Chance(50);
    const bool takes_part = mode < 2 ? false : mode == 2 ? true : mode == 3 ? i == single : drawn;
    if (takes_part) DrawFault(*kinds[i]);
  }
}

std::uint32_t Parts(std::string_view text) { return core::ParsePartsPerBillion(text).value(); }

// A value within "low..high", drawn log-uniformly; times as a range that ends there.
std::string DrawValue(const FaultParameter& parameter, Stream& draw) {
  const std::string_view range = parameter.swarm;
  const std::size_t dots = range.find("..");
  const std::string_view low = range.substr(0, dots);
  const std::string_view high = dots == std::string_view::npos ? low : range.substr(dots + 2);
  switch (parameter.form) {
    case Form::kDuration: {
      const core::Between between = core::ParseBetween(range).value();
      const Duration most = draw.Length(between.min, between.max);
      return Range(std::max(most / 10, between.min), most);
    }
    case Form::kShare:
      return core::FormatPartsPerBillion(static_cast<std::uint32_t>(draw.Magnitude(Parts(low), Parts(high))));
    case Form::kCount:
      return std::to_string(draw.Magnitude(core::ParseCount(low).value(), core::ParseCount(high).value()));
    case Form::kFlag:
    case Form::kWord: {
      std::vector<std::string_view> words;
      for (std::string_view rest = range; !rest.empty();) {
        const std::size_t bar = rest.find('|');
        words.push_back(rest.substr(0, bar));
        rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
      }
      return std::string(draw.OneOf(words));
    }
  }
  return "";
}

void Swarm::DrawFault(const sim::FaultKind& kind) {
  Stream draw = Of("fault " + std::string(kind.name));
  faultline::scenarios::Fault& fault = *scenario_.add_faults();
  fault.set_kind(std::string(kind.name));
  const Duration every = draw.Length(500ms, 5s);
  const Duration lasts = draw.Length(20ms, 2500ms);
  fault.set_every(Range(every / 2, 2 * every));
  fault.set_lasts(Range(lasts / 4, lasts));
  constexpr std::array kTargets{"leader",   "follower",  "any", "minority", "shortest_log",
                                "majority", "candidate", "all", "voter",    "in_doubt"};
  const char* target = draw.OneOf(kTargets);
  if (draw.Chance(50)) fault.add_targets(target);
  for (const FaultParameter& parameter : kind.parameters) {
    if (parameter.swarm.empty()) continue;
    faultline::scenarios::Parameter& added = *fault.add_params();
    added.set_key(std::string(parameter.name));
    Stream magnitude = Of("fault " + std::string(kind.name) + " " + std::string(parameter.name));
    added.set_value(DrawValue(parameter, magnitude));
  }
}

}  // namespace

Scenario DrawSwarm(const Scenario& base, std::uint64_t seed, const DrawConfig& configure) {
  return Swarm(base, seed, configure).Draw();
}

core::Fingerprint ConfigurationOf(const Scenario& scenario) { return core::FingerprintOf(PrintText(scenario)); }

}  // namespace scenarios
