// Host: one node plus what any driver of it needs: its journal, and the outputs
// held back until what it wrote before them is durable (output commit; Strom &
// Yemini, "Optimistic Recovery in Distributed Systems", §2).
//
// The driver (the simulator, the explorer, a script) is a Sink. Output commit,
// crash and replay are written here once.
//
// A journal begins with the last checkpoint that is durable: what stood before is never read
// again. Records keep their numbers, so whoever counts them need not know.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/core/check.h"
#include "protocols/core/env.h"

namespace core {

// Bugs that exist for every protocol, derived from its types: an index into the
// Record or Message variant, or -1.
struct Mutation {
  int forget_record = -1;   // never written, though the node goes on as if it were
  int early_message = -1;   // leaves before the writes it depends on
  int ignore_message = -1;  // its handler is not called

  bool any() const { return forget_record >= 0 || early_message >= 0 || ignore_message >= 0; }
};

// A record that holds everything its node had written before it says so with
// `static constexpr bool kCheckpoint = true`.
template <class R>
concept CheckpointRecord = requires {
  requires R::kCheckpoint;
};
template <class Records>
inline constexpr std::array<bool, 0> kCheckpoints = {};
template <class... R>
inline constexpr std::array<bool, sizeof...(R)> kCheckpoints<std::variant<R...>> = {CheckpointRecord<R>...};
template <class Records>
inline constexpr bool kHasCheckpoints = std::ranges::find(kCheckpoints<Records>, true) != kCheckpoints<Records>.end();

// Outputs of one kind that wait for the disk, in order.
template <class T>
struct Held {
  // So many outputs more leave once `until` records are durable.
  struct Mark {
    std::uint64_t until;
    std::size_t outputs;
  };
  Queue<T> outputs;
  Queue<Mark> marks;

  bool empty() const { return outputs.empty(); }
  std::size_t size() const { return outputs.size(); }

  void Add(List<T>& from, std::uint64_t until) {
    if (from.empty()) return;
    for (T& output : from) outputs.push_back(std::move(output));
    marks.push_back({until, from.size()});
  }
  template <class Leave>
  void Release(std::uint64_t synced, Leave&& leave) {
    for (; !marks.empty() && marks.front().until <= synced; marks.pop_front()) {
      for (std::size_t left = marks.front().outputs; left > 0; --left) {
        leave(outputs.front());
        outputs.pop_front();
      }
    }
  }
};

template <class N>
struct Host {
  using Sent = typename Effects<N>::Sent;
  using Replied = typename Effects<N>::Replied;

  N node;
  std::vector<typename N::Record> journal;  // as written; a driver decides what survives a crash
  std::uint64_t dropped = 0;                // records that came before those of the journal
  std::uint64_t checkpoint = 0;             // the number of the last one; 0: none but what the journal begins with
  std::uint64_t synced = 0;                 // records known to be durable; at most written()
  // What waits for a sync. What one sync releases leaves by kind: facts, messages, replies.
  Held<typename N::Fact> held_facts;
  Held<Sent> held_messages;
  Held<Replied> held_replies;
  std::uint64_t draws = 0;

  bool holds_nothing() const { return held_facts.empty() && held_messages.empty() && held_replies.empty(); }
  std::size_t held() const { return held_facts.size() + held_messages.size() + held_replies.size(); }

  // Records in all, from the node's first.
  std::uint64_t written() const { return dropped + journal.size(); }

