// CausalGraph: which events happened before which (Lamport, "Time, clocks, and the ordering of events in a distributed
// system", 1978), of as many events as one has asked for, told in any order.
//
// An event is named by its process and its number there, so that it follows its process's last one need not be said
// (founding document F70). One whose causes are not all known yet waits, and is not in the graph until they are (F71).
//
// A process's events are a chain, so the past of an event is one number a chain: a vector clock (Mattern 1989; for
// graphs in general Jagadish, "A compression technique to materialize transitive closure", 1990). To keep one with each
// of n events over p processes takes n·p. Here one event in p/8 of a chain has one, or in 16; the clocks of the others
// are found by walking back to the next that has. What that costs:
//   Add            O(p) on average, beside the look-ups of names
//   HappenedBefore O(log n) if the clocks around the later event tell, and at worst a walk of p/8 events on p chains
//   ClockOf        such a walk, and p clocks of p numbers
//   memory         O(n + causes): a clock of p numbers every p/8 events is eight numbers an event
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "protocols/clocks/vector_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace clocks {

struct CausalGraph {
  enum class Added : std::uint8_t {
    kKnown,       // it and all that happened before it
    kWaits,       // for what Lacks says
    kRepeated,    // it had been added; what is said of it first holds
    kImpossible,  // it would happen before itself, or has no name
    kFull,        // more events or causes than asked for
  };
  using Position = std::uint32_t;  // among the known events, each behind its causes

  struct Event {
    std::uint32_t chain{};
    std::uint32_t number{};
    Position causes_end{};  // in `causes`; they begin where those of the event before end
  };
  // The clock of one event: of each chain how many of its events are not after it; a chain that is missing has none.
  struct Landmark {
    std::uint32_t number{};
    core::List<std::uint32_t> clock;
  };
  struct Chain {
    core::NodeId process{};
    core::List<Position> events;     // by number, from 1
    core::List<Landmark> landmarks;  // by number
  };

  // An event that is not known yet.
  struct Waiting {
    core::List<Dot> causes;      // each of another process
    std::size_t known_causes{};  // so many of them, from the front, are known
  };

  std::uint32_t most_events{};  // known and waiting
  std::uint32_t most_causes{};  // of other processes than the event's

  std::map<core::NodeId, std::uint32_t> chain_of;
  core::List<Chain> chains;
  core::List<Event> events;     // by position
  core::List<Position> causes;  // of the known, but for those in their own process
  std::map<Dot, Waiting> waiting;
  std::map<Dot, core::List<Dot>> waiters;  // for an event: those that lack it, each in one place only
  std::size_t waiting_causes{};

  Added Add(const Dot& event, const core::List<Dot>& its_causes) {
    if (event.number == 0) return Added::kImpossible;
    if (Knows(event) || waiting.count(event) > 0) return Added::kRepeated;
    std::optional<Waiting> next = OfOthers(event, its_causes);
    if (!next) return Added::kImpossible;
    if (events.size() + waiting.size() >= most_events) return Added::kFull;
    if (next->causes.size() > most_causes - causes.size() - waiting_causes) return Added::kFull;
    if (const auto lacked = NextLacked(event, *next)) {
      waiting_causes += next->causes.size();
      waiting.emplace(event, std::move(*next));
      waiters[*lacked].push_back(event);
      return Added::kWaits;
    }
    Know(event, next->causes);
    Wake(event);
    return Added::kKnown;
  }

  bool Knows(const Dot& event) const { return Find(event).has_value(); }

  // None: one of them is not known, so nothing can be said (F72).
  std::optional<Order> Compare(const Dot& a, const Dot& b) const {
    const auto at = Find(a), other = Find(b);
    if (!at || !other) return std::nullopt;
    if (*at == *other) return Order::kEqual;
    if (*at < *other) return Precedes(*at, *other) ? Order::kBefore : Order::kConcurrent;
    return Precedes(*other, *at) ? Order::kAfter : Order::kConcurrent;
  }
  // Neither holds of an event and itself.
  std::optional<bool> HappenedBefore(const Dot& a, const Dot& b) const { return Is(Order::kBefore, Compare(a, b)); }
  std::optional<bool> Concurrent(const Dot& a, const Dot& b) const { return Is(Order::kConcurrent, Compare(a, b)); }

  // Of each process how many events happened before this one, which is counted too. None: it is not known.
  std::optional<VectorClock> ClockOf(const Dot& event) const {
    const auto at = Find(event);
    if (!at) return std::nullopt;
    const core::List<std::uint32_t> past = Past(*at);
    VectorClock clock;
    for (const auto& [process, chain] : chain_of) clock.Raise(process, past[chain]);
    return clock;
  }

  // All that happened before it, each once, by process. None: it is not known.
  std::optional<core::List<Dot>> History(const Dot& event) const {
    const auto clock = ClockOf(event);
    if (!clock) return std::nullopt;
    core::List<Dot> history;
    for (const auto& count : clock->counts) {
      const std::uint64_t last = count.process == event.node ? count.events - 1 : count.events;
      for (std::uint64_t number = 1; number <= last; ++number) history.push_back({count.process, number});
    }
    return history;
  }

