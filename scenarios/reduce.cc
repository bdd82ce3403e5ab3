#include "scenarios/reduce.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "protocols/core/params.h"
#include "scenarios/swarm.h"

namespace scenarios {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using faultline::scenarios::Cluster;
using faultline::scenarios::Parameter;
using faultline::scenarios::Window;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::RepeatedPtrField;

// --- settings --------------------------------------------------------------------

// One field that is not at its default, and how to bring it back there.
struct Setting {
  std::string path;
  std::string value;
  std::function<void()> clear;
};

// What a setting is not: what the experiment is about, and what has parts of its own.
constexpr std::string_view kFixed[] = {"cluster.protocol", "cluster.nodes",   "workload.clients", "run.duration",
                                       "run.settle",       "run.seed",        "run.seeds",        "run.max_events",
                                       "traces.source",    "traces.generated"};

bool IsFixed(const std::string& path) {
  return std::find(std::begin(kFixed), std::end(kFixed), path) != std::end(kFixed);
}

std::string ValueOf(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(reflection.GetUInt32(message, &field));
    default:
      return std::to_string(reflection.GetUInt64(message, &field));
  }
}

// Lists hold no settings but for parameters, which are added by name.
void AddSettings(Message& message, const std::string& prefix, std::vector<Setting>& settings) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = prefix + field->name();
    if (field->is_repeated() || IsFixed(path)) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddSettings(*reflection.MutableMessage(&message, field), path + ".", settings);
    } else {
      settings.push_back({path, ValueOf(message, *field),
                          [&message, field] { message.GetReflection()->ClearField(&message, field); }});
    }
  }
}

void Remove(RepeatedPtrField<Parameter>& list, const std::string& key) {
  for (int i = 0; i < list.size(); ++i) {
    if (list.Get(i).key() == key) return list.DeleteSubrange(i, 1);
  }
}

std::vector<Setting> SettingsOf(SeedFile& file) {
  std::vector<Setting> settings;
  faultline::scenarios::Scenario& scenario = *file.mutable_scenario();
  Cluster& cluster = *scenario.mutable_cluster();
  AddSettings(cluster, "cluster.", settings);
  for (const Parameter& parameter : cluster.config()) {
    settings.push_back({"cluster.config." + parameter.key(), parameter.value(),
                        [&cluster, key = parameter.key()] { Remove(*cluster.mutable_config(), key); }});
  }
  if (cluster.regions_size() > 0) {
    settings.push_back({"cluster.regions", std::to_string(cluster.regions_size()), [&cluster] {
                          cluster.clear_regions();
                          cluster.clear_region_links();
                        }});
  }
  if (scenario.has_workload()) AddSettings(*scenario.mutable_workload(), "workload.", settings);
  if (scenario.has_traces()) AddSettings(*scenario.mutable_traces(), "traces.", settings);
  if (scenario.has_run()) AddSettings(*scenario.mutable_run(), "run.", settings);
  return settings;
}

// Blocks in which nothing is left say nothing, but for those that are there or not.
void Prune(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    Message& inner = *reflection.MutableMessage(&message, field);
    Prune(inner);
    std::vector<const FieldDescriptor*> left;
    inner.GetReflection()->ListFields(inner, &left);
    if (left.empty()) reflection.ClearField(&message, field);
  }
}

SeedFile WithoutSettings(SeedFile file, std::size_t begin, std::size_t end) {
  const std::vector<Setting> settings = SettingsOf(file);
  for (std::size_t i = begin; i < std::min(end, settings.size()); ++i) settings[i].clear();
  Prune(*file.mutable_scenario()->mutable_cluster());
  if (file.scenario().has_run()) Prune(*file.mutable_scenario()->mutable_run());
  return file;
}

// --- victims ---------------------------------------------------------------------

// Of windows with one victim, that one is no part: the window is.
std::size_t CountVictims(const SeedFile& file) {
  std::size_t count = 0;
  for (const Window& window : file.windows()) {
    if (window.nodes_size() > 1) count += static_cast<std::size_t>(window.nodes_size());
  }
  return count;
}

