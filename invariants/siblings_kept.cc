// Siblings kept: of what a node knows about a subject exactly that stands there which nothing else that it knows had
// seen. So nothing is lost that was written without knowledge of what is kept, nothing is in conflict that is not, what
// was replaced or removed does not come back, and who knows the same has the same.
//
// What an update had seen is what its writer knew when it was issued, by what it said until then; not the past that the
// update itself carries, which may be wrong. A removal may be forgotten, but not before all nodes know of it.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

using Names = std::set<facts::UpdateName>;

struct SiblingsKept {
  struct Issued {
    std::optional<core::Fingerprint> subject;  // none: nobody has said so yet
    NameSet past;                              // with all that those had seen which it replaced
    // More than that it cannot have seen. What reached a disk just before it lost power nobody has heard of, until its
    // writer comes back and has it: what that had seen can only be guessed, and what they had who have seen it.
    NameSet bound;
    bool removal{};
    bool certain() const { return past.Covers(bound); }
  };
  struct About {
    Names unseen;    // known here, and seen by nothing else that is
    Names standing;  // by the node's word
  };
  struct State {
    bool recovering{};
    NameSet known;
    Names unsaid;  // of these, those of which nobody said what they are about when they were
    std::map<core::Fingerprint, About> subjects;
  };
  std::map<facts::UpdateName, Issued> issued;
  NameSet said;  // whatever anybody has spoken of
  ByNode<State> nodes;

  Ruling On(core::NodeId node, const facts::UpdatesRecovered&) {
    nodes[node] = {true, {}, {}, {}};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SiblingsRecovered&) {
    State& state = nodes[node];
    state.recovering = false;
    std::uint32_t judged = 0;
    for (const auto& [subject, about] : state.subjects) {
      Ruling ruling = Judge(node, state, about);
      if (ruling.broken()) return ruling;
      judged += ruling.judged();
    }
    return judged == 0 ? Ruling::Noted() : Ruling::Fine(judged);
  }
  Ruling On(core::NodeId node, const facts::UpdateIssued& f) {
    State& state = nodes[node];
    Issued update{f.subject, state.known, state.known, false};
    for (const facts::UpdateName& name : state.subjects[f.subject].unseen) {
      update.past.Join(issued[name].past);
      update.bound.Join(issued[name].bound);
    }
    issued.insert_or_assign(f.name, std::move(update));
    said.Add(f.name);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SiblingStands& f) {
    Issued* update = Find(node, f.name);
    if (update == nullptr) return Ruling::Broken(core::Text(node) + " has " + Name(f.name) + ", which nobody issued");
    update->subject = f.subject;
    update->removal = f.removal;
    nodes[node].subjects[f.subject].standing.insert(f.name);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SiblingFalls& f) {
    const Issued& update = issued[f.name];
    if (!update.subject) return Ruling::Broken(core::Text(node) + " drops " + Name(f.name) + ", which it never had");
    About& about = nodes[node].subjects[*update.subject];
    about.standing.erase(f.name);
    const auto may_replace_it = [&](const facts::UpdateName& name) {
      return !issued[name].certain() || issued[name].past.Contains(f.name);
    };
    if (!update.removal || std::any_of(about.standing.begin(), about.standing.end(), may_replace_it)) {
      return Ruling::Noted();  // judged as soon as the node knows what replaces it
    }
    for (std::uint32_t other = 0; other < nodes.values.size(); ++other) {
      if (nodes.values[other].known.Contains(f.name)) continue;
      return Ruling::Broken(core::Text(node) + " forgets the removal " + Name(f.name) + ", which " +
                            core::Text(core::NodeId{other}) + " does not know");
    }
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::UpdateKnown& f) {
    State& state = nodes[node];
    state.known.Add(f.name);
    const Issued* update = Find(node, f.name);
    if (update == nullptr) return Ruling::Broken(core::Text(node) + " knows " + Name(f.name) + ", which nobody issued");
    if (!update->subject) {
      state.unsaid.insert(f.name);
      return Ruling::Noted();
    }
    About& about = state.subjects[*update->subject];
    Grow(about.unseen, f.name);
    return state.recovering ? Ruling::Noted() : Judge(node, state, about);
  }

