// Causal delivery (Birman, Schiper & Stephenson, "Lightweight causal and atomic group multicast", 1991, §5.1): an
// update travels with what its writer had executed, and nobody executes it before that.
//
// Nobody executes anything out of order, so one number for each writer says all that a node has executed: how far it
// has come. What came too early waits; what was executed is kept for those who lack it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "protocols/clocks/vector_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/store.h"
#include "protocols/core/pool.h"
#include "protocols/machines/machine.h"

namespace convergence {

using clocks::VectorClock;

template <machines::Convergent M>
struct Data {
  Update<M> update;
  VectorClock causes;  // what its writer had executed of others
};

template <machines::Convergent M>
using DataByDot = std::map<Dot, Data<M>>;

inline bool IsIn(const Dot& dot, const VectorClock& clock) { return dot.number <= clock[dot.node]; }

// Whom we have asked for what lies behind our progress, and from where.
//
// Who is sent as much as a question may bring asks for the next at once, however little of it was news: another one may
// have brought it first, and have no more. But not before it is answered, and once only from where he has come to, or
// whatever the network repeats would be another conversation, and each of these again.
struct Inquiries {
  struct Inquiry {
    std::uint64_t executed{};  // here, when it was made
    bool open{};               // the answer may still come
  };
  std::map<core::NodeId, Inquiry> last;  // by whom we asked
  core::List<core::NodeId> lately;       // for what lies before something pending, since the timer ran last

  void Ask(core::NodeId whom, const VectorClock& progress) { last[whom] = {Total(progress), true}; }
  void Answered(core::NodeId whom) {
    const auto at = last.find(whom);
    if (at != last.end()) at->second.open = false;
  }
  bool MayAsk(core::NodeId whom, const VectorClock& progress) const {
    const auto at = last.find(whom);
    return at == last.end() || (!at->second.open && at->second.executed != Total(progress));
  }
  // True: not since the timer ran last.
  bool BeginLately(core::NodeId whom) {
    if (std::find(lately.begin(), lately.end(), whom) != lately.end()) return false;
    lately.push_back(whom);
    return true;
  }
  // What was lost is asked for again.
  void OnTimer() {
    lately.clear();
    for (auto& [whom, inquiry] : last) inquiry.open = false;
  }

 private:
  static std::uint64_t Total(const VectorClock& progress) {
    std::uint64_t total = 0;
    for (const auto& count : progress.counts) total += count.events;
    return total;
  }
};

// For one who has come so far: it is the next one of its writer's, and all that he had executed has been executed
// (§5.1, step 2).
template <machines::Convergent M>
bool IsDue(const Data<M>& data, const VectorClock& delivered) {
  const Dot& dot = data.update.dot;
  if (dot.number != delivered[dot.node] + 1) return false;
  return std::all_of(data.causes.counts.begin(), data.causes.counts.end(), [&](const auto& cause) {
    return cause.process == dot.node || cause.events <= delivered[cause.process];
  });
}

// To be executed when it is due. One that has been executed is no news (F77), and where there is no room for more it
// will be asked for again.
template <machines::Convergent M>
void TakePending(const Data<M>& data, const VectorClock& delivered, std::size_t most, DataByDot<M>& pending) {
  if (IsIn(data.update.dot, delivered)) return;
  if (pending.size() >= most && !IsDue(data, delivered)) return;
  pending.emplace(data.update.dot, data);
}

// Calls `execute(data)`, which moves `delivered` on, with whatever is due until nothing is. Only the next one of each
// writer can be.
template <machines::Convergent M, class Execute>
void DeliverPending(const VectorClock& delivered, DataByDot<M>& pending, Execute&& execute) {
  for (auto at = pending.begin(); at != pending.end();) {
    if (!IsDue(at->second, delivered)) {
      at = pending.upper_bound(Dot{at->first.node, ~std::uint64_t{}});
      continue;
    }
    const Data<M> data = std::move(at->second);
    pending.erase(at);
    execute(data);
    at = pending.begin();  // others may have waited for it
  }
}

// Of what is kept by one who has come as far as `progress`, what one lacks who has come as far as `delivered`, in an
// order in which he can execute it: so that a small batch brings him on, whatever comes behind.
template <machines::Convergent M>
core::List<Data<M>> Beyond(const DataByDot<M>& kept, const VectorClock& progress, VectorClock delivered,
                           std::size_t most) {
  core::List<Data<M>> beyond;
  for (bool more = true; more && beyond.size() < most;) {
    more = false;
    for (const auto& count : progress.counts) {
      const auto next = kept.find(Dot{count.process, delivered[count.process] + 1});
      if (next == kept.end() || beyond.size() == most || !IsDue(next->second, delivered)) continue;
      beyond.push_back(next->second);
      delivered.Tick(count.process);
      more = true;
    }
  }
  return beyond;
}

// So many messages answer a question at most. With one, who lacks much comes on by a message in a round trip.
inline constexpr int kMostAnswers = 8;

// The same, in messages of so many: calls `send(data)` with all but the last, and returns that.
template <machines::Convergent M, class Send>
core::List<Data<M>> LastBeyond(const DataByDot<M>& kept, const VectorClock& progress, VectorClock delivered,
                               std::size_t most, Send&& send) {
  core::List<Data<M>> batch = Beyond(kept, progress, delivered, most);
  for (int sent = 1; sent < kMostAnswers && batch.size() == most; ++sent) {
    for (const Data<M>& data : batch) delivered.Tick(data.update.dot.node);
    core::List<Data<M>> next = Beyond(kept, progress, delivered, most);
    if (next.empty()) break;
    send(std::exchange(batch, std::move(next)));
  }
  return batch;
}

// How far all have come: one who has come as far as `progress`, and each of the others.
template <class Others>
VectorClock ReachedByAll(const VectorClock& progress, const Others& others) {
  VectorClock all;
  for (const auto& count : progress.counts) {
    std::uint64_t events = count.events;
    for (const auto& [node, clock] : others) events = std::min(events, clock[count.process]);
    all.Raise(count.process, events);
  }
  return all;
}

}  // namespace convergence
