#include "tests/consistency/long_history.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "protocols/core/check.h"
#include "tests/consistency/numbers.h"

namespace consistency {
namespace {

void NameKeys(std::uint32_t keys, History& history) {
  for (std::uint32_t key = 0; key < keys; ++key) history.keys.push_back("k" + std::to_string(key));
}

void Finish(History& history) {
  std::stable_sort(history.operations.begin(), history.operations.end(),
                   [](const Operation& a, const Operation& b) { return a.called < b.called; });
  for (std::uint32_t o = 0; o < history.operations.size(); ++o) history.operations[o].line = o + 1;
}

// Time goes on by one with each thing that happens: a call, an effect, a return.
class Store {
 public:
  Store(const LongShape& shape, std::uint64_t seed) : shape_(shape), numbers_(seed), values_(shape.keys, kNull) {}

  History Make() {
    NameKeys(shape_.keys, history_);
    std::vector<Client> clients(shape_.clients);
    std::uint32_t next_process = shape_.clients;
    for (std::uint32_t c = 0; c < clients.size(); ++c) clients[c].process = c;
    std::uint32_t idle = 0;
    while (idle < clients.size()) {
      Client& client = numbers_.Any(clients);
      ++now_;
      if (client.stage == Stage::kCalls && history_.operations.size() >= shape_.operations) {
        idle += client.finished ? 0 : 1;
        client.finished = true;
      } else if (client.stage == Stage::kCalls) {
        Call(client);
      } else if (client.stage == Stage::kActs) {
        Act(client, next_process);
      } else {
        history_.operations[client.operation].returned = now_;
        client.stage = Stage::kCalls;
      }
    }
    Finish(history_);
    return std::move(history_);
  }

 private:
  enum class Stage : std::uint8_t { kCalls, kActs, kReturns };
  struct Client {
    Stage stage = Stage::kCalls;
    std::uint32_t process = 0;
    std::size_t operation = 0;
    bool finished = false;
  };

  void Call(Client& client) {
    Operation o{.process = client.process, .key = numbers_.Below(shape_.keys), .called = now_};
    if (numbers_.Chance(shape_.reads_percent)) {
      o.function = Function::kRead;
    } else {
      o.function = numbers_.Chance(shape_.cas_percent) ? Function::kCas : Function::kWrite;
      o.argument = history_.values.Integer(static_cast<std::int64_t>(history_.operations.size()) + 1);
    }
    client.operation = history_.operations.size();
    client.stage = Stage::kActs;
    history_.operations.push_back(o);
  }

  void Act(Client& client, std::uint32_t& next_process) {
    Operation& o = history_.operations[client.operation];
    ValueId& value = values_[o.key];
    client.stage = Stage::kReturns;
    if (o.function == Function::kRead) {
      o.result = value;
    } else if (o.function == Function::kCas) {
      o.expected =
          numbers_.Chance(50) ? value : history_.values.Integer(numbers_.Below(history_.operations.size()) + 1);
      o.outcome = o.expected == value ? Outcome::kOk : Outcome::kFailed;
      if (o.outcome == Outcome::kOk) value = o.argument;
    } else if (numbers_.Chance(shape_.unknown_percent)) {
      if (numbers_.Chance(50)) value = o.argument;
      o.outcome = Outcome::kUnknown;
      client.process = next_process++;
      client.stage = Stage::kCalls;
    } else {
      value = o.argument;
    }
  }

  const LongShape shape_;
  Numbers numbers_;
  std::vector<ValueId> values_;
  std::int64_t now_ = 0;
  History history_;
};

// Replicas with a log of writes each; one takes the next write of another's log once it has what that write's
// replica had when it made it.
class Replicas {
 public:
  Replicas(const LongShape& shape, Conflict conflict, std::uint64_t seed)
      : shape_(shape), conflict_(conflict), numbers_(seed), replicas_(shape.clients, Replica(shape)) {}

  History Make() {
    NameKeys(shape_.keys, history_);
    while (history_.operations.size() < shape_.operations) {
      const std::uint32_t r = numbers_.Below(replicas_.size());
      ++now_;
      if (numbers_.Chance(10)) {
        Ask(r);
      } else {
        Hear(r, numbers_.Below(replicas_.size()));
      }
    }
    Finish(history_);
    return std::move(history_);
  }

 private:
  struct Stamp {
    std::uint64_t lamport = 0;
    std::uint32_t origin = 0;
    auto operator<=>(const Stamp&) const = default;
  };
  struct Write {
    std::uint32_t key{};
    ValueId value{};
    Stamp stamp;
    std::vector<std::uint32_t> seen;  // of each log
  };
  struct Replica {
    explicit Replica(const LongShape& shape) : values(shape.keys), stamps(shape.keys), seen(shape.clients) {}
    std::vector<ValueId> values;
    std::vector<Stamp> stamps;
    std::vector<std::uint32_t> seen;
    std::vector<Write> log;
    std::uint64_t lamport = 0;
  };