 private:
  // Null: nobody can have it.
  Issued* Find(core::NodeId node, const facts::UpdateName& name) {
    const auto at = issued.find(name);
    if (at != issued.end()) return &at->second;
    if (name.node != node) return nullptr;
    said.Add(name);
    return &issued.try_emplace(name, Issued{{}, {}, said, false}).first->second;
  }
  void Grow(Names& unseen, const facts::UpdateName& name) {
    const auto has_seen = [this](const facts::UpdateName& by, const facts::UpdateName& what) {
      return issued[by].past.Contains(what);
    };
    if (std::any_of(unseen.begin(), unseen.end(), [&](const auto& other) { return has_seen(other, name); })) return;
    std::erase_if(unseen, [&](const auto& other) { return has_seen(name, other); });
    unseen.insert(name);
  }
  Ruling Judge(core::NodeId node, const State& state, const About& about) {
    const auto uncertain = [this](const facts::UpdateName& name) { return !issued[name].certain(); };
    if (std::any_of(about.unseen.begin(), about.unseen.end(), uncertain)) return Ruling::Noted();
    for (const facts::UpdateName& name : about.unseen) {
      if (about.standing.count(name) > 0 || issued[name].removal) continue;
      // It may have been removed by what nobody heard of, which may be forgotten already.
      const auto said_by_now = [this](const facts::UpdateName& other) { return issued[other].subject.has_value(); };
      if (!std::all_of(state.unsaid.begin(), state.unsaid.end(), said_by_now)) return Ruling::Noted();
      return Ruling::Broken(core::Text(node) + " does not keep " + Name(name) +
                            ", and nothing that it knows about the same had seen that");
    }
    for (const facts::UpdateName& name : about.standing) {
      if (about.unseen.count(name) > 0 || issued[name].removal) continue;
      return Ruling::Broken(core::Text(node) + " keeps " + Name(name) +
                            ", which something that it knows about the same had seen");
    }
    return Ruling::Fine();
  }
};

constexpr facts::UpdateName kOne{core::NodeId{0}, 1}, kTwo{core::NodeId{1}, 1}, kBoth{core::NodeId{0}, 2};
constexpr core::Fingerprint kSubject{7, 7};
void Write(Story& story, std::uint32_t node, const facts::UpdateName& name, bool removal = false) {
  story(node, facts::UpdateIssued{name, kSubject});
  story(node, facts::SiblingStands{name, kSubject, removal});
}
void Learn(Story& story, std::uint32_t node, const facts::UpdateName& name) {
  story(node, facts::SiblingStands{name, kSubject});
  story(node, facts::UpdateKnown{name});
}
void Begin(Story& story) {
  Write(story, 0, kOne);
  story(0, facts::UpdateKnown{kOne});
  Write(story, 1, kTwo);
  story(1, facts::UpdateKnown{kTwo});
  Learn(story, 0, kTwo);
}
void Accepted(Story& story) {
  Begin(story);
  Write(story, 0, kBoth, true);
  story(0, facts::SiblingFalls{kOne});
  story(0, facts::SiblingFalls{kTwo});
  story(0, facts::UpdateKnown{kBoth});
  story(1, facts::SiblingStands{kBoth, kSubject, true});
  story(1, facts::SiblingFalls{kTwo});
  story(1, facts::UpdateKnown{kBoth});
  story(1, facts::UpdateKnown{kOne});
  story(0, facts::SiblingFalls{kBoth});
}
void Rejected(Story& story) {
  Begin(story);
  story(1, facts::SiblingStands{kOne, kSubject});
  story(1, facts::SiblingFalls{kTwo});
  story(1, facts::UpdateKnown{kOne});
}
REGISTER_INVARIANT("siblings-kept", SiblingsKept,
                   "what stands is exactly what nothing else that the node knows about the same had seen",
                   "Preguiça et al., Dotted Version Vectors, 2012, §3", facts::UpdatesRecovered,
                   facts::SiblingsRecovered, facts::UpdateIssued, facts::SiblingStands, facts::SiblingFalls,
                   facts::UpdateKnown);

}  // namespace
}  // namespace invariants
