// Script: a conversation with the nodes of any protocol, read from a text file.
//
// A conversation is exchanges: lines that say what happens, `----`, what the
// nodes did, a blank line (the form of CockroachDB's and etcd's datadriven
// tests). Nothing happens unless a line says so: no packet moves, no timer
// expires and no write becomes durable by itself, so a schedule of a paper can
// be told step by step. The nodes run in core::Host: what they send before a
// sync is shown when it leaves, not before.
//
//   config election_timeout 1s   before `nodes`; a parameter of the protocol
//   nodes 3                      starts n0, n1 and n2
//   request c1#1 n0 put 7 42     a client asks; the request's fields in their order
//   deliver n0->n1               the oldest message on that link arrives
//   deliver n0->n1 RequestVote   the oldest of that type
//   deliver n0->n1 newest        the newest: it overtakes the others
//   deliver n0->n1 all           all that are on that link now; * is any node
//   deliver all                  all that are in flight now, oldest first
//   drop …                       the same messages are lost
//   repeat …                     a copy arrives, the message stays in flight
//   sync n1, sync all            what was written is durable
//   settle                       sync all and deliver all until nothing is left
//   crash n1                     loses what was not synced
//   crash n1 keeping 2           only the first 2 records survive, synced or not
//   restart n1
//   expire n1 Election           an armed timer fires
//   wait 200ms                   the clocks of all nodes go on by that much; timers do not fire by themselves
//   choose 0 2                   answers to the next draws, of whatever node
//   state n1                     the node, field by field
//   state n1 Leader Log          only its fields of these types, or lists of them; it must have them
//   in flight                    the messages, oldest first
//   expect holds                 no invariant is violated so far
//   expect violated vote-once    this one is; without it, a violation fails the conversation
//   quietly VERB …               the same, not shown
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <deque>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "invariants/invariant.h"
#include "protocols/core/host.h"
#include "protocols/core/params.h"
#include "protocols/core/text.h"
#include "tools/bind.h"

namespace harness {

// The words of one line, taken from the front. The first mistake is kept: after
// it there are no more words, and every one that is taken is empty.
class Line {
 public:
  explicit Line(std::string_view text);

  bool empty() const { return words_.empty(); }
  bool Next(std::string_view expected);  // takes the word if it is this one
  std::string Word(std::string_view wanted);
  std::uint64_t Count(std::string_view wanted);
  std::uint64_t Labelled(char label, std::string_view wanted);  // "n3": 3
  std::string Rest();                                           // all that is left
  void Refuse(std::string mistake);
  // Whatever is wrong with the line, also words left over.
  absl::Status Mistake() const;

 private:
  std::deque<std::string> words_;
  std::string mistake_;
};

// A link as scripts write it, "n0->n1", where * is any node.
struct Link {
  std::optional<core::NodeId> from, to;
  bool Matches(core::NodeId a, core::NodeId b) const { return (!from || *from == a) && (!to || *to == b); }
};
Link ParseLink(Line& line);

// Answers draws with what the script chose.
class Scripted final : public core::Chooser {
 public:
  std::deque<std::uint64_t> answers;
  std::string mistake;
  std::uint64_t Choose(const core::ChoiceName& name, std::uint64_t bound) override;
};

// A value from words, by its type; an aggregate is its fields in order, of
// which the last may be left out. A list is one word, "n0,n2", or "none".
template <class T>
void ParseValue(Line& line, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    const std::string word = line.Word("yes or no");
    if (word != "yes" && word != "no") line.Refuse("want yes or no, got \"" + word + "\"");
    value = word == "yes";
  } else if constexpr (std::is_same_v<T, core::NodeId>) {
    value = core::NodeId{static_cast<std::uint32_t>(line.Labelled('n', "a node such as n1"))};
  } else if constexpr (std::is_enum_v<T>) {
    constexpr int kMostEnumerators = 32;
    const std::string word = line.Word("the name of a value");
    for (int i = 0; i < kMostEnumerators; ++i) {
      std::string name = core::Text(static_cast<T>(i));
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      if (name != word) continue;
      value = static_cast<T>(i);
      return;
    }
    line.Refuse("no " + std::string(core::TypeName<T>()) + " is called \"" + word + "\"");
  } else if constexpr (std::is_integral_v<T>) {
    value = static_cast<T>(line.Count("a number"));
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = line.Word("a word");
  } else if constexpr (core::OptionalLike<T>) {
    if (line.Next("-")) {
      value.reset();
    } else {
      ParseValue(line, value.emplace());
    }
  } else if constexpr (core::RangeLike<T>) {
    std::istringstream word(line.Word("a list such as n0,n2, or none"));
    for (std::string element; std::getline(word, element, ',') && element != "none";) {
      Line one(element);
      ParseValue(one, value.emplace_back());
      if (absl::Status mistake = one.Mistake(); !mistake.ok()) line.Refuse(std::string(mistake.message()));
    }
  } else if constexpr (core::Aggregate<T>) {
    core::ForEachField(value, [&line](auto& field) {
      if (!line.empty()) ParseValue(line, field);
    });
  } else {
    line.Refuse("a " + std::string(core::TypeName<T>()) + " cannot be written in a script");
  }
}