  // Takes the effects of one step. `wait` is false only under a configuration
  // that does not wait for its disk.
  template <class Sink>
  void Commit(Effects<N>& effects, Sink& sink, const Mutation& mutation, bool wait) {
    if (effects.empty()) return;
    if (mutation.any()) Mutate(effects, mutation);
    const bool wrote = !effects.written.empty();
    for (auto& record : effects.written) Append(std::move(record));
    for (auto& change : effects.timers) {
      if (change.after) {
        sink.Arm(change.timer, *change.after);
      } else {
        sink.Cancel(change.timer);
      }
    }
    for (Sent& sent : effects.sent_unsynced) sink.Send(sent.to, std::move(sent.message));
    if (synced == written() || !wait) {
      for (auto& fact : effects.announced) sink.Announce(fact);
      for (Sent& sent : effects.sent) sink.Send(sent.to, std::move(sent.message));
      for (Replied& replied : effects.replied) sink.Reply(replied.to, std::move(replied.reply));
    } else {
      held_facts.Add(effects.announced, written());
      held_messages.Add(effects.sent, written());
      held_replies.Add(effects.replied, written());
    }
    if (wrote) sink.WantSync();
    effects.Clear();
  }

  // The power fails within a step: only `count` of its records are written, nothing else of it is seen.
  void Append(Effects<N>& effects, std::size_t count) {
    CHECK(count <= effects.written.size());
    for (std::size_t i = 0; i < count; ++i) Append(std::move(effects.written[i]));
  }

  // The first `count` records have reached stable storage.
  template <class Sink>
  void Synced(std::uint64_t count, Sink& sink) {
    CHECK(count >= synced);
    CHECK(count <= written());
    synced = count;
    held_facts.Release(synced, [&](const typename N::Fact& fact) { sink.Announce(fact); });
    held_messages.Release(synced, [&](Sent& sent) { sink.Send(sent.to, std::move(sent.message)); });
    held_replies.Release(synced, [&](Replied& replied) { sink.Reply(replied.to, std::move(replied.reply)); });
  }

  // The first `durable` records are on stable storage for certain. Drops those that a checkpoint
  // among them stands for. Answers how many are dropped in all.
  std::uint64_t DropObsolete(std::uint64_t durable) {
    if (checkpoint <= dropped || checkpoint >= durable) return dropped;
    journal.erase(journal.begin(), journal.begin() + static_cast<std::ptrdiff_t>(checkpoint - dropped));
    dropped = checkpoint;
    return dropped;
  }

  // Power is gone: what was not durable is lost but for the records the disk
  // kept by luck. The node is an empty one until Recover.
  void Crash(std::uint64_t survivors) {
    CHECK(survivors >= dropped);
    CHECK(survivors <= written());
    journal.erase(journal.begin() + static_cast<std::ptrdiff_t>(survivors - dropped), journal.end());
    if (checkpoint >= survivors) FindCheckpoint();
    synced = survivors;
    held_facts = {};
    held_messages = {};
    held_replies = {};
    node = N{};
  }

  // The durable fields, from the journal. Start comes after.
  void Recover() {
    node = N{};
    for (const auto& record : journal) {
      std::visit([this](const auto& r) { node.Replay(r); }, record);
    }
  }

 private:
  static bool IsCheckpoint(const typename N::Record& record) {
    return kCheckpoints<typename N::Record>[record.index()];
  }
  void Append(typename N::Record&& record) {
    if constexpr (kHasCheckpoints<typename N::Record>) {
      if (IsCheckpoint(record)) checkpoint = written();
    }
    journal.push_back(std::move(record));
  }
  void FindCheckpoint() {
    checkpoint = dropped;
    for (std::uint64_t number = written(); number-- > dropped;) {
      if (!IsCheckpoint(journal[number - dropped])) continue;
      checkpoint = number;
      return;
    }
  }

  static void Mutate(Effects<N>& effects, const Mutation& mutation) {
    std::erase_if(effects.written,
                  [&](const auto& record) { return static_cast<int>(record.index()) == mutation.forget_record; });
    for (Sent& sent : effects.sent) {
      if (static_cast<int>(sent.message.index()) == mutation.early_message) effects.sent_unsynced.push_back(sent);
    }
    std::erase_if(effects.sent,
                  [&](const Sent& sent) { return static_cast<int>(sent.message.index()) == mutation.early_message; });
  }
};

}  // namespace core
