#include "invariants/consistency/convergence.h"

#include <algorithm>
#include <map>
#include <set>

#include "invariants/consistency/words.h"

namespace consistency {
namespace {

// That a replica held a value for a key: a read or an audit.
struct Sight {
  std::uint32_t replica{};
  ValueId value{};
  std::int64_t began{}, ended{};
  std::int64_t began_ns = -1, ended_ns = -1;
  std::uint32_t place{};  // in the operations, or the audits
  bool is_audit{};
};

// All about one key.
struct KeySights {
  std::vector<std::uint32_t> writes;        // that did not fail, by call
  std::map<ValueId, std::uint32_t> writer;  // of a value
  std::vector<Sight> sights;                // by begin
};

std::map<std::uint32_t, KeySights> ByKey(const History& history) {
  std::map<std::uint32_t, KeySights> keys;
  for (std::uint32_t o = 0; o < history.operations.size(); ++o) {
    const Operation& operation = history.operations[o];
    KeySights& key = keys[operation.key];
    if (operation.function == Function::kWrite && operation.outcome != Outcome::kFailed) {
      key.writes.push_back(o);
      key.writer[operation.argument] = o;
    }
    const bool is_seen = operation.function == Function::kRead && operation.outcome == Outcome::kOk;
    if (!is_seen || operation.replica < 0) continue;
    key.sights.push_back({static_cast<std::uint32_t>(operation.replica), operation.result, operation.called,
                          operation.returned, operation.called_ns, operation.returned_ns, o, false});
  }
  for (std::uint32_t a = 0; a < history.audits.size(); ++a) {
    const Audit& audit = history.audits[a];
    keys[audit.key].sights.push_back(
        {audit.replica, audit.value, audit.at, audit.at, audit.at_ns, audit.at_ns, a, true});
  }
  for (auto& [id, key] : keys) {
    std::stable_sort(key.sights.begin(), key.sights.end(),
                     [](const Sight& a, const Sight& b) { return a.began < b.began; });
  }
  return keys;
}

// Who should come to hold what is written: whoever was audited, if anybody was; else whoever was read.
std::set<std::uint32_t> Replicas(const History& history, const std::map<std::uint32_t, KeySights>& keys) {
  std::set<std::uint32_t> replicas;
  for (const auto& [id, key] : keys) {
    for (const Sight& sight : key.sights) {
      if (history.audits.empty() || sight.is_audit) replicas.insert(sight.replica);
    }
  }
  return replicas;
}

bool IsOlder(const History& history, const KeySights& key, ValueId value, const Operation& write) {
  if (value == kNull) return true;
  const auto writer = key.writer.find(value);
  return writer != key.writer.end() && Precedes(history.operations[writer->second], write);
}

// The last sight of each replica at the end: after every write of the key has returned, or can do so no more.
std::map<std::uint32_t, Sight> Ends(const History& history, const KeySights& key) {
  const bool audited = !history.audits.empty();
  std::int64_t quiet = std::numeric_limits<std::int64_t>::min();
  for (const std::uint32_t o : key.writes) {
    const Operation& write = history.operations[o];
    const bool unknown = write.outcome == Outcome::kUnknown;
    if (unknown && !audited) return {};  // it may take effect between one look and the next
    quiet = std::max(quiet, unknown ? write.called : write.returned);
  }
  std::map<std::uint32_t, Sight> ends;
  for (const Sight& sight : key.sights) {
    if (sight.is_audit == audited && sight.began > quiet) ends[sight.replica] = sight;
  }
  return ends;
}

class Ending {
 public:
  Ending(const History& history, const KeySights& key) : history_(history), key_(key), ends_(Ends(history, key)) {}

  std::size_t judged() const { return ends_.size(); }
  // A replica ended with what nobody wrote.
  bool IsThinAir() const {
    return std::any_of(ends_.begin(), ends_.end(), [&](const auto& end) {
      return end.second.value != kNull && key_.writer.count(end.second.value) == 0;
    });
  }
  // Why the key did not converge; nothing: it did, as far as anybody looked.
  std::optional<Counterexample> Find() const {
    if (ends_.empty()) return std::nullopt;
    const Sight& first = ends_.begin()->second;
    for (const auto& [replica, sight] : ends_) {
      if (sight.value != first.value) return Disagreement(first, sight);
    }
    if (first.value != kNull && key_.writer.count(first.value) == 0)
      return Of({&first}, {}, Words(Say(first), ", but nobody wrote that"));
    for (const std::uint32_t o : key_.writes) {
      const Operation& write = history_.operations[o];
      if (write.outcome == Outcome::kOk && IsOlder(history_, key_, first.value, write)) return Lost(first, o);
    }
    return std::nullopt;
  }