// What plays a conversation.
class Interpreter {
 public:
  virtual ~Interpreter() = default;
  // What the nodes did, a line each; or what is wrong with the line.
  virtual absl::StatusOr<std::string> Say(std::string_view line) = 0;
  virtual absl::Status End() = 0;
};

// Plays the conversation `text` and answers it with what the nodes really did:
// the same text, if they did what it expects. Mistakes name the file and line.
absl::StatusOr<std::string> Play(std::string_view file, std::string_view text, Interpreter& interpreter);

template <core::Node N>
class Script final : public Interpreter {
 public:
  Script() = default;
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  absl::StatusOr<std::string> Say(std::string_view text) override {
    Line line(text);
    output_.clear();
    const bool quietly = line.Next("quietly");
    Obey(line.Word("a verb"), line);
    if (absl::Status mistake = line.Mistake(); !mistake.ok()) return mistake;
    if (!chooser_.mistake.empty()) return absl::InvalidArgumentError(chooser_.mistake);
    return quietly ? std::string() : output_;
  }

  absl::Status End() override {
    if (!chooser_.answers.empty()) return absl::InvalidArgumentError("a choice was never drawn");
    panel_.AtEnd();
    const auto* broken = panel_.broken();
    if (broken == nullptr || broken->name == expected_) return absl::OkStatus();
    return absl::InvalidArgumentError(broken->name + " is violated: " + broken->monitor->violation);
  }

 private:
  struct Envelope {
    core::NodeId from, to;
    typename N::Message message;
  };
  struct Place {
    core::Host<N> host;
    std::vector<typename N::Timer> armed;
    bool up = true;
  };
  // Time goes on when the script says so, and at the same pace everywhere.
  struct ScriptedClocks final : core::Clocks {
    core::Duration now{};
    core::LocalTime Local() const override { return core::LocalTime{now}; }
    core::WallTime Wall() const override { return core::WallTime{now}; }
    core::WallInterval WallBounds() const override { return {core::WallTime{now}, core::WallTime{now}}; }
  };

  // What one host does to the conversation.
  struct Sink {
    Script& script;
    core::NodeId self;

    void Print(std::string_view verb, const std::string& what) {
      script.output_ += core::Text(self) + std::string(verb) + what + "\n";
    }
    void Send(core::NodeId to, typename N::Message message) {
      Print("->", core::Text(to) + " " + core::Text(message));
      script.in_flight_.push_back({self, to, std::move(message)});
    }
    void Reply(core::RequestId to, const typename N::Reply& reply) {
      Print(" replies ", core::Text(to) + " " + core::Text(reply));
    }
    void Announce(const typename N::Fact& fact) {
      Print(" announces ", core::Text(fact));
      script.panel_.OnFact(self, fact);
      script.PrintViolation();
    }
    void Arm(const typename N::Timer& timer, core::Between) {
      Print(" arms ", core::Text(timer));
      Disarm(timer);
      Armed().push_back(timer);
    }
    void Cancel(const typename N::Timer& timer) {
      Print(" cancels ", core::Text(timer));
      Disarm(timer);
    }
    void WantSync() {}