  void Ask(std::uint32_t r) {
    Replica& replica = replicas_[r];
    Operation o{.process = r, .key = numbers_.Below(shape_.keys), .called = 2 * now_, .returned = 2 * now_ + 1};
    o.replica = static_cast<std::int32_t>(r);
    if (numbers_.Chance(shape_.reads_percent)) {
      o.function = Function::kRead;
      o.result = replica.values[o.key];
    } else {
      o.function = Function::kWrite;
      o.argument = history_.values.Integer(static_cast<std::int64_t>(history_.operations.size()) + 1);
      const Write write{o.key, o.argument, {++replica.lamport, r}, replica.seen};
      Take(replica, write);
      replica.log.push_back(write);
      ++replica.seen[r];
    }
    history_.operations.push_back(o);
  }

  void Hear(std::uint32_t r, std::uint32_t from) {
    Replica& replica = replicas_[r];
    if (r == from || replica.seen[from] == replicas_[from].log.size()) return;
    const Write& write = replicas_[from].log[replica.seen[from]];
    for (std::uint32_t c = 0; c < replica.seen.size(); ++c) {
      if (write.seen[c] > replica.seen[c]) return;
    }
    Take(replica, write);
    ++replica.seen[from];
  }

  void Take(Replica& replica, const Write& write) {
    replica.lamport = std::max(replica.lamport, write.stamp.lamport);
    if (conflict_ == Conflict::kLastWriterWins && write.stamp < replica.stamps[write.key]) return;
    replica.values[write.key] = write.value;
    replica.stamps[write.key] = write.stamp;
  }

  const LongShape shape_;
  const Conflict conflict_;
  Numbers numbers_;
  std::vector<Replica> replicas_;
  std::int64_t now_ = 0;
  History history_;
};

}  // namespace

History LinearizableHistory(const LongShape& shape, std::uint64_t seed) { return Store(shape, seed).Make(); }

History CausalHistory(const LongShape& shape, Conflict conflict, std::uint64_t seed) {
  return Replicas(shape, conflict, seed).Make();
}

History FollowerHistory(const LongShape& shape, std::uint32_t lag, bool versions, std::uint64_t seed) {
  History history;
  NameKeys(shape.keys, history);
  Numbers numbers(seed);
  std::vector<std::pair<std::uint32_t, ValueId>> log;  // key and value
  std::vector<std::vector<std::pair<std::uint32_t, ValueId>>> of_key(
      shape.keys);  // place in the log, from 1, and value
  std::vector<std::uint32_t> seen(shape.clients, 0);
  for (std::uint32_t i = 0; i < shape.operations; ++i) {
    const std::uint32_t client = numbers.Below(shape.clients);
    Operation o{.process = client, .key = numbers.Below(shape.keys), .called = 2 * i, .returned = 2 * i + 1};
    const auto end = static_cast<std::uint32_t>(log.size());
    if (numbers.Chance(shape.reads_percent)) {
      seen[client] = std::max(seen[client], end - std::min(end, numbers.UpTo(lag)));
      const auto after = std::upper_bound(of_key[o.key].begin(), of_key[o.key].end(), seen[client],
                                          [](std::uint32_t place, const auto& write) { return place < write.first; });
      o.result = after == of_key[o.key].begin() ? kNull : (after - 1)->second;
    } else {
      o.function = Function::kWrite;
      o.argument = history.values.Integer(static_cast<std::int64_t>(i) + 1);
      log.emplace_back(o.key, o.argument);
      seen[client] = end + 1;
      of_key[o.key].emplace_back(seen[client], o.argument);
    }
    if (versions) o.version = seen[client];
    history.operations.push_back(o);
  }
  Finish(history);
  return history;
}

std::uint32_t PlantStaleRead(History& history, std::uint64_t seed) {
  Numbers numbers(seed);
  for (int tries = 0; tries < 100'000; ++tries) {
    const std::uint32_t place = numbers.Below(history.operations.size());
    Operation& read = history.operations[place];
    if (read.function != Function::kRead || read.outcome != Outcome::kOk) continue;
    // The two latest writes of the key that had returned, one before the other.
    std::vector<const Operation*> writes;
    for (std::uint32_t o = 0; o < place; ++o) {
      const Operation& write = history.operations[o];
      if (write.function != Function::kWrite || write.key != read.key || !Precedes(write, read)) continue;
      if (writes.empty() || Precedes(*writes.back(), write)) writes.push_back(&write);
    }
    if (writes.size() < 2) continue;
    read.result = writes[writes.size() - 2]->argument;
    return place;
  }
  CHECK(false);
}

}  // namespace consistency
