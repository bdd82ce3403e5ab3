// Progress: once the storm is over and a core that contains a majority is
// healed, every client gets an answer to a request that it sends after that.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Progress {
  std::map<core::NodeId, bool> answered;  // by client, once its probe is out

  Ruling On(core::NodeId client, const facts::ProbeSent&) {
    answered.try_emplace(client, false);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId client, const facts::ProbeAnswered&) {
    answered[client] = true;
    return Ruling::Fine();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    for (const auto& [client, done] : answered) {
      if (!done) rulings.push_back(Ruling::Broken("a client got no answer after the storm"));
    }
    return rulings;
  }
};

void Accepted(Story& story) {
  story(5, facts::ProbeSent{});
  story(5, facts::ProbeAnswered{});
  story.AtEnd();
}
void Rejected(Story& story) {
  story(5, facts::ProbeSent{});
  story.AtEnd();
}
REGISTER_INVARIANT("progress", Progress, "after the storm, every client's request is answered",
                   "Raft, §5.6 and Figure 3 (availability under the timing requirement)", facts::ProbeSent,
                   facts::ProbeAnswered);

}  // namespace
}  // namespace invariants