    std::vector<typename N::Timer>& Armed() { return script.places_[core::Number(self)].armed; }
    bool Disarm(const typename N::Timer& timer) { return std::erase(Armed(), timer) > 0; }
  };

  void Obey(const std::string& verb, Line& line) {
    if (verb == "config") return Configure(line);
    if (verb == "choose") return Choose(line);  // also for the start
    if (verb == "nodes") return StartNodes(line);
    if (places_.empty()) return line.Refuse("want `nodes N` first");
    if (verb == "request") return Ask(line);
    if (verb == "deliver" || verb == "drop" || verb == "repeat") return Move(verb, line);
    if (verb == "sync") return Sync(line);
    if (verb == "settle") return Settle(line);
    if (verb == "crash") return Crash(line);
    if (verb == "restart") return Restart(line);
    if (verb == "expire") return Expire(line);
    if (verb == "wait") return Wait(line);
    if (verb == "state") return ShowState(line);
    if (verb == "in") return ShowFlight(line);
    if (verb == "expect") return Expect(line);
    line.Refuse("no verb is called \"" + verb + "\"");
  }

  void Configure(Line& line) {
    if (!places_.empty()) return line.Refuse("`config` comes before `nodes`");
    const std::string name = line.Word("the name of a parameter");
    const core::Parameter parameter{name, line.Word("its value")};
    const absl::Status status = tools::internal::SetParameter(parameter, config_);
    if (!status.ok()) line.Refuse(std::string(status.message()));
  }