  // What a waiting event waits for: of its causes and its process's last event those that are not known.
  core::List<Dot> Lacks(const Dot& event) const {
    core::List<Dot> lacked;
    const auto at = waiting.find(event);
    if (at == waiting.end()) return lacked;
    for (std::size_t i = 0; i <= at->second.causes.size(); ++i) {
      const Dot cause = CauseOf(*at, i);
      if (cause.number > 0 && !Knows(cause)) lacked.push_back(cause);
    }
    return lacked;
  }

  // Waiting events each of which can happen only after the next one, and the last after the first: all lie, or some.
  // None of them will ever be known. Empty: there are none such. O(w log w) for w waiting events and their causes.
  core::List<Dot> Cycle() const {
    std::map<Dot, bool> ends;  // false: it is on the way; true: no cycle is reached from it
    for (const auto& [event, unused] : waiting) {
      if (ends.count(event) > 0) continue;
      core::List<Step> way{{event, 0}};
      ends[event] = false;
      while (!way.empty()) {
        const auto next = NextWaiting(way.back());
        if (!next) {
          ends[way.back().event] = true;
          way.pop_back();
        } else if (const auto [at, first] = ends.try_emplace(*next, false); first) {
          way.push_back({*next, 0});
        } else if (!at->second) {
          return From(*next, way);
        }
      }
    }
    return {};
  }

 private:
  // How far apart landmarks are: nearer they take more memory, further apart questions more time.
  std::uint32_t Apart() const { return std::max(std::uint32_t{16}, static_cast<std::uint32_t>(chains.size()) / 8); }

  struct Step {
    Dot event;
    std::size_t next{};  // of its causes
  };

  static std::optional<bool> Is(Order wanted, std::optional<Order> order) {
    if (!order) return std::nullopt;
    return *order == wanted;
  }

  std::optional<Position> Find(const Dot& event) const {
    const auto at = chain_of.find(event.node);
    if (at == chain_of.end()) return std::nullopt;
    const core::List<Position>& chain = chains[at->second].events;
    if (event.number == 0 || event.number > chain.size()) return std::nullopt;
    return chain[event.number - 1];
  }

  // The causes in other processes, of each the last one alone, since that follows the rest. None: one of them
  // cannot be.
  static std::optional<Waiting> OfOthers(const Dot& event, core::List<Dot> all) {
    for (const Dot& cause : all) {
      if (cause.number == 0 || (cause.node == event.node && cause.number >= event.number)) return std::nullopt;
    }
    std::sort(all.begin(), all.end());
    core::List<Dot> others;
    for (const Dot& cause : all) {
      if (cause.node == event.node) continue;
      if (!others.empty() && others.back().node == cause.node) others.pop_back();
      others.push_back(cause);
    }
    return Waiting{std::move(others)};
  }

  // The i-th of what happened directly before it; after its causes its process's last event, which may have number 0:
  // none.
  static Dot CauseOf(const std::pair<const Dot, Waiting>& event, std::size_t i) {
    const core::List<Dot>& others = event.second.causes;
    return i < others.size() ? others[i] : Dot{event.first.node, event.first.number - 1};
  }

  // What it waits for next. What is known stays so, so no cause is looked for again: however many an event names, to
  // wake it as often costs no more.
  std::optional<Dot> NextLacked(const Dot& event, Waiting& waits) const {
    if (event.number > 1 && !Knows({event.node, event.number - 1})) return Dot{event.node, event.number - 1};
    for (; waits.known_causes < waits.causes.size(); ++waits.known_causes) {
      if (!Knows(waits.causes[waits.known_causes])) return waits.causes[waits.known_causes];
    }
    return std::nullopt;
  }

  // All that happened before it is known.
  void Know(const Dot& event, const core::List<Dot>& others) {
    const auto [at, first] = chain_of.try_emplace(event.node, static_cast<std::uint32_t>(chains.size()));
    if (first) chains.push_back({event.node, {}, {}});
    for (const Dot& cause : others) causes.push_back(*Find(cause));
    Chain& chain = chains[at->second];
    chain.events.push_back(static_cast<Position>(events.size()));
    const auto number = static_cast<std::uint32_t>(chain.events.size());
    events.push_back({at->second, number, static_cast<Position>(causes.size())});
    const std::uint32_t last = chain.landmarks.empty() ? 0 : chain.landmarks.back().number;
    if (number - last < Apart()) return;
    chain.landmarks.push_back({number, Past(chain.events.back())});
  }

  // Who lacked nothing else is known, too, and so on.
  void Wake(const Dot& known) {
    core::List<Dot> news{known};
    while (!news.empty()) {
      const auto at = waiters.find(news.back());
      news.pop_back();
      if (at == waiters.end()) continue;
      const core::List<Dot> woken = std::move(at->second);
      waiters.erase(at);
      for (const Dot& event : woken) {
        const auto held = waiting.find(event);
        if (const auto lacked = NextLacked(event, held->second)) {
          waiters[*lacked].push_back(event);
          continue;
        }
        Know(event, held->second.causes);
        waiting_causes -= held->second.causes.size();
        waiting.erase(held);
        news.push_back(event);
      }
    }
  }