SeedFile WithoutVictims(SeedFile file, std::size_t begin, std::size_t end) {
  RepeatedPtrField<Window> windows;
  std::size_t place = 0;
  for (Window& window : *file.mutable_windows()) {
    if (window.nodes_size() > 1) {
      google::protobuf::RepeatedField<std::uint32_t> kept;
      for (const std::uint32_t node : window.nodes()) {
        if (place < begin || place >= end) kept.Add(node);
        ++place;
      }
      if (kept.empty()) continue;  // one that strikes nobody is none
      *window.mutable_nodes() = std::move(kept);
    }
    *windows.Add() = std::move(window);
  }
  *file.mutable_windows() = std::move(windows);
  return file;
}

// --- clients ---------------------------------------------------------------------

// Those that ask something, in the order of their numbers.
std::vector<std::uint32_t> ClientsOf(const SeedFile& file) {
  std::vector<std::uint32_t> clients;
  for (const auto& request : file.requests().request()) clients.push_back(request.client());
  std::sort(clients.begin(), clients.end());
  clients.erase(std::unique(clients.begin(), clients.end()), clients.end());
  return clients;
}

SeedFile WithoutClients(SeedFile file, std::size_t begin, std::size_t end) {
  const std::vector<std::uint32_t> clients = ClientsOf(file);
  auto& requests = *file.mutable_requests()->mutable_request();
  requests.erase(
      std::remove_if(requests.begin(), requests.end(),
                     [&](const auto& request) {
                       const auto rank = static_cast<std::size_t>(
                           std::lower_bound(clients.begin(), clients.end(), request.client()) - clients.begin());
                       return begin <= rank && rank < end;
                     }),
      requests.end());
  return file;
}

// --- times -----------------------------------------------------------------------

// A text that holds a duration. What cannot be read stays: whoever resolves the file says so.
using Change = std::function<Duration(Duration)>;

void ChangeTime(std::string* text, const Change& change) {
  const absl::StatusOr<Duration> time = core::ParseDuration(*text);
  if (time.ok()) *text = core::FormatDuration(std::max(change(*time), Duration{}));
}

// In order: of the windows, the requests, the exports, and the length of the storm.
std::vector<std::string*> TimesOf(SeedFile& file) {
  std::vector<std::string*> times;
  for (Window& window : *file.mutable_windows()) {
    times.push_back(window.mutable_begin());
    times.push_back(window.mutable_end());
  }
  if (file.has_requests()) {
    for (auto& request : *file.mutable_requests()->mutable_request()) times.push_back(request.mutable_at());
  }
  for (auto& input : *file.mutable_input()) times.push_back(input.mutable_at());
  times.push_back(file.mutable_scenario()->mutable_run()->mutable_duration());
  return times;
}

void ChangeTimes(SeedFile& file, const Change& change) {
  for (std::string* time : TimesOf(file)) ChangeTime(time, change);
}

Duration TimeOf(const std::string& text) {
  const absl::StatusOr<Duration> time = core::ParseDuration(text);
  return time.ok() ? *time : Duration{};
}

Duration FirstTime(const SeedFile& file) {
  Duration first = Duration::max();
  for (const Window& window : file.windows()) first = std::min(first, TimeOf(window.begin()));
  for (const auto& request : file.requests().request()) first = std::min(first, TimeOf(request.at()));
  for (const auto& input : file.input()) first = std::min(first, TimeOf(input.at()));
  return first == Duration::max() ? Duration{} : first;
}

constexpr Duration kLeastStorm = 1ms;  // what a scenario must have

// --- nodes -----------------------------------------------------------------------

SeedFile WithNodes(SeedFile file, std::uint32_t nodes, bool others_take_part) {
  const auto place = [&](std::uint32_t node) { return others_take_part ? node % nodes : node; };
  Cluster& cluster = *file.mutable_scenario()->mutable_cluster();
  cluster.set_nodes(nodes);
  cluster.clear_regions();
  cluster.clear_region_links();
  auto& windows = *file.mutable_windows();
  for (int i = windows.size(); i-- > 0;) {
    Window& window = *windows.Mutable(i);
    const bool struck = window.nodes_size() > 0;
    google::protobuf::RepeatedField<std::uint32_t> kept;
    for (const std::uint32_t node : window.nodes()) {
      const std::uint32_t at = place(node);
      if (at < nodes && std::find(kept.begin(), kept.end(), at) == kept.end()) kept.Add(at);
    }
    *window.mutable_nodes() = std::move(kept);
    if (struck && window.nodes().empty()) windows.DeleteSubrange(i, 1);
  }
  if (file.has_requests()) {
    for (auto& request : *file.mutable_requests()->mutable_request()) request.set_node(request.node() % nodes);
  }
  return file;
}

