// Trace completeness: after the storm has settled, every span is accounted for,
// and every acknowledged one is stored on every node of the core, exactly once.
//
// What was emitted is known from the applications themselves. A span that its
// application gave up on is complete in being counted; one that still waits at
// the end is not. What an application held in its memory when it crashed is
// excused, for the engine saw the crash; if it was acknowledged, it is safe all
// the same.
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "invariants/invariant.h"
#include "invariants/node_set.h"
#include "protocols/core/fingerprint_map.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Whereabouts {
  NodeSet stored;             // in this boot of each node
  std::uint64_t emitted{};    // exact repeats are emitted more than once; without those that a crash took
  std::uint64_t accounted{};  // confirmed or dropped
  bool acknowledged{};
};

struct TraceCompleteness {
  core::FingerprintMap<Whereabouts> spans;
  std::map<core::NodeId, core::FingerprintMap<std::uint64_t>> held;  // by application
  core::List<core::NodeId> core_nodes;

  Ruling On(core::NodeId node, const facts::SpanEmitted& f) {
    ++spans[f.content].emitted;
    ++held[node][f.content];
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SpanConfirmed& f) { return Account(node, f.content); }
  Ruling On(core::NodeId node, const facts::SpanDropped& f) { return Account(node, f.content); }
  Ruling On(core::NodeId, const facts::SpanAcknowledged& f) {
    spans[f.content].acknowledged = true;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SpanStored& f) {
    if (spans[f.content].stored.Insert(node)) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " stored one span twice");
  }
  Ruling On(core::NodeId node, const facts::StoreEmptied&) {
    for (auto& [content, whereabouts] : spans) whereabouts.stored.Remove(node);
    return Ruling::Noted();
  }
  // Stores are volatile: they are built again from the log.
  Ruling On(core::NodeId node, const facts::Crashed&) {
    for (auto& [content, whereabouts] : spans) whereabouts.stored.Remove(node);
    for (const auto& [content, number] : held[node]) spans[content].emitted -= number;
    held.erase(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core_nodes.push_back(node);
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    std::uint64_t waiting = 0;
    for (const auto& [content, span] : Sorted()) {
      // Judged span by span: one that is accounted for twice must not make up for one that is lost.
      if (span.accounted > span.emitted) {
        rulings.push_back(Ruling::Broken("the span " + core::Text(content) + " was emitted " +
                                         std::to_string(span.emitted) + " times, confirmed or dropped " +
                                         std::to_string(span.accounted) + " times"));
        return rulings;
      }
      waiting += span.emitted - span.accounted;
      if (!span.acknowledged) continue;
      rulings.push_back(JudgeStored(content, span, logs));
      if (rulings.back().broken()) return rulings;
    }
    const bool owed = !core_nodes.empty();  // without a core nobody can be served
    if (waiting > 0 && owed) {
      rulings.push_back(
          Ruling::Broken(std::to_string(waiting) + " spans are neither confirmed nor dropped at the end"));
    }
    return rulings;
  }

 private:
  std::vector<std::pair<core::Fingerprint, Whereabouts>> Sorted() const {
    std::vector<std::pair<core::Fingerprint, Whereabouts>> sorted(spans.begin(), spans.end());
    std::ranges::sort(sorted, {}, &std::pair<core::Fingerprint, Whereabouts>::first);
    return sorted;
  }
  Ruling Account(core::NodeId node, const core::Fingerprint& content) {
    ++spans[content].accounted;
    std::uint64_t* number = held[node].Find(content);
    if (number != nullptr && *number > 0) --*number;
    return Ruling::Noted();
  }
  Ruling JudgeStored(const core::Fingerprint& content, const Whereabouts& span, const LogViews& logs) const {
    for (const core::NodeId node : core_nodes) {
      if (span.stored.Contains(node) || !logs.IsMember(node)) continue;  // who is none gets nothing any more
      return Ruling::Broken(core::Text(node) + " does not hold the acknowledged span " + core::Text(content));
    }
    return Ruling::Fine();
  }
};

void TellStored(Story& story, std::uint32_t nodes) {
  story(6, facts::SpanEmitted{{1, 1}, {0, 1}, 1, 0});
  for (std::uint32_t node = 0; node < nodes; ++node) story(node, facts::SpanStored{{1, 1}, {0, 1}, 1, 0});
  story(0, facts::SpanAcknowledged{{1, 1}});
  story(6, facts::SpanConfirmed{{1, 1}});
  for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::InCore{});
  story.AtEnd();
}
void Accepted(Story& story) { TellStored(story, 3); }
void Rejected(Story& story) { TellStored(story, 2); }
REGISTER_INVARIANT("trace-completeness", TraceCompleteness,
                   "after settling, every span is accounted for and every acknowledged one is stored once on each node",
                   "founding definition 1.2, with 'eventually' made a bound", facts::SpanEmitted, facts::SpanConfirmed,
                   facts::SpanDropped, facts::SpanAcknowledged, facts::SpanStored, facts::StoreEmptied, facts::Crashed,
                   facts::InCore);

}  // namespace
}  // namespace invariants
