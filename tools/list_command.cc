// list: what there is, one line each.
#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "invariants/consistency/check.h"
#include "protocols/tracing/json.h"
#include "scenarios/load.h"
#include "sim/targets.h"
#include "tools/catalog.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/registries.h"

namespace tools {
namespace {

// One thing, with whatever it says about itself.
struct Item {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters;
  std::string source_key;  // of JSON: "source", "protocol"
  std::string source;
  std::vector<std::string> functions{};
  std::vector<std::pair<std::string, std::vector<std::string>>> words{};  // that scenarios may use, by what they are
};

std::vector<std::string> Without(std::vector<std::string> list, const std::vector<std::string>& others) {
  std::erase_if(list, [&](const std::string& one) { return std::ranges::find(others, one) != others.end(); });
  return list;
}

std::vector<Item> Protocols() {
  std::vector<Item> items;
  for (const auto& [name, protocol] : Catalog()) {
    items.push_back({name, protocol.summary, protocol.parameters, "", ""});
    const Vocabulary &alone = protocol.of_clients, &collectors = protocol.of_collectors;
    items.back().words = {{"facts", alone.facts},
                          {"messages", alone.messages},
                          {"facts_of_collectors", Without(collectors.facts, alone.facts)},
                          {"messages_of_collectors", Without(collectors.messages, alone.messages)}};
  }
  return items;
}

std::vector<Item> FaultItems() {
  std::vector<Item> items;
  for (const FaultEntry& entry : Faults()) items.push_back({entry.name, entry.summary, entry.parameters, "", ""});
  return items;
}

std::vector<Item> InvariantItems() {
  std::vector<Item> items;
  for (const InvariantEntry& entry : Invariants())
    items.push_back({entry.name, entry.statement, {}, "source", entry.source});
  return items;
}

std::vector<Item> TargetItems() {
  std::vector<Item> items;
  for (const sim::Target& target : sim::Targets())
    items.push_back({std::string(target.name), std::string(target.summary), {}, "", ""});
  return items;
}

std::vector<Item> ModelItems() {
  std::vector<Item> items;
  for (const consistency::Model& model : consistency::Models()) {
    items.push_back({std::string(model.name), std::string(model.summary), {}, "", ""});
    for (const consistency::Function function : model.functions)
      items.back().functions.emplace_back(consistency::NameOf(function));
  }
  return items;
}

std::vector<Item> ConsistencyItems() {
  std::vector<Item> items;
  for (const consistency::ConsistencyName& c : consistency::Consistencies())
    items.push_back({std::string(c.name), std::string(c.summary), {}, "column", std::string(c.column)});
  return items;
}

absl::StatusOr<std::vector<Item>> ScenarioItems() {
  std::vector<Item> items;
  for (const std::string& name : scenarios::ShippedScenarios()) {
    const absl::StatusOr<scenarios::LoadedScenario> scenario = scenarios::LoadScenario(name);
    if (!scenario.ok()) return scenario.status();
    items.push_back({name, scenario->plan.summary, {}, "protocol", scenario->plan.protocol});
  }
  return items;
}

absl::StatusOr<std::vector<Item>> Items(const std::string& what) {
  if (what == "protocols") return Protocols();
  if (what == "faults") return FaultItems();
  if (what == "targets") return TargetItems();
  if (what == "invariants") return InvariantItems();
  if (what == "models") return ModelItems();
  if (what == "consistencies") return ConsistencyItems();
  return ScenarioItems();
}

std::string TextOf(const std::vector<Item>& items, bool verbose) {
  std::size_t width = 0;
  for (const Item& item : items) width = std::max(width, item.name.size());
  std::string text;
  for (const Item& item : items) {
    text += item.name + std::string(width + 2 - item.name.size(), ' ') + item.summary;
    const std::string more = item.functions.empty() ? item.source : absl::StrJoin(item.functions, ", ");
    if (!more.empty() && more != item.name) text += "  (" + more + ")";
    text += "\n";
    if (!verbose) continue;
    for (const Parameter& p : item.parameters)
      text += std::string(width + 2, ' ') + p.name + "  " + p.fallback + "  " + p.help + "\n";
    for (const auto& [what, words] : item.words)
      if (!words.empty())
        text += std::string(width + 2, ' ') + absl::StrReplaceAll(what, {{"_", " "}}) + ": " +
                absl::StrJoin(words, ", ") + "\n";
  }
  return text;
}

void Write(const std::vector<Parameter>& parameters, tracing::JsonWriter& out) {
  out.Key("parameters");
  out.BeginArray();
  for (const Parameter& parameter : parameters) {
    out.BeginObject();
    out.Key("name");
    out.String(parameter.name);
    out.Key("default");
    out.String(parameter.fallback);
    out.Key("help");
    out.String(parameter.help);
    out.EndObject();
  }
  out.EndArray();
}

void Write(const std::string& key, const std::vector<std::string>& words, tracing::JsonWriter& out) {
  out.Key(key);
  out.BeginArray();
  for (const std::string& word : words) out.String(word);
  out.EndArray();
}

std::string JsonOf(const std::string& what, const std::vector<Item>& items) {
  tracing::JsonWriter out;
  out.BeginObject();
  out.Key(what);
  out.BeginArray();
  for (const Item& item : items) {
    out.BeginObject();
    out.Key("name");
    out.String(item.name);
    out.Key("summary");
    out.String(item.summary);
    if (!item.functions.empty()) {
      Write("functions", item.functions, out);
    } else if (!item.source_key.empty()) {
      out.Key(item.source_key);
      out.String(item.source);
    } else {
      Write(item.parameters, out);
    }
    for (const auto& [key, words] : item.words) Write(key, words, out);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return out.Take() + "\n";
}

}  // namespace

int ListCommand(const ListOptions& options) {
  const absl::StatusOr<std::vector<Item>> items = Items(options.what);
  if (!items.ok()) return PrintErrors(items.status());
  Print(options.output.json ? JsonOf(options.what, *items) : TextOf(*items, options.output.verbose));
  return items->empty() ? kInconclusive : kAsExpected;
}

}  // namespace tools