// --- descriptions ----------------------------------------------------------------

std::string DescribeWindow(const Window& window) {
  std::string text = window.kind();
  for (const std::uint32_t node : window.nodes()) text += " n" + std::to_string(node);
  if (!window.when().empty()) text += "  when " + window.when();
  return text + "  " + window.begin() + ".." + window.end();
}

std::string DescribeVictim(const SeedFile& file, std::size_t place) {
  for (const Window& window : file.windows()) {
    if (window.nodes_size() < 2) continue;
    if (place < static_cast<std::size_t>(window.nodes_size()))
      return window.kind() + " of n" + std::to_string(window.nodes(static_cast<int>(place)));
    place -= static_cast<std::size_t>(window.nodes_size());
  }
  return "";
}

template <class List>
void RemoveRange(List& list, std::size_t begin, std::size_t end) {
  const std::size_t last = std::min(end, static_cast<std::size_t>(list.size()));
  if (begin < last) list.DeleteSubrange(static_cast<int>(begin), static_cast<int>(last - begin));
}

}  // namespace

std::size_t CountParts(const SeedFile& file, Part part) {
  switch (part) {
    case Part::kWindow:
      return static_cast<std::size_t>(file.windows_size());
    case Part::kVictim:
      return CountVictims(file);
    case Part::kClient:
      return ClientsOf(file).size();
    case Part::kRequest:
      return static_cast<std::size_t>(file.requests().request_size());
    case Part::kExport:
      return static_cast<std::size_t>(file.input_size());
    case Part::kSetting: {
      SeedFile copy;
      *copy.mutable_scenario() = file.scenario();
      return SettingsOf(copy).size();
    }
  }
  return 0;
}

SeedFile WithoutParts(const SeedFile& file, Part part, std::size_t begin, std::size_t end) {
  SeedFile less = file;
  switch (part) {
    case Part::kWindow:
      RemoveRange(*less.mutable_windows(), begin, end);
      break;
    case Part::kVictim:
      return WithoutVictims(std::move(less), begin, end);
    case Part::kClient:
      return WithoutClients(std::move(less), begin, end);
    case Part::kRequest:
      RemoveRange(*less.mutable_requests()->mutable_request(), begin, end);
      break;
    case Part::kExport:
      RemoveRange(*less.mutable_input(), begin, end);
      break;
    case Part::kSetting:
      return WithoutSettings(std::move(less), begin, end);
  }
  return less;
}

std::string DescribePart(const SeedFile& file, Part part, std::size_t place) {
  const int at = static_cast<int>(place);
  switch (part) {
    case Part::kWindow:
      return DescribeWindow(file.windows(at));
    case Part::kVictim:
      return DescribeVictim(file, place);
    case Part::kClient:
      return "c" + std::to_string(ClientsOf(file)[place]);
    case Part::kRequest: {
      const faultline::scenarios::Request& request = file.requests().request(at);
      return "c" + std::to_string(request.client()) + " asks n" + std::to_string(request.node()) + "  " + request.at();
    }
    case Part::kExport:
      return "export  " + file.input(at).at();
    case Part::kSetting: {
      SeedFile copy;
      *copy.mutable_scenario() = file.scenario();
      const Setting setting = SettingsOf(copy)[place];
      return setting.path + "  " + setting.value;
    }
  }
  return "";
}

SeedFileSize SizeOf(const SeedFile& file) {
  return {CountParts(file, Part::kWindow), CountParts(file, Part::kRequest) + CountParts(file, Part::kExport),
          file.scenario().cluster().nodes(), file.scenario().workload().clients(), CountParts(file, Part::kSetting)};
}

