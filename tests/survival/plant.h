// Plant: a protocol with bugs beside itself in the catalog, so that every command of `faultline` runs them by name.
//
// They are the bugs that the host can plant (core::Mutation): "raft.forgets.Voted", "raft.sends_early.Vote",
// "raft.ignores.AppendReply".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/core/host.h"
#include "protocols/core/text.h"
#include "protocols/machines/key_value.h"
#include "tools/bind.h"

namespace survival {

template <class... A>
std::vector<std::string> NamesOf(const std::variant<A...>*) {
  return {std::string(core::TypeName<A>())...};
}

inline void AddMutant(const tools::Protocol& healthy, const std::string& bug, core::Mutation mutation) {
  tools::Protocol mutant = healthy;
  mutant.name += "." + bug;
  const auto plant = [mutation](auto run) {
    return [mutation, run = std::move(run)](tools::Job job) {
      job.mutation = mutation;
      return run(job);
    };
  };
  mutant.run = plant(healthy.run);
  mutant.collect = plant(healthy.collect);
  tools::AddToCatalog(std::move(mutant));
}

template <template <class> class NodeOf>
struct Planted {
  Planted(std::string_view name, std::string_view summary) {
    const tools::Binding<NodeOf> binding(name, summary);
    const tools::Protocol healthy = tools::Catalog().find(name)->second;
    using Node = NodeOf<machines::KeyValue>;
    const auto records = NamesOf(static_cast<const typename Node::Record*>(nullptr));
    const auto messages = NamesOf(static_cast<const typename Node::Message*>(nullptr));
    for (int i = 0; i < static_cast<int>(records.size()); ++i)
      AddMutant(healthy, "forgets." + records[i], {.forget_record = i});
    for (int i = 0; i < static_cast<int>(messages.size()); ++i) {
      AddMutant(healthy, "sends_early." + messages[i], {.early_message = i});
      AddMutant(healthy, "ignores." + messages[i], {.ignore_message = i});
    }
  }
};

}  // namespace survival
