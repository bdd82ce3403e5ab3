// Linearizability: what clients were answered is what one store could have answered that does
// each request at an instant between its call and its return (Herlihy & Wing, 1990).
//
// Judged key by key at each return, in memory that does not grow with the run: the simulator's
// clients write every value once, so no search is needed (consistency/unique_register.h). It says
// which values clash; the smallest history that shows it is shown by `faultline run`.
#include <map>

#include "invariants/consistency/unique_register.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Linearizability {
  struct Asked {
    std::uint64_t key{};
    bool is_write{};
    std::uint64_t value{};
    std::uint64_t called{};
  };

  std::map<std::uint64_t, consistency::UniqueRegister> keys;
  core::List<Asked> asked;  // last, by client: each has one request at a time
  std::uint64_t now{};      // calls and returns so far

  Ruling On(core::NodeId, const facts::LinearizabilityPromised&) { return Ruling::Noted(); }
  Ruling On(core::NodeId, const facts::Invoked& f) {
    const bool is_write = f.function == facts::Operation::kWrite;
    const std::size_t client = core::Number(f.request.client);
    if (client >= asked.size()) asked.resize(client + 1);
    asked[client] = {f.key, is_write, f.value, ++now};
    consistency::UniqueRegister& store = keys[f.key];
    if (!is_write) {
      store.ReadCalled(now);
    } else {
      store.WriteCalled(f.value, now);
    }
    if (!store.repeated()) return Ruling::Noted();
    return Ruling::Undecided(core::Text(f.value) + " was written to key " + core::Text(f.key) +
                             " twice: what was read cannot be told");
  }
  Ruling On(core::NodeId, const facts::Returned& f) {
    const Asked& it = asked[core::Number(f.request.client)];
    const auto clash = keys[it.key].Returned(it.is_write ? it.value : f.value, it.called, ++now);
    return clash ? Ruling::Broken(Explain(it.key, *clash)) : Ruling::Fine();
  }
  Ruling On(core::NodeId, const facts::Abandoned& f) {
    const Asked& it = asked[core::Number(f.request.client)];
    keys[it.key].GivenUp(it.called);
    return Ruling::Noted();
  }

 private:
  static std::string Explain(std::uint64_t key, const consistency::UniqueRegister::Clash& clash) {
    const std::string where = "on key " + core::Text(key) + " ";
    const std::string value = clash.value ? core::Text(*clash.value) : "nothing";
    if (!clash.other && !clash.value) return where + "nothing was read, long after something had been written";
    if (!clash.other) return where + value + " was read, which nobody had written, or others had long replaced";
    const std::string other = *clash.other ? core::Text(**clash.other) : "nothing";
    return where + other + " was there before " + value +
           " and after it: something of each was called after something " + "of the other had returned";
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
