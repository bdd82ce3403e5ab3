#include "invariants/consistency/refutation.h"

#include <algorithm>
#include <map>
#include <set>

#include "invariants/consistency/reduce.h"
#include "invariants/consistency/words.h"

namespace consistency {
namespace {

class Teller {
 public:
  Teller(const History& history, const Relations& relations) : history_(history), relations_(relations) {}

  std::string Name(NodeId n) const {
    return consistency::Name(history_, history_.operations[relations_.nodes[n].operation]);
  }
  std::string Say(const Edge& edge) const {
    switch (edge.reason) {
      case Reason::kSession:
        return Name(edge.from) + " came before " + Name(edge.to) + " in process " + ProcessOf(edge.to);
      case Reason::kRead:
        return Name(edge.to) + " read what " + Name(edge.from) + " wrote";
      case Reason::kSeen:
        return Name(edge.because) + " could not miss " + Name(edge.from) + " and did not return it, so " +
               Name(edge.from) + " comes before " + Name(edge.to);
      case Reason::kMissed:
        break;
    }
    if (edge.because == kNoNode) return Name(edge.from) + ", so it comes before " + Name(edge.to);
    return Name(edge.from) + " returned what " + Name(edge.because) + " wrote, so it comes before " + Name(edge.to) +
           ", which replaced that";
  }

 private:
  std::string ProcessOf(NodeId n) const {
    return std::to_string(history_.operations[relations_.nodes[n].operation].process);
  }
  const History& history_;
  const Relations& relations_;
};

// What can be taken out of a history of registers without making a violation: a value with its reads, or a read.
struct Part {
  std::vector<std::uint32_t> operations;
};

std::vector<Part> ByValue(const History& history, const std::vector<std::uint32_t>& operations) {
  std::map<std::pair<std::uint32_t, ValueId>, Part> parts;
  std::vector<Part> all;
  for (const std::uint32_t o : operations) {
    const Operation& operation = history.operations[o];
    const bool is_read = operation.function == Function::kRead;
    parts[{operation.key, is_read ? operation.result : operation.argument}].operations.push_back(o);
  }
  for (auto& [value, part] : parts) {
    if (value.second != kNull) all.push_back(std::move(part));
  }
  return all;
}

std::vector<Part> Reads(const History& history, const std::vector<std::uint32_t>& operations) {
  std::vector<Part> all;
  for (const std::uint32_t o : operations) {
    if (history.operations[o].function == Function::kRead) all.push_back({{o}});
  }
  return all;
}

History Restricted(const History& history, const std::vector<std::uint32_t>& operations) {
  History part;
  part.keys = history.keys;
  for (const std::uint32_t o : operations) part.operations.push_back(history.operations[o]);
  return part;
}

using Fails = std::function<bool(const History&, const Relations&)>;

// `operations` without as many of `parts` as possible.
std::vector<std::uint32_t> Without(const History& history, const std::vector<std::uint32_t>& operations,
                                   const std::vector<Part>& parts, const Fails& fails) {
  std::vector<const Part*> all;
  for (const Part& part : parts) all.push_back(&part);
  const auto rest = [&](const std::vector<const Part*>& staying) {
    std::set<std::uint32_t> gone;
    for (const Part& part : parts) gone.insert(part.operations.begin(), part.operations.end());
    for (const Part* part : staying) {
      for (const std::uint32_t o : part->operations) gone.erase(o);
    }
    std::vector<std::uint32_t> left;
    for (const std::uint32_t o : operations) {
      if (gone.count(o) == 0) left.push_back(o);
    }
    return left;
  };
  return rest(Reduce(all, [&](const std::vector<const Part*>& staying) {
    const History part = Restricted(history, rest(staying));
    return fails(part, Relations(part));
  }));
}

Counterexample Smallest(const History& history, std::vector<std::uint32_t> operations, Refute refute) {
  const auto fails = [refute](const History&, const Relations& relations) {
    return !relations.thin_air.empty() || refute(relations).has_value();
  };
  Counterexample example;
  example.operations = SmallestPart(history, std::move(operations), fails);
  History part = Restricted(history, example.operations);
  part.values = history.values;
  const Relations relations(part);
  if (const auto refutation = refute(relations)) example.sentences = Explain(part, relations, *refutation);
  return example;
}

}  // namespace

std::vector<std::uint32_t> SmallestPart(const History& history, std::vector<std::uint32_t> operations,
                                        const Fails& fails) {
  operations = Without(history, operations, ByValue(history, operations), fails);
  operations = Without(history, operations, Reads(history, operations), fails);
  return Without(history, operations, ByValue(history, operations), fails);
}

std::vector<std::uint32_t> OperationsOf(const Relations& relations, const Refutation& refutation) {
  std::set<NodeId> nodes;
  for (const auto* edges : {&refutation.cycle, &refutation.ways}) {
    for (const Edge& edge : *edges) {
      nodes.insert({edge.from, edge.to});
      if (edge.because != kNoNode) nodes.insert(edge.because);
    }
  }
  for (const NodeId n : {refutation.null_read, refutation.seen}) {
    if (n != kNoNode) nodes.insert(n);
  }
  std::set<std::uint32_t> operations;
  for (const NodeId n : nodes) {
    const Node& node = relations.nodes[n];
    operations.insert(node.operation);
    if (node.source != kNoNode) operations.insert(relations.nodes[node.source].operation);
  }
  return {operations.begin(), operations.end()};
}

std::vector<std::string> Explain(const History& history, const Relations& relations, const Refutation& refutation) {
  const Teller teller(history, relations);
  std::vector<std::string> sentences;
  if (refutation.null_read != kNoNode) {
    sentences.push_back(teller.Name(refutation.null_read) + " could not miss " + teller.Name(refutation.seen));
  } else {
    sentences.push_back("each of these would have to come before the next, and the last before the first");
    for (const Edge& edge : refutation.cycle) sentences.push_back(teller.Say(edge));
  }
  if (!refutation.ways.empty()) sentences.push_back("what could not be missed, because");
  for (const Edge& edge : refutation.ways) sentences.push_back(teller.Say(edge));
  return sentences;
}

Judgement JudgeByRefutation(const History& history, Refute refute, std::uint32_t matrices, const Options& options) {
  Judgement judgement;
  const Relations relations(history);
  judgement.judged = relations.nodes.size();
  judgement.steps = relations.nodes.size();
  const std::uint64_t matrix = relations.nodes.size() * relations.chains.size() * sizeof(std::uint32_t) * matrices;
  judgement.bytes = matrix + relations.nodes.size() * sizeof(Node);
  judgement.verdict = Verdict::kViolated;
  if (!relations.thin_air.empty()) {
    const Operation& read = history.operations[relations.thin_air.front()];
    judgement.counterexample =
        Counterexample{{relations.thin_air.front()}, {}, {Name(history, read) + ", but nobody wrote that"}};
    return judgement;
  }
  if (judgement.bytes > options.max_bytes) {
    judgement.verdict = Verdict::kInconclusive;
    judgement.reason = Words("more than ", options.max_bytes, " bytes for ", relations.nodes.size(), " operations in ",
                             relations.chains.size(), " sessions");
    return judgement;
  }
  const std::optional<Refutation> refutation = refute(relations);
  if (!refutation) {
    judgement.verdict = Verdict::kHolds;
  } else if (options.explain) {
    judgement.counterexample = Smallest(history, OperationsOf(relations, *refutation), refute);
  }
  return judgement;
}

}  // namespace consistency
