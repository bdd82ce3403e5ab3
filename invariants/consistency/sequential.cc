#include "invariants/consistency/sequential.h"

#include <algorithm>

#include "invariants/consistency/linearizability.h"
#include "invariants/consistency/refutation.h"
#include "invariants/consistency/saturation.h"
#include "invariants/consistency/words.h"

namespace consistency {
namespace {

// One order of all nodes, by depth-first search over how far each chain has come.
class Interleaving {
 public:
  enum class Answer : std::uint8_t { kFound, kNone, kOutOfSteps, kOutOfMemory };

  Interleaving(const History& history, const Relations& relations, const Clocks& before)
      : history_(history),
        relations_(relations),
        before_(before),
        done_(relations.chains.size(), 0),
        current_(relations.keys, kNoNode),
        unread_(relations.nodes.size(), 0),
        null_unread_(relations.keys, 0),
        width_(relations.chains.size()) {
    for (const Node& node : relations.nodes) {
      if (!node.is_write) ++Unread(node);
    }
  }

  Answer Run(std::uint64_t max_steps, std::uint64_t max_bytes) {
    if (relations_.nodes.empty()) return Answer::kFound;
    Enter();
    while (!frames_.empty()) {
      if (done_in_all_ == relations_.nodes.size()) return Answer::kFound;
      if (steps_ > max_steps) return Answer::kOutOfSteps;
      if (bytes() > max_bytes) return Answer::kOutOfMemory;
      Frame& frame = frames_.back();
      if (frame.next == candidates_.size()) {
        Leave();
        continue;
      }
      const NodeId write = candidates_[frame.next++];
      Do(write);
      Enter();
    }
    return Answer::kNone;
  }

  std::uint64_t steps() const { return steps_; }
  std::uint64_t bytes() const { return records_.capacity() * sizeof(std::uint32_t) + memo_.bytes(); }

 private:
  struct Frame {
    std::uint32_t next;        // in candidates_
    std::uint32_t candidates;  // where its own begin
    std::uint32_t trail;       // where what was done from the last frame on begins
  };
  struct Done {
    NodeId node;
    NodeId replaced;  // by a write
  };

  // Reads of the same write that are still to be done.
  std::uint32_t& Unread(const Node& read) {
    return read.source == kNoNode ? null_unread_[read.key] : unread_[read.source];
  }
  std::uint32_t UnreadAt(std::uint32_t key) const {
    return current_[key] == kNoNode ? null_unread_[key] : unread_[current_[key]];
  }

  // The next of the chain, if all before it is done.
  NodeId Ready(std::uint32_t chain) const {
    if (done_[chain] == relations_.chains[chain].size()) return kNoNode;
    const NodeId n = relations_.chains[chain][done_[chain]];
    const std::uint32_t* before = before_.of(n);
    for (std::uint32_t c = 0; c < done_.size(); ++c) {
      if (c != chain && before[c] > done_[c]) return kNoNode;
    }
    return n;
  }

  void Do(NodeId n) {
    const Node& node = relations_.nodes[n];
    ++done_[node.chain];
    ++done_in_all_;
    trail_.push_back({n, current_[node.key]});
    if (node.is_write) {
      current_[node.key] = n;
    } else {
      --Unread(node);
    }
  }
  void Undo() {
    const Done& last = trail_.back();
    const Node& node = relations_.nodes[last.node];
    --done_[node.chain];
    --done_in_all_;
    if (node.is_write) {
      current_[node.key] = last.replaced;
    } else {
      ++Unread(node);
    }
    trail_.pop_back();
  }

  // What is right now hinders nothing later.
  void DoReads() {
    for (bool again = true; again;) {
      again = false;
      for (std::uint32_t chain = 0; chain < done_.size(); ++chain) {
        for (NodeId n = Ready(chain); n != kNoNode && IsRightRead(n); n = Ready(chain)) {
          ++steps_;
          Do(n);
          again = true;
        }
      }
    }
  }
  bool IsRightRead(NodeId n) const {
    const Node& node = relations_.nodes[n];
    return !node.is_write && current_[node.key] == node.source;
  }

  void Enter() {
    const auto trail = static_cast<std::uint32_t>(trail_.size() - (frames_.empty() ? 0 : 1));
    DoReads();
    const auto from = static_cast<std::uint32_t>(candidates_.size());
    frames_.push_back({from, from, trail});
    if (!Remember()) return;  // nothing to try here
    for (std::uint32_t chain = 0; chain < done_.size(); ++chain) {
      ++steps_;
      const NodeId n = Ready(chain);
      // A value that is gone never comes back, since each is written once.
      if (n != kNoNode && relations_.nodes[n].is_write && UnreadAt(relations_.nodes[n].key) == 0)
        candidates_.push_back(n);
    }
    std::sort(candidates_.begin() + from, candidates_.end(),
              [this](NodeId a, NodeId b) { return IsTriedBefore(a, b); });
  }
  void Leave() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    candidates_.resize(frame.candidates);
    while (trail_.size() > frame.trail) Undo();
  }

  // It decides how soon an order is found, never whether.
  bool IsTriedBefore(NodeId a, NodeId b) const {
    const Operation& first = history_.operations[relations_.nodes[a].operation];
    const Operation& second = history_.operations[relations_.nodes[b].operation];
    if (first.version != 0 && second.version != 0 && first.version != second.version)
      return first.version < second.version;
    return std::pair(first.returned, a) < std::pair(second.returned, b);
  }

