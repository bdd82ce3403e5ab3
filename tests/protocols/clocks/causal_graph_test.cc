// Causal graphs: what they say is what reachability says, in whatever order they are told.
#include "protocols/clocks/causal_graph.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bitset>
#include <map>
#include <utility>
#include <vector>

#include "protocols/core/text.h"
#include "tests/harness/trial.h"

namespace clocks {
namespace {

using core::NodeId;
using Added = CausalGraph::Added;
using Dots = core::List<Dot>;

constexpr NodeId kA{0}, kB{1}, kC{2};
CausalGraph Empty(std::uint32_t most = 1'000) { return {most, most, {}, {}, {}, {}, {}, {}, {}}; }

TEST(CausalGraph, AProcessesEventsFollowEachOtherWithoutAWord) {
  CausalGraph graph = Empty();
  EXPECT_EQ(graph.Add({kA, 1}, {}), Added::kKnown);
  EXPECT_EQ(graph.Add({kA, 2}, {}), Added::kKnown);
  EXPECT_EQ(graph.Add({kB, 1}, {{kA, 1}}), Added::kKnown);
  EXPECT_EQ(graph.HappenedBefore({kA, 1}, {kA, 2}), true) << "founding document F70";
  EXPECT_EQ(graph.HappenedBefore({kA, 2}, {kA, 1}), false);
  EXPECT_EQ(graph.HappenedBefore({kA, 1}, {kB, 1}), true);
  EXPECT_EQ(graph.Concurrent({kA, 2}, {kB, 1}), true);
  EXPECT_EQ(graph.History({kB, 1}), (Dots{{kA, 1}}));
}

TEST(CausalGraph, NothingIsConcurrentWithItselfOrWithTheUnknown) {
  CausalGraph graph = Empty();
  graph.Add({kA, 1}, {});
  EXPECT_EQ(graph.Concurrent({kA, 1}, {kA, 1}), false) << "founding document F72";
  EXPECT_EQ(graph.HappenedBefore({kA, 1}, {kA, 1}), false);
  EXPECT_EQ(graph.Compare({kA, 1}, {kA, 1}), Order::kEqual);
  for (const Dot& unknown : {Dot{kA, 2}, Dot{kA, 0}, Dot{kB, 1}}) {
    EXPECT_EQ(graph.Concurrent({kA, 1}, unknown), std::nullopt);
    EXPECT_EQ(graph.Concurrent(unknown, unknown), std::nullopt);
    EXPECT_EQ(graph.HappenedBefore(unknown, {kA, 1}), std::nullopt);
    EXPECT_EQ(graph.History(unknown), std::nullopt);
    EXPECT_EQ(graph.ClockOf(unknown), std::nullopt);
  }
}

TEST(CausalGraph, AnEffectWaitsForItsCauses) {
  CausalGraph graph = Empty();
  EXPECT_EQ(graph.Add({kB, 2}, {{kA, 1}, {kC, 1}}), Added::kWaits);
  EXPECT_EQ(graph.Lacks({kB, 2}), (Dots{{kA, 1}, {kC, 1}, {kB, 1}}));
  EXPECT_FALSE(graph.Knows({kB, 2})) << "founding document F71";
  EXPECT_EQ(graph.Add({kC, 1}, {}), Added::kKnown);
  EXPECT_EQ(graph.Add({kB, 1}, {}), Added::kKnown);
  EXPECT_EQ(graph.Lacks({kB, 2}), (Dots{{kA, 1}}));
  EXPECT_EQ(graph.HappenedBefore({kC, 1}, {kB, 2}), std::nullopt) << "it is there and not known";
  EXPECT_EQ(graph.Add({kA, 1}, {}), Added::kKnown);
  EXPECT_TRUE(graph.Lacks({kB, 2}).empty());
  EXPECT_EQ(core::Text(*graph.ClockOf({kB, 2})), "[n0:1 n1:2 n2:1]");
  EXPECT_TRUE(graph.waiting.empty() && graph.waiters.empty());
  EXPECT_EQ(graph.waiting_causes, 0u);
}

TEST(CausalGraph, WhatIsSaidFirstHolds) {
  CausalGraph graph = Empty();
  graph.Add({kA, 1}, {});
  graph.Add({kB, 1}, {});
  graph.Add({kC, 2}, {{kA, 1}});
  EXPECT_EQ(graph.Add({kB, 1}, {{kA, 1}}), Added::kRepeated);
  EXPECT_EQ(graph.Add({kC, 2}, {{kB, 1}}), Added::kRepeated) << "also of what waits";
  graph.Add({kC, 1}, {});
  EXPECT_EQ(graph.Concurrent({kA, 1}, {kB, 1}), true);
  EXPECT_EQ(graph.Concurrent({kB, 1}, {kC, 2}), true);
}

TEST(CausalGraph, NoMoreThanWasAskedFor) {
  CausalGraph graph = Empty(3);
  EXPECT_EQ(graph.Add({kA, 1}, {}), Added::kKnown);
  EXPECT_EQ(graph.Add({kB, 7}, {{kA, 1}, {kC, 1}}), Added::kWaits);
  EXPECT_EQ(graph.Add({kB, 8}, {{kA, 1}, {kC, 1}}), Added::kFull) << "four causes";
  EXPECT_EQ(graph.Add({kC, 1}, {{kA, 1}}), Added::kKnown);
  EXPECT_EQ(graph.Add({kA, 2}, {}), Added::kFull) << "who waits has his place";
  EXPECT_FALSE(graph.Knows({kA, 2}));
}

TEST(CausalGraph, WhatCannotBeIsRefused) {
  CausalGraph graph = Empty();
  EXPECT_EQ(graph.Add({kA, 0}, {}), Added::kImpossible);
  EXPECT_EQ(graph.Add({kA, 1}, {{kB, 0}}), Added::kImpossible);
  EXPECT_EQ(graph.Add({kA, 3}, {{kA, 3}}), Added::kImpossible);
  EXPECT_EQ(graph.Add({kA, 3}, {{kA, 4}}), Added::kImpossible);
  EXPECT_EQ(graph.Add({kA, 3}, {{kA, 1}}), Added::kWaits);
}

TEST(CausalGraph, ThoseThatWaitForEachOtherAreTold) {
  CausalGraph graph = Empty();
  graph.Add({kA, 1}, {{kB, 1}});
  graph.Add({kB, 1}, {{kC, 2}});
  EXPECT_TRUE(graph.Cycle().empty()) << "what is missing may still come";
  graph.Add({kC, 1}, {{kA, 1}});
  EXPECT_EQ(graph.Cycle(), (Dots{{kA, 1}, {kB, 1}, {kC, 1}})) << "C's second, which has not come, follows its first";
  EXPECT_FALSE(graph.Knows({kA, 1}) || graph.Knows({kC, 1}));
}

// Two ways lead to what is missing, and elsewhere two events wait for each other.
TEST(CausalGraph, ToWaitForTheSameIsNotToWaitForEachOther) {
  constexpr NodeId kD{3}, kE{4}, kF{5}, kMissing{6};
  CausalGraph graph = Empty();
  graph.Add({kA, 1}, {{kB, 1}, {kC, 1}});
  graph.Add({kB, 1}, {{kD, 1}});
  graph.Add({kC, 1}, {{kD, 1}});
  graph.Add({kD, 1}, {{kMissing, 1}});
  EXPECT_TRUE(graph.Cycle().empty());
  graph.Add({kE, 1}, {{kF, 1}});
  graph.Add({kF, 1}, {{kE, 1}});
  EXPECT_EQ(graph.Cycle(), (Dots{{kE, 1}, {kF, 1}}));
}

// A run, and beside each event the set of what happened before it.
struct Run {
  static constexpr std::size_t kEvents = 180;
  struct Event {
    Dot name;
    Dots causes;
    std::bitset<kEvents> past;
  };
  std::vector<Event> events;
  std::map<Dot, std::size_t> places;

  Run(harness::Dice& dice, std::uint32_t processes) {
    std::map<NodeId, std::uint64_t> numbers;
    for (std::size_t i = 0; i < kEvents; ++i) {
      const NodeId process{static_cast<std::uint32_t>(dice(processes))};
      Event event{{process, ++numbers[process]}, {}, {}};
      if (event.name.number > 1) Follow(event, places.at({process, event.name.number - 1}));
      for (std::uint64_t n = i == 0 ? 0 : dice(4); n > 0; --n) {
        const std::size_t cause = dice.OneIn(4) ? dice(i) : i - 1 - dice(std::min<std::size_t>(i, 2 * processes));
        Follow(event, cause);
        event.causes.push_back(events[cause].name);
      }
      places[event.name] = i;
      events.push_back(std::move(event));
    }
  }
  void Follow(Event& event, std::size_t cause) const {
    event.past |= events[cause].past;
    event.past.set(cause);
  }

  Dots HistoryOf(std::size_t event) const {
    Dots history;
    for (const auto& [name, place] : places) {
      if (events[event].past[place]) history.push_back(name);
    }
    return history;
  }
};

Order OrderOf(const Run& run, std::size_t a, std::size_t b) {
  if (a == b) return Order::kEqual;
  return run.events[b].past[a] ? Order::kBefore : run.events[a].past[b] ? Order::kAfter : Order::kConcurrent;
}

// Some run, told in some order: nearly as it was, or any.
struct Telling {
  harness::Dice dice{*rc::gen::arbitrary<std::uint64_t>()};
  std::uint32_t processes = *rc::gen::element<std::uint32_t>(1, 2, 3, 5, 9, 40);
  Run run{dice, processes};
  std::vector<std::size_t> order;

  Telling() {
    const std::size_t reach = dice.OneIn(2) ? 8 : Run::kEvents;
    for (std::size_t i = 0; i < Run::kEvents; ++i) order.push_back(i);
    for (std::size_t i = 0; i < Run::kEvents; ++i) {
      std::swap(order[i], order[i + dice(std::min(reach, Run::kEvents - i))]);
    }
  }
};

RC_GTEST_PROP(CausalGraph, SaysWhatReachabilitySays, ()) {
  const Telling told;
  const Run& run = told.run;
  CausalGraph graph = Empty();
  for (const std::size_t event : told.order) graph.Add(run.events[event].name, run.events[event].causes);
  RC_ASSERT(graph.events.size() == Run::kEvents && graph.waiting.empty() && graph.waiters.empty());
  RC_ASSERT(graph.waiting_causes == 0u && graph.Cycle().empty());
  for (std::size_t a = 0; a < Run::kEvents; ++a) {
    for (std::size_t b = 0; b < Run::kEvents; ++b) {
      RC_ASSERT(graph.Compare(run.events[a].name, run.events[b].name) == OrderOf(run, a, b));
    }
    RC_ASSERT(*graph.History(run.events[a].name) == run.HistoryOf(a));
  }
}

RC_GTEST_PROP(CausalGraph, KnowsAnEventAsSoonAsAllThatHappenedBeforeIt, ()) {
  const Telling told;
  const Run& run = told.run;
  CausalGraph graph = Empty();
  std::bitset<Run::kEvents> added;
  for (const std::size_t event : told.order) {
    const Run::Event& next = run.events[event];
    added.set(event);
    const bool complete = (next.past & ~added).none();
    RC_ASSERT(graph.Add(next.name, next.causes) == (complete ? Added::kKnown : Added::kWaits));
    std::size_t known = 0;
    for (std::size_t i = 0; i < Run::kEvents; ++i) {
      const bool knows = graph.Knows(run.events[i].name);
      RC_ASSERT(knows == (added[i] && (run.events[i].past & ~added).none()));
      RC_ASSERT(graph.Lacks(run.events[i].name).empty() == (knows || !added[i]));
      known += knows ? 1 : 0;
    }
    RC_ASSERT(graph.Cycle().empty());
    RC_ASSERT(graph.events.size() == known && graph.events.size() + graph.waiting.size() == added.count());
  }
}

// A run in which one event claims an effect of its own as its cause: that and what follows is never known, the rest is,
// and each of the cycle comes before the next.
RC_GTEST_PROP(CausalGraph, TellsWhoLiesAboutTheOrder, ()) {
  Telling told;
  Run& run = told.run;
  const auto liar = static_cast<std::size_t>(told.dice(Run::kEvents));
  std::vector<std::size_t> effects;
  for (std::size_t i = 0; i < Run::kEvents; ++i) {
    if (run.events[i].past[liar] && run.events[i].name.node != run.events[liar].name.node) effects.push_back(i);
  }
  RC_PRE(!effects.empty());
  run.events[liar].causes.push_back(run.events[effects[told.dice(effects.size())]].name);
  CausalGraph graph = Empty();
  for (const std::size_t event : told.order) {
    RC_ASSERT(graph.Cycle().empty() || graph.waiting.count(run.events[liar].name) == 1);
    graph.Add(run.events[event].name, run.events[event].causes);
  }
  for (std::size_t i = 0; i < Run::kEvents; ++i) {
    RC_ASSERT(graph.Knows(run.events[i].name) == (i != liar && !run.events[i].past[liar]));
  }
  const Dots cycle = graph.Cycle();
  RC_ASSERT(cycle.size() > 1);
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const std::size_t effect = run.places.at(cycle[i]), cause = run.places.at(cycle[(i + 1) % cycle.size()]);
    RC_ASSERT(run.events[effect].past[cause] || effect == liar);
  }
}

}  // namespace
}  // namespace clocks