 private:
  std::string Say(const Sight& sight) const {
    const std::uint32_t line =
        sight.is_audit ? history_.audits[sight.place].line : history_.operations[sight.place].line;
    const std::uint32_t id = sight.is_audit ? history_.audits[sight.place].key : history_.operations[sight.place].key;
    const std::string& name = history_.keys[id];
    return Words("replica ", sight.replica, " ended with ", name.empty() ? "" : name + " = ",
                 history_.values.Text(sight.value), " (line ", line, ")");
  }
  static Counterexample Of(const std::vector<const Sight*>& sights, std::vector<std::uint32_t> operations,
                           std::string sentence) {
    Counterexample example{std::move(operations), {}, {std::move(sentence)}};
    for (const Sight* sight : sights) (sight->is_audit ? example.audits : example.operations).push_back(sight->place);
    std::sort(example.operations.begin(), example.operations.end());
    return example;
  }
  Counterexample Disagreement(const Sight& a, const Sight& b) const {
    std::vector<std::uint32_t> writes;
    for (const Sight* sight : {&a, &b}) {
      const auto writer = key_.writer.find(sight->value);
      if (writer != key_.writer.end()) writes.push_back(writer->second);
    }
    return Of({&a, &b}, writes, Words(Say(a), ", ", Say(b)));
  }
  Counterexample Lost(const Sight& end, std::uint32_t write) const {
    std::vector<std::uint32_t> writes{write};
    std::string why = "no write";
    if (end.value != kNull) {
      writes.push_back(key_.writer.at(end.value));
      why = Name(history_, history_.operations[writes.back()]) + " had returned before it was called";
    }
    return Of({&end}, writes,
              Words(Name(history_, history_.operations[write]), " was acknowledged and is lost: ", Say(end),
                    end.value == kNull ? "" : ", and " + why));
  }

  const History& history_;
  const KeySights& key_;
  const std::map<std::uint32_t, Sight> ends_;
};

// Follows one write through what was seen.
Fate FateOf(const History& history, const KeySights& key, std::uint32_t o, const std::set<std::uint32_t>& replicas,
            const std::map<std::uint32_t, Sight>& ends) {
  const Operation& write = history.operations[o];
  Fate fate{o, std::nullopt, 0, false, false, false};
  std::map<std::uint32_t, std::int64_t> reached, given;  // by replica: when it was first seen with it; when a read had
  std::int64_t last = write.returned_ns;
  for (const Sight& sight : key.sights) {
    const bool older = IsOlder(history, key, sight.value, write);
    if (!older && sight.began >= write.called) {
      if (replicas.count(sight.replica) != 0 && reached.emplace(sight.replica, sight.ended).second)
        last = std::max(last, sight.ended_ns);
      if (!sight.is_audit) given.emplace(sight.replica, sight.ended);
    }
    if (!older || sight.is_audit || sight.began <= write.returned) continue;
    fate.stale = true;
    if (write.returned_ns >= 0) fate.stale_for_ns = std::max(fate.stale_for_ns, sight.began_ns - write.returned_ns);
    const auto before = given.find(sight.replica);
    fate.resurrected = fate.resurrected || (before != given.end() && before->second < sight.began);
  }
  if (write.returned_ns >= 0 && !replicas.empty() && reached.size() == replicas.size())
    fate.visible_after_ns = last - write.returned_ns;
  for (const auto& [replica, end] : ends) fate.lost = fate.lost || IsOlder(history, key, end.value, write);
  return fate;
}

}  // namespace

std::vector<Fate> FatesOf(const History& history) {
  const std::map<std::uint32_t, KeySights> keys = ByKey(history);
  const std::set<std::uint32_t> replicas = Replicas(history, keys);
  std::vector<Fate> fates;
  for (const auto& [id, key] : keys) {
    const std::map<std::uint32_t, Sight> ends = Ends(history, key);
    for (const std::uint32_t o : key.writes) {
      if (history.operations[o].outcome == Outcome::kOk) fates.push_back(FateOf(history, key, o, replicas, ends));
    }
  }
  std::sort(fates.begin(), fates.end(), [](const Fate& a, const Fate& b) { return a.operation < b.operation; });
  return fates;
}

Judgement CheckConvergence(const History& history, const Options&) {
  Judgement judgement;
  judgement.verdict = Verdict::kHolds;
  const std::map<std::uint32_t, KeySights> keys = ByKey(history);
  bool compared = false;
  for (const auto& [id, key] : keys) {
    const Ending ending(history, key);
    judgement.judged += ending.judged();
    compared = compared || ending.judged() > 1;
    if (judgement.verdict == Verdict::kViolated) continue;
    std::optional<Counterexample> example = ending.Find();
    if (!example) continue;
    if (history.audits.empty() && !ending.IsThinAir()) {
      // Who wrote the history may not have waited.
      judgement.verdict = Verdict::kInconclusive;
      judgement.reason = example->sentences.front() + "; only audits say that the replicas had had the time to agree";
    } else {
      judgement.verdict = Verdict::kViolated;
      judgement.reason.clear();
      judgement.counterexample = std::move(example);
    }
  }
  if (judgement.verdict == Verdict::kHolds && !compared) {
    judgement.verdict = Verdict::kInconclusive;
    judgement.reason = "no two replicas were looked at after the last write; reads say which by \"replica\"";
  }
  return judgement;
}

}  // namespace consistency