  // How far the chains have come tells all: a value that is still to be read is there, since nothing was written over
  // it, and which of those is there that nobody will read does not matter.
  bool Remember() {
    const std::size_t at = records_.size();
    records_.insert(records_.end(), done_.begin(), done_.end());
    const std::uint32_t* fresh = &records_[at];
    const auto equal = [&](std::uint32_t id) {
      return std::equal(fresh, fresh + width_, &records_[std::size_t{id} * width_]);
    };
    if (memo_.Find(HashAt(at), equal) != IdTable::kNone) {
      records_.resize(at);
      return false;
    }
    memo_.Add(HashAt(at), static_cast<std::uint32_t>(at / width_),
              [this](std::uint32_t id) { return HashAt(std::size_t{id} * width_); });
    return true;
  }
  std::uint64_t HashAt(std::size_t at) const {
    std::uint64_t hash = 17;
    for (std::size_t i = at; i < at + width_; ++i) hash = Mix(hash, records_[i]);
    return hash;
  }

  const History& history_;
  const Relations& relations_;
  const Clocks& before_;
  std::vector<std::uint32_t> done_;         // of each chain
  std::vector<NodeId> current_;             // the last write of each key
  std::vector<std::uint32_t> unread_;       // of each write: its reads that are still to be done
  std::vector<std::uint32_t> null_unread_;  // likewise of null, by key
  std::size_t done_in_all_ = 0;
  std::vector<Done> trail_;
  std::vector<Frame> frames_;
  std::vector<NodeId> candidates_;
  std::vector<std::uint32_t> records_;
  std::size_t width_;
  IdTable memo_;
  std::uint64_t steps_ = 0;
};

// What saturation refutes. Whatever causal memory or convergence would refute is among it.
std::optional<Refutation> RefuteSaturated(const Relations& relations) {
  const Graph graph = CausalGraph(relations);
  const std::vector<NodeId> order = graph.Order();
  if (order.size() < relations.nodes.size()) return Refutation{graph.Cycle(), kNoNode, kNoNode, {}};
  Saturation saturation(relations, order);
  if (saturation.InOneOrder()) return std::nullopt;
  return saturation.refutation();
}

Interleaving::Answer Search(const History& history, const Relations& relations, std::uint64_t max_steps,
                            std::uint64_t max_bytes, Judgement& judgement) {
  Saturation saturation(relations, CausalGraph(relations).Order());
  saturation.InOneOrder();
  Interleaving interleaving(history, relations, saturation.clocks());
  const Interleaving::Answer answer = interleaving.Run(max_steps, max_bytes);
  judgement.steps += interleaving.steps();
  judgement.bytes = std::max(judgement.bytes, interleaving.bytes());
  return answer;
}

// Refuted by the search alone: what is left when as much as possible is taken out.
Counterexample Smallest(const History& history, const Relations& relations, const Options& options) {
  constexpr std::uint64_t kStepsInAll = 50'000'000;
  Judgement spent;
  const auto fails = [&](const History& part, const Relations& left) {
    if (spent.steps > kStepsInAll) return false;
    spent.steps += left.nodes.size();
    if (!left.thin_air.empty() || RefuteSaturated(left)) return true;
    const std::uint64_t most = std::min<std::uint64_t>(options.max_steps, 1'000'000);
    return Search(part, left, most, options.max_bytes, spent) == Interleaving::Answer::kNone;
  };
  std::vector<std::uint32_t> operations;
  for (const Node& node : relations.nodes) operations.push_back(node.operation);
  Counterexample example;
  example.operations = SmallestPart(history, operations, fails);
  example.sentences.push_back("no order of these operations keeps that of each process and explains every read");
  return example;
}

// Stronger, and much easier to find out.
bool IsLinearizable(const History& history, const Options& options, Judgement& judgement) {
  if (!options.zones) return false;
  judgement = CheckLinearizable(history, *FindModel("register"), options);
  return judgement.verdict == Verdict::kHolds;
}

}  // namespace

Judgement CheckSequential(const History& history, const Options& options) {
  Judgement judgement;
  if (IsLinearizable(history, options, judgement)) return judgement;
  judgement = JudgeByRefutation(history, RefuteSaturated, 2, options);
  if (judgement.verdict != Verdict::kHolds) return judgement;
  const Relations relations(history);
  switch (Search(history, relations, options.max_steps, options.max_bytes, judgement)) {
    case Interleaving::Answer::kFound:
      break;
    case Interleaving::Answer::kNone:
      judgement.verdict = Verdict::kViolated;
      if (options.explain) judgement.counterexample = Smallest(history, relations, options);
      break;
    case Interleaving::Answer::kOutOfSteps:
      judgement.verdict = Verdict::kInconclusive;
      judgement.reason = Words("more than ", options.max_steps, " steps");
      break;
    case Interleaving::Answer::kOutOfMemory:
      judgement.verdict = Verdict::kInconclusive;
      judgement.reason = Words("more than ", options.max_bytes, " bytes");
      break;
  }
  return judgement;
}

}  // namespace consistency
