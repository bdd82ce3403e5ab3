// Linearizability: what clients were answered is what one store could have answered that does
// each request at an instant between its call and its return (Herlihy & Wing, 1990).
//
// Judged key by key as the run goes, as far as nothing older on the key is open
// (consistency/frontier.h), in memory that does not grow with the run. It says which answer
// nothing explains; the shortest history that shows it is for `faultline check`.
#include <map>

#include "invariants/consistency/frontier.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Linearizability {
  using Register = consistency::Frontier<consistency::PlainRegister>;
  struct Asked {
    std::uint64_t id{};
    std::uint64_t key{};
    bool is_write{};
    std::uint64_t value{};
  };

  std::map<std::uint64_t, Register> keys;
  core::List<Asked> asked;  // last, by client: each has one request at a time
  std::uint64_t calls{};

  Ruling On(core::NodeId, const facts::LinearizabilityPromised&) { return Ruling::Noted(); }
  Ruling On(core::NodeId, const facts::Invoked& f) {
    const bool is_write = f.function == facts::Operation::kWrite;
    const std::size_t client = core::Number(f.request.client);
    if (client >= asked.size()) asked.resize(client + 1);
    asked[client] = {++calls, f.key, is_write, f.value};
    keys[f.key].Call(calls, {is_write, is_write ? std::optional(f.value) : std::nullopt});
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Returned& f) {
    const Asked& it = asked[core::Number(f.request.client)];
    return Judge(it.key, keys[it.key].Return(it.id, {it.is_write, it.is_write ? it.value : f.value}));
  }
  Ruling On(core::NodeId, const facts::Abandoned& f) {
    const Asked& it = asked[core::Number(f.request.client)];
    return Judge(it.key, keys[it.key].GiveUp(it.id));
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    for (auto& [key, store] : keys) rulings.push_back(Judge(key, store.Finish()));
    return rulings;
  }

 private:
  Ruling Judge(std::uint64_t key, std::uint64_t returns) {
    const Register& store = keys[key];
    if (store.overflowed()) return Ruling::Undecided("too many orders are possible on key " + core::Text(key));
    if (!store.broken()) return Ruling::Fine(static_cast<std::uint32_t>(returns));
    const auto& operation = store.unexplained_operation();
    std::string why = (operation.is_write ? "a write of " : "a read that gave ") + core::Text(operation.value) +
                      " on key " + core::Text(key) +
                      " is explained by no order of what had been asked: when it had to happen, the value was ";
    const char* separator = "";
    for (const auto& state : store.stood()) {
      why += separator + core::Text(state.value);
      separator = " or ";
    }
    return Ruling::Broken(std::move(why));
  }
};

constexpr facts::Operation kRead = facts::Operation::kRead;
constexpr facts::Operation kWrite = facts::Operation::kWrite;
constexpr core::RequestId kFirst{core::ClientId{0}, 1}, kSecond{core::ClientId{1}, 1}, kThird{core::ClientId{1}, 2};

// c1 writes 7 and is told so; what c0, who asked meanwhile, is answered may be either; what is asked later may not.
void TellOfAWrite(Story& story) {
  story(5, facts::Invoked{kFirst, kRead, 3, 0, {}});
  story(6, facts::Invoked{kSecond, kWrite, 3, 7, {}});
  story(6, facts::Returned{kSecond, std::nullopt, {}, {}, {}});
  story(5, facts::Returned{kFirst, std::nullopt, {}, {}, {}});
}
void Accepted(Story& story) {
  TellOfAWrite(story);
  story(6, facts::Invoked{kThird, kRead, 3, 0, {}});
  story(6, facts::Returned{kThird, 7, {}, {}, {}});
  story.AtEnd();
}
void Rejected(Story& story) {
  TellOfAWrite(story);
  story(6, facts::Invoked{kThird, kRead, 3, 0, {}});
  story(6, facts::Returned{kThird, std::nullopt, {}, {}, {}});
}
REGISTER_INVARIANT("linearizability", Linearizability,
                   "clients are answered as if each request happened at an instant between its call and its return",
                   "Herlihy & Wing, Linearizability; Raft, §8", facts::LinearizabilityPromised, facts::Invoked,
                   facts::Returned, facts::Abandoned);

}  // namespace
}  // namespace invariants
