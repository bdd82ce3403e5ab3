// Liveness: whether anything still gets done, seen while the run goes on.
//
// Waiting is no failure while faults strike, and silence is none when nobody
// waits. So time counts as stalled only while something is owed (a client waits,
// an application holds spans), nothing disturbs the cluster, and nothing is
// committed or answered. It watches: no decision depends on it, and the digest does not
// know it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "protocols/core/facts.h"
#include "protocols/core/types.h"

namespace sim {

class Liveness {
 public:
  explicit Liveness(std::uint32_t nodes = 0, std::uint32_t clients = 0) : held_(nodes), wants_(clients) {}

  template <class F>
  void Learn(std::uint32_t, const F&, core::TrueTime) {}
  void Learn(std::uint32_t, const facts::Committed&, core::TrueTime now) { moved_ = now; }
  // Without agreement nothing is committed.
  void Learn(std::uint32_t, const facts::UpdateAcknowledged&, core::TrueTime now) { moved_ = now; }
  void Learn(std::uint32_t node, const facts::ExporterLevel& f, core::TrueTime now) {
    Owe(f.held, held_[node], now);
    held_[node] = f.held;
  }
  // A crash takes what an application held; what it owed is lost, and counted elsewhere.
  void Crashed(std::uint32_t node, core::TrueTime now) {
    Owe(0, held_[node], now);
    held_[node] = 0;
  }

  // A client wants something until it is served, however often it is refused or gives up
  // waiting and asks anew; or until it stops asking.
  void Asked(std::uint32_t client, core::TrueTime now) { SetWants(client, 1, now); }
  void Contented(std::uint32_t client, core::TrueTime now) { SetWants(client, 0, now); }
  void Served(std::uint32_t client, core::TrueTime now) {
    moved_ = now;  // a read may be answered without anything being committed
    Contented(client, now);
  }

  // A fault begins or ends somewhere; `calm`: none is left.
  void Disturbed(core::TrueTime now, bool calm) {
    calm_ = calm;
    calm_since_ = now;
  }

  std::uint64_t owed() const { return owed_; }
  core::Duration StalledFor(core::TrueTime now) const {
    if (!calm_ || owed_ == 0) return {};
    return now - std::max({calm_since_, moved_, owed_since_});
  }

 private:
  void Owe(std::uint64_t more, std::uint64_t less, core::TrueTime now) {
    if (owed_ == 0 && more > 0) owed_since_ = now;
    owed_ = owed_ + more - less;
  }

  void SetWants(std::uint32_t client, std::uint8_t wants, core::TrueTime now) {
    Owe(wants, wants_[client], now);
    wants_[client] = wants;
  }

  std::vector<std::uint64_t> held_;  // spans, by application
  std::vector<std::uint8_t> wants_;  // by client
  std::uint64_t owed_ = 0;
  core::TrueTime owed_since_{};
  core::TrueTime moved_{};  // something was committed or answered last
  core::TrueTime calm_since_{};
  bool calm_ = true;
};

}  // namespace sim