std::optional<SeedFile> EndingAt(const SeedFile& file, Duration end) {
  end = std::max(end, kLeastStorm);
  if (TimeOf(file.scenario().run().duration()) <= end) return std::nullopt;
  SeedFile less = file;
  less.mutable_scenario()->mutable_run()->set_duration(core::FormatDuration(end));
  less.mutable_scenario()->mutable_run()->clear_warm_up();
  less.mutable_scenario()->mutable_run()->clear_quiet();
  auto& windows = *less.mutable_windows();
  for (int i = windows.size(); i-- > 0;) {
    if (TimeOf(windows.Get(i).begin()) > end) {
      windows.DeleteSubrange(i, 1);
    } else if (TimeOf(windows.Get(i).end()) > end) {
      windows.Mutable(i)->set_end(core::FormatDuration(end));
    }
  }
  if (less.has_requests()) {
    auto& requests = *less.mutable_requests()->mutable_request();
    while (!requests.empty() && TimeOf(requests.rbegin()->at()) > end) requests.RemoveLast();
  }
  auto& input = *less.mutable_input();
  while (!input.empty() && TimeOf(input.rbegin()->at()) > end) input.RemoveLast();
  return less;
}

std::optional<SeedFile> SettlingLess(const SeedFile& file) {
  const std::string least = std::to_string(kFewestTimeouts) + " timeouts";
  if (file.scenario().run().settle() == least) return std::nullopt;
  SeedFile less = file;
  less.mutable_scenario()->mutable_run()->set_settle(least);
  return less;
}

std::vector<SeedFile> WithFewerNodes(const SeedFile& file) {
  std::vector<SeedFile> smaller;
  for (std::uint32_t nodes = 1; nodes < file.scenario().cluster().nodes(); ++nodes) {
    smaller.push_back(WithNodes(file, nodes, false));
    smaller.push_back(WithNodes(file, nodes, true));
  }
  return smaller;
}

std::vector<SeedFile> WithFewerClients(const SeedFile& file) {
  std::vector<SeedFile> smaller;
  if (!file.has_requests()) return smaller;
  std::map<std::uint32_t, std::uint32_t> ranks;
  for (const auto& request : file.requests().request()) ranks.emplace(request.client(), 0);
  std::uint32_t count = 0;
  for (auto& [client, rank] : ranks) rank = count++;
  const auto add = [&](std::uint32_t clients, bool renumbered) {
    if (clients >= file.scenario().workload().clients() && !renumbered) return;
    SeedFile changed = file;
    changed.mutable_scenario()->mutable_workload()->set_clients(clients);
    if (renumbered) {
      for (auto& request : *changed.mutable_requests()->mutable_request()) request.set_client(ranks[request.client()]);
    }
    if (changed.SerializeAsString() != file.SerializeAsString()) smaller.push_back(std::move(changed));
  };
  add(std::max(count, 1u), true);
  add(ranks.empty() ? 1 : ranks.rbegin()->first + 1, false);
  return smaller;
}

std::vector<SeedFile> Sooner(const SeedFile& file) {
  std::vector<SeedFile> sooner;
  const auto add = [&](const Change& change) {
    SeedFile changed = file;
    ChangeTimes(changed, change);
    sooner.push_back(std::move(changed));
  };
  for (const int divisor : {8, 4, 2}) add([divisor](Duration time) { return time / divisor; });
  const Duration first = FirstTime(file);
  for (const Duration idle : {first, first / 2, first / 4}) {
    if (idle >= 1ms) add([idle](Duration time) { return time - idle; });
  }
  for (const int tenths : {7, 9}) add([tenths](Duration time) { return time * tenths / 10; });
  return sooner;
}

std::vector<SeedFile> Rounder(const SeedFile& file, Duration unit) {
  std::vector<SeedFile> rounder;
  const auto nearest = [unit](Duration time) { return (time + unit / 2) / unit * unit; };
  SeedFile all = file;
  const std::size_t count = TimesOf(all).size();
  ChangeTimes(all, nearest);
  const std::string before = file.SerializeAsString();
  if (all.SerializeAsString() == before) return rounder;
  rounder.push_back(std::move(all));
  for (std::size_t i = 0; i < count; ++i) {
    SeedFile one = file;
    ChangeTime(TimesOf(one)[i], nearest);
    if (one.SerializeAsString() != before) rounder.push_back(std::move(one));
  }
  return rounder;
}

}  // namespace scenarios
