// VectorClock: how many events of each process an event knows of (Fidge, "Timestamps in
// message-passing systems that preserve the partial ordering", 1988; Mattern, "Virtual time and global states of
// distributed systems", 1989).
//
// Of two events one happened before the other exactly if its clock is below the other's (the strong clock
// condition), provided that each event of a process continues the process's own clock, and counts itself.
//
// It is a function from processes to counts, and who is not named has 0. So a count of 0 is never kept, or
// two clocks that are equal would not compare so.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "protocols/core/pool.h"
#include "protocols/core/text.h"
#include "protocols/core/types.h"

namespace clocks {

// Of two things that may be ordered or not.
enum class Order : std::uint8_t { kEqual, kBefore, kAfter, kConcurrent };

// `Process` is what counts: a node, or one life of it.
template <class Process>
struct CountsOf {
  struct Count {
    Process process{};
    std::uint64_t events{};  // above 0
    bool operator==(const Count&) const = default;
  };
  core::List<Count> counts;  // by process

  bool operator==(const CountsOf&) const = default;
  bool empty() const { return counts.empty(); }

  std::uint64_t operator[](const Process& process) const {
    const auto at = Find(process);
    return at != counts.end() && at->process == process ? at->events : 0;
  }
  // The process has come to `events`, if it is not further already.
  void Raise(const Process& process, std::uint64_t events) {
    if (events == 0) return;
    const auto at = counts.begin() + (Find(process) - counts.cbegin());
    if (at == counts.end() || at->process != process) {
      counts.insert(at, {process, events});
    } else {
      at->events = std::max(at->events, events);
    }
  }
  // One more event of the process. Answers which it is, from 1.
  std::uint64_t Tick(const Process& process) {
    const std::uint64_t events = (*this)[process] + 1;
    Raise(process, events);
    return events;
  }

  // The least that is not below either: what the two know together. It counts no event of its own, so to be
  // told what one knows already changes nothing.
  void Join(const CountsOf& other) {
    for (const Count& count : other.counts) Raise(count.process, count.events);
  }

  // Whether nothing that `other` knows is unknown here.
  bool Covers(const CountsOf& other) const {
    auto at = counts.begin();
    for (const Count& count : other.counts) {
      at = std::find_if(at, counts.end(), [&count](const Count& own) { return !(own.process < count.process); });
      if (at == counts.end() || at->process != count.process || at->events < count.events) return false;
    }
    return true;
  }

  // "[n0:3 n2:1]"
  void AppendTo(std::string& out) const {
    out += '[';
    for (const Count& count : counts) {
      if (&count != counts.data()) out += ' ';
      out += core::Text(count.process) + ':' + std::to_string(count.events);
    }
    out += ']';
  }

 private:
  auto Find(const Process& process) const {
    return std::lower_bound(counts.begin(), counts.end(), process,
                            [](const Count& count, const Process& sought) { return count.process < sought; });
  }
};

template <class Counts>
Order Compare(const Counts& a, const Counts& b) {
  const bool above = a.Covers(b);
  const bool below = b.Covers(a);
  if (above) return below ? Order::kEqual : Order::kAfter;
  return below ? Order::kBefore : Order::kConcurrent;
}

using VectorClock = CountsOf<core::NodeId>;

}  // namespace clocks
