// Known is held: what a node says that it knows it has, or something later about the same. Who is ahead of its data
// in what it says is not told any more, and its next write erases what it never had (founding document F65).
//
// And only what somebody issued is known anywhere.
#include <map>
#include <optional>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

struct KnownIsHeld {
  struct Issued {
    core::Fingerprint subject;
    std::optional<UpdatePlace> place;  // none: it stood nowhere that anybody saw
  };
  std::map<facts::UpdateName, Issued> issued;
  ByNode<std::map<core::Fingerprint, UpdatePlace>> standing;  // by subject

  Ruling On(core::NodeId node, const facts::UpdatesRecovered&) {
    standing[node].clear();
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::UpdateIssued& f) {
    issued.try_emplace(f.name, Issued{f.subject, {}});
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateStands& f) {
    Issued* update = Find(node, f.name);
    if (update == nullptr) return Invented(node, f.name);
    *update = {f.subject, PlaceOf(f)};
    standing[node][f.subject] = PlaceOf(f);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateKnown& f) {
    const Issued* update = Find(node, f.name);
    if (update == nullptr) return Invented(node, f.name);
    if (!update->place) return Ruling::Noted();
    const auto held = standing[node].find(update->subject);
    if (held != standing[node].end() && held->second >= *update->place) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " says that it knows " + Name(f.name) + ", and has " +
                          (held == standing[node].end() ? "nothing" : "only the older " + Name(held->second.name)) +
                          " about the same");
  }

 private:
  // What reached a disk just before it lost power nobody has heard of, until its writer comes back and has it.
  Issued* Find(core::NodeId node, const facts::UpdateName& name) {
    if (name.node == node) return &issued[name];
    const auto at = issued.find(name);
    return at == issued.end() ? nullptr : &at->second;
  }
  static Ruling Invented(core::NodeId node, const facts::UpdateName& name) {
    return Ruling::Broken(core::Text(node) + " knows " + Name(name) + ", which nobody has issued");
  }
};

constexpr facts::UpdateName kFirst{core::NodeId{0}, 1}, kSecond{core::NodeId{0}, 2};
constexpr core::Fingerprint kSubject{7, 7};
void Accepted(Story& story) {
  story(0, facts::UpdateIssued{kFirst, kSubject});
  story(0, facts::UpdateStands{kFirst, kSubject, {}, 1});
  story(0, facts::UpdateKnown{kFirst});
  story(0, facts::UpdateIssued{kSecond, kSubject});
  story(0, facts::UpdateStands{kSecond, kSubject, {}, 2});
  story(1, facts::UpdateStands{kSecond, kSubject, {}, 2});
  story(1, facts::UpdateKnown{kSecond});
  story(1, facts::UpdateKnown{kFirst});
}
void Rejected(Story& story) {
  story(0, facts::UpdateIssued{kFirst, kSubject});
  story(0, facts::UpdateStands{kFirst, kSubject, {}, 1});
  story(0, facts::UpdateIssued{kSecond, kSubject});
  story(0, facts::UpdateStands{kSecond, kSubject, {}, 2});
  story(1, facts::UpdateStands{kFirst, kSubject, {}, 1});
  story(1, facts::UpdateKnown{kSecond});
}
REGISTER_INVARIANT(
    "known-is-held", KnownIsHeld, "a node has what it says that it knows, or something later about the same",
    "Almeida, Shoker & Baquero, Delta state replicated data types, §4.3 (causal delta-merging condition)",
    facts::UpdatesRecovered, facts::UpdateIssued, facts::UpdateStands, facts::UpdateKnown);

}  // namespace
}  // namespace invariants
