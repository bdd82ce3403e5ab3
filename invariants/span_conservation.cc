// Span conservation: every span that an application emitted is waiting there,
// being exported, confirmed to it, or dropped and counted with a reason.
//
// After each change the application says how many spans it believes it holds;
// the rule has counted for itself. A span that vanishes without a word shows at
// the next change.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Account {
  std::uint64_t emitted{};
  std::uint64_t confirmed{};
  std::uint64_t dropped{};
  std::uint64_t Held() const { return emitted - confirmed - dropped; }
};

struct SpanConservation {
  std::map<core::NodeId, Account> accounts;  // by application

  Ruling On(core::NodeId node, const facts::SpanEmitted&) {
    ++accounts[node].emitted;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SpanConfirmed&) {
    ++accounts[node].confirmed;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SpanDropped&) {
    ++accounts[node].dropped;
    return Ruling::Noted();
  }
  // What the application held is gone with it; that is its loss, not a false account.
  Ruling On(core::NodeId node, const facts::Crashed&) {
    accounts.erase(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ExporterLevel& f) {
    const Account& account = accounts[node];
    if (account.confirmed + account.dropped <= account.emitted && account.Held() == f.held) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " holds " + std::to_string(f.held) + " spans, but has emitted " +
                          std::to_string(account.emitted) + ", had " + std::to_string(account.confirmed) +
                          " confirmed and dropped " + std::to_string(account.dropped));
  }
};

void Accepted(Story& story) {
  story(6, facts::SpanEmitted{{1, 1}, {0, 1}, 1, 0});
  story(6, facts::SpanEmitted{{2, 2}, {0, 1}, 2, 1});
  story(6, facts::SpanDropped{{1, 1}, facts::DropReason::kQueueFull});
  story(6, facts::ExporterLevel{1});
  story(6, facts::SpanConfirmed{{2, 2}});
  story(6, facts::ExporterLevel{0});
}
void Rejected(Story& story) {
  story(6, facts::SpanEmitted{{1, 1}, {0, 1}, 1, 0});
  story(6, facts::ExporterLevel{0});
}
REGISTER_INVARIANT("span-conservation", SpanConservation,
                   "every emitted span is held, being exported, confirmed, or dropped and counted",
                   "OpenTelemetry specification, batching processor; OTLP specification, failures", facts::SpanEmitted,
                   facts::SpanConfirmed, facts::SpanDropped, facts::Crashed, facts::ExporterLevel);

}  // namespace
}  // namespace invariants