  void StartNodes(Line& line) {
    constexpr std::uint64_t kMostNodes = 64;
    const std::uint64_t count = line.Count("how many nodes");
    if (!places_.empty()) return line.Refuse("the nodes have started already");
    if (count == 0 || count > kMostNodes) return line.Refuse("want 1 to 64 nodes");
    config_.nodes = static_cast<std::uint32_t>(count);
    places_.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) Start(core::NodeId{i});
  }

  void Ask(Line& line) {
    const std::string wanted = "a request id such as c1#1";
    const std::string word = line.Word(wanted);
    const std::size_t mark = word.find('#');
    if (word.empty() || word[0] != 'c' || mark == std::string::npos) return line.Refuse("want " + wanted);
    const auto client = core::ParseCount(word.substr(1, mark - 1));
    const auto sequence = core::ParseCount(word.substr(mark + 1));
    if (!client.ok() || !sequence.ok()) return line.Refuse("want " + wanted);
    const core::RequestId id{core::ClientId{static_cast<std::uint32_t>(*client)}, *sequence};
    const std::optional<core::NodeId> node = RunningNode(line);
    typename N::Request request{};
    ParseValue(line, request);
    if (!node || !line.Mistake().ok()) return;
    Step(*node, [&](N& n, core::Env<N>& env) { n.On(id, request, env); });
  }

  // --- the network --------------------------------------------------------------

  void Move(const std::string& verb, Line& line) {
    std::vector<std::size_t> moved = Chosen(line);
    if (!line.Mistake().ok()) return;
    if (moved.empty()) return line.Refuse("nothing like that is in flight");
    std::vector<Envelope> envelopes;
    for (const std::size_t i : moved) envelopes.push_back(in_flight_[i]);
    if (verb != "repeat") {
      std::reverse(moved.begin(), moved.end());
      for (const std::size_t i : moved) in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (verb == "drop") return;
    for (const Envelope& envelope : envelopes) Deliver(envelope);
  }

  // Places in in_flight_ of the messages that the rest of the line speaks of.
  std::vector<std::size_t> Chosen(Line& line) {
    const bool everything = line.Next("all");
    const Link link = everything ? Link{} : ParseLink(line);
    const bool all = everything || line.Next("all");
    const bool newest = !all && line.Next("newest");
    const std::string type = all || newest || line.empty() ? std::string() : line.Word("a type of message");
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < in_flight_.size(); ++i) {
      const Envelope& envelope = in_flight_[i];
      if (!link.Matches(envelope.from, envelope.to)) continue;
      if (type.empty() || TypeOf(envelope.message) == type) chosen.push_back(i);
    }
    if (all || chosen.empty()) return chosen;
    return {newest ? chosen.back() : chosen.front()};
  }

  static std::string_view TypeOf(const typename N::Message& message) {
    return std::visit([](const auto& m) { return core::TypeName<std::decay_t<decltype(m)>>(); }, message);
  }

  void Deliver(const Envelope& envelope) {
    if (!places_[core::Number(envelope.to)].up) {
      output_ += core::Text(envelope.to) + " is down, lost: " + core::Text(envelope.message) + "\n";
      return;
    }
    Step(envelope.to, [&](N& n, core::Env<N>& env) {
      std::visit([&](const auto& message) { n.On(envelope.from, message, env); }, envelope.message);
    });
  }

  void Settle(Line& line) {
    constexpr int kMostRounds = 100;
    for (int round = 0; round < kMostRounds; ++round) {
      SyncAll();
      if (in_flight_.empty()) return;
      for (const Envelope& envelope : std::exchange(in_flight_, {})) Deliver(envelope);
    }
    line.Refuse("the nodes do not come to rest");
  }

  // --- disks, crashes, timers -----------------------------------------------------

  void Sync(Line& line) {
    if (line.Next("all")) return SyncAll();
    const std::optional<core::NodeId> node = RunningNode(line);
    if (!node) return;
    const core::Host<N>& host = places_[core::Number(*node)].host;
    if (host.synced == host.written()) return line.Refuse(core::Text(*node) + " has nothing to sync");
    SyncNode(*node);
  }
  void SyncAll() {
    for (std::uint32_t i = 0; i < places_.size(); ++i) {
      if (places_[i].up) SyncNode(core::NodeId{i});
    }
  }
  void SyncNode(core::NodeId node) {
    core::Host<N>& host = places_[core::Number(node)].host;
    Sink sink{*this, node};
    host.Synced(host.written(), sink);
  }

  void Crash(Line& line) {
    const std::optional<core::NodeId> node = RunningNode(line);
    if (!node) return;
    Place& place = places_[core::Number(*node)];
    std::uint64_t survivors = place.host.synced;
    const std::uint64_t written = place.host.written();
    if (line.Next("keeping")) survivors = line.Count("how many records survive");
    if (survivors > written) return line.Refuse(core::Text(*node) + " has written only " + std::to_string(written));
    if (!line.Mistake().ok()) return;
    place.host.Crash(survivors);
    place.armed.clear();
    place.up = false;
    output_ += core::Text(*node) + " crashes, " + std::to_string(survivors) + " of " + std::to_string(written) +
               " records survive\n";
    panel_.OnEngineFact(*node, facts::Crashed{});
  }

  void Restart(Line& line) {
    const std::optional<core::NodeId> node = ParseNode(line);
    if (!node) return;
    Place& place = places_[core::Number(*node)];
    if (place.up) return line.Refuse(core::Text(*node) + " is not down");
    place.host.Recover();
    place.up = true;
    panel_.OnEngineFact(*node, facts::Restarted{});
    Start(*node);
  }

  void Expire(Line& line) {
    const std::optional<core::NodeId> node = RunningNode(line);
    if (!node) return;
    const std::string name = line.Rest();
    for (const typename N::Timer timer : std::vector(places_[core::Number(*node)].armed)) {
      if (core::Text(timer) != name) continue;
      Sink{*this, *node}.Disarm(timer);
      return Step(*node, [&](N& n, core::Env<N>& env) { n.On(timer, env); });
    }
    line.Refuse(core::Text(*node) + " has no timer \"" + name + "\" armed");
  }

  void Wait(Line& line) {
    const std::string length = line.Word("how long, such as 200ms");
    const auto duration = core::ParseDuration(length);
    if (!duration.ok()) return line.Refuse(std::string(duration.status().message()));
    clocks_.now += *duration;
    panel_.OnTime(core::TrueTime{clocks_.now});
  }

  void Choose(Line& line) {
    do {
      chooser_.answers.push_back(line.Count("an answer to a draw"));
    } while (!line.empty());
  }

  // --- looking ------------------------------------------------------------------------

  void ShowState(Line& line) {
    const std::optional<core::NodeId> node = RunningNode(line);
    if (!node) return;
    const N& state = places_[core::Number(*node)].host.node;
    if (line.empty()) output_ += core::Text(state) + "\n";
    while (!line.empty()) {
      const std::string type = line.Word("a type");
      bool found = false;
      core::ForEachField(state, [&](const auto& field) {
        const std::string text = core::Text(field);
        if (!text.starts_with(type + "{") && !text.starts_with("[" + type + "{")) return;
        output_ += core::Text(*node) + ": " + text + "\n";
        found = true;
      });
      if (!found) return line.Refuse(core::Text(*node) + " has no " + type);
    }
  }

  void ShowFlight(Line& line) {
    if (!line.Next("flight")) return line.Refuse("want `in flight`");
    for (const Envelope& envelope : in_flight_) {
      output_ += core::Text(envelope.from) + "->" + core::Text(envelope.to) + " " + core::Text(envelope.message) + "\n";
    }
    if (in_flight_.empty()) output_ += "nothing in flight\n";
  }

  void Expect(Line& line) {
    const auto* broken = panel_.broken();
    if (line.Next("holds")) {
      if (broken != nullptr) line.Refuse(broken->name + " is violated: " + broken->monitor->violation);
      return;
    }
    if (!line.Next("violated")) return line.Refuse("want `expect holds` or `expect violated NAME`");
    expected_ = line.Word("the name of an invariant");
    if (broken == nullptr || broken->name != expected_) line.Refuse(expected_ + " is not the one that is violated");
  }

  void PrintViolation() {
    const auto* broken = panel_.broken();
    if (broken == nullptr || reported_) return;
    reported_ = true;
    output_ += broken->name + " is violated: " + broken->monitor->violation + "\n";
  }

  // --- nodes --------------------------------------------------------------------------

  std::optional<core::NodeId> ParseNode(Line& line) {
    const std::uint64_t number = line.Labelled('n', "a node such as n1");
    if (number < places_.size()) return core::NodeId{static_cast<std::uint32_t>(number)};
    line.Refuse("there are only " + std::to_string(places_.size()) + " nodes");
    return std::nullopt;
  }
  std::optional<core::NodeId> RunningNode(Line& line) {
    const std::optional<core::NodeId> node = ParseNode(line);
    if (!node || places_[core::Number(*node)].up) return node;
    line.Refuse(core::Text(*node) + " is down");
    return std::nullopt;
  }

  void Start(core::NodeId node) {
    Step(node, [](N& n, core::Env<N>& env) { n.Start(env); });
  }

  template <class Input>
  void Step(core::NodeId self, Input&& input) {
    core::Host<N>& host = places_[core::Number(self)].host;
    const core::Surroundings surroundings{self, &clocks_, &chooser_, &host.draws};
    core::Env<N> env(surroundings, config_, effects_);
    input(host.node, env);
    Sink sink{*this, self};
    for (const auto& record : effects_.written) sink.Print(" writes ", core::Text(record));
    host.Commit(effects_, sink, core::Mutation{}, true);
  }

  typename N::Config config_;
  std::vector<Place> places_;
  std::vector<Envelope> in_flight_;  // oldest first
  ScriptedClocks clocks_;
  Scripted chooser_;
  core::Effects<N> effects_;  // empty between steps
  invariants::Panel<N> panel_;
  bool reported_ = false;
  std::string expected_;  // the invariant that the script says is violated
  std::string output_;
};

}  // namespace harness