  // Of a chain the first landmark from there on.
  static auto LandmarkFrom(const Chain& chain, std::uint32_t number) {
    return std::lower_bound(chain.landmarks.begin(), chain.landmarks.end(), number,
                            [](const Landmark& landmark, std::uint32_t sought) { return landmark.number < sought; });
  }
  // The number of the last landmark up to an event, that included; 0: none.
  std::uint32_t LandmarkUpTo(const Event& event) const {
    const Chain& chain = chains[event.chain];
    const auto after = LandmarkFrom(chain, event.number + 1);
    return after == chain.landmarks.begin() ? 0 : std::prev(after)->number;
  }
  static std::uint32_t At(const core::List<std::uint32_t>& clock, std::uint32_t chain) {
    return chain < clock.size() ? clock[chain] : 0;
  }

  // What the landmarks around an event of another chain say of whether `a` happened before it. None: that it
  // came to know of it between them.
  std::optional<bool> Told(const Event& a, const Event& b) const {
    if (a.chain == b.chain) return a.number <= b.number;
    const Chain& chain = chains[b.chain];
    const auto after = LandmarkFrom(chain, b.number);
    if (after != chain.landmarks.end()) {
      if (At(after->clock, a.chain) < a.number) return false;
      if (after->number == b.number) return true;
    }
    if (after != chain.landmarks.begin() && At(std::prev(after)->clock, a.chain) >= a.number) return true;
    return std::nullopt;
  }

  // Whether there is a way back from the second event to the first. It leads through events that are known for less
  // long than that, along chains between two landmarks of which one does not know of it and the other does.
  bool Precedes(Position first, Position second) const {
    core::List<std::uint32_t> entered(chains.size());
    core::List<Position> ahead{second};
    while (!ahead.empty()) {
      const Event at = TakeLatest(ahead);
      if (entered[at.chain] >= at.number) continue;
      entered[at.chain] = at.number;
      const std::optional<bool> told = Told(events[first], at);
      if (told == true) return true;
      if (told == false) continue;
      const std::uint32_t stop = LandmarkUpTo(at);
      for (std::uint32_t number = at.number; number > stop; --number) {
        const Position position = chains[at.chain].events[number - 1];
        if (position < first) break;
        AddCauses(position, entered, ahead);
      }
    }
    return false;
  }

  // The clock of an event, by a walk back to landmarks.
  core::List<std::uint32_t> Past(Position event) const {
    core::List<std::uint32_t> past(chains.size());
    core::List<Position> ahead{event};
    while (!ahead.empty()) {
      const Event at = TakeLatest(ahead);
      const std::uint32_t walked = past[at.chain], stop = LandmarkUpTo(at);
      if (walked >= at.number) continue;
      past[at.chain] = at.number;
      const Chain& chain = chains[at.chain];
      for (std::uint32_t number = at.number; number > std::max(walked, stop); --number) {
        AddCauses(chain.events[number - 1], past, ahead);
      }
      if (stop <= walked) continue;
      const core::List<std::uint32_t>& clock = LandmarkFrom(chain, stop)->clock;
      for (std::size_t i = 0; i < clock.size(); ++i) past[i] = std::max(past[i], clock[i]);
    }
    return past;
  }

  // Of what is ahead, a heap, what is known for the least time. So no chain is entered again above where it was entered
  // first, and each is walked once.
  Event TakeLatest(core::List<Position>& ahead) const {
    std::pop_heap(ahead.begin(), ahead.end());
    const Position latest = ahead.back();
    ahead.pop_back();
    return events[latest];
  }
  // The causes of one event that are not in what has been walked.
  void AddCauses(Position event, const core::List<std::uint32_t>& walked, core::List<Position>& ahead) const {
    for (Position i = event == 0 ? 0 : events[event - 1].causes_end; i < events[event].causes_end; ++i) {
      const Event& cause = events[causes[i]];
      if (walked[cause.chain] >= cause.number) continue;
      ahead.push_back(causes[i]);
      std::push_heap(ahead.begin(), ahead.end());
    }
  }

  // Of a process's waiting events the last one that is not above that: it is that, or happens before it.
  std::optional<Dot> WaitingUpTo(const Dot& event) const {
    auto at = waiting.upper_bound(event);
    if (at == waiting.begin() || (--at)->first.node != event.node) return std::nullopt;
    return at->first;
  }
  // The next of the waiting events that happen before that of the step.
  std::optional<Dot> NextWaiting(Step& step) const {
    const auto& event = *waiting.find(step.event);
    while (step.next <= event.second.causes.size()) {
      if (const auto next = WaitingUpTo(CauseOf(event, step.next++))) return next;
    }
    return std::nullopt;
  }
  static core::List<Dot> From(const Dot& first, const core::List<Step>& way) {
    core::List<Dot> cycle;
    for (const Step& step : way) {
      if (step.event == first || !cycle.empty()) cycle.push_back(step.event);
    }
    return cycle;
  }
};

}  // namespace clocks
