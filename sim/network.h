// Network: decides the fate of each packet, and nothing else. It sees ids and
// times, never what a packet carries.
//
// Endpoints are nodes first, clients after them. A directed link has no memory
// but a counter, from which its random decisions are named, and the damage that
// faults have done to it. A packet that is under way when a partition begins still arrives:
// the cut is where packets enter the link.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "sim/plan.h"
#include "sim/report.h"

namespace sim {

// What happens to one packet: it arrives `copies` times, each after its delay.
struct Fate {
  std::uint32_t copies = 0;
  core::Duration delay[2] = {};
};

// What a `flaky` window adds to a link.
struct Degradation {
  Ratio loss{};
  Ratio duplicate{};
  core::Between delay{};
  std::uint32_t fault = 0;  // the kind that its effects count for
  bool active = false;
  std::vector<std::size_t> links;  // that it lies on; Network's own notes
};

class Network {
 public:
  Network() = default;
  // `members` nodes form the cluster, the other nodes are applications.
  Network(const Plan& plan, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients);

  Fate Send(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Chooser& chooser,
            std::vector<std::uint64_t>& effects);

  // Partitions may overlap: a link carries again once every cut is mended.
  void Cut(std::uint32_t from, std::uint32_t to, std::uint32_t fault);
  void Mend(std::uint32_t from, std::uint32_t to);

  // The number under which a degradation is put on links and taken off again. The
  // last one on a link counts; when it ends, one that still lies beneath does.
  std::uint32_t AddDegradation(const Degradation& degradation);
  void Degrade(std::uint32_t from, std::uint32_t to, std::uint32_t degradation);
  void RemoveDegradation(std::uint32_t degradation);

  std::uint32_t endpoints() const { return endpoints_; }
  std::uint32_t nodes() const { return nodes_; }
  const MessageCounts& counts() const { return counts_; }
  MessageCounts& counts() { return counts_; }

 private:
  // What faults have done to a link.
  struct Damage {
    std::uint16_t cuts = 0;         // partitions that cut it
    std::uint8_t cut_by = 0;        // the kind of the last of them
    std::uint16_t degradation = 0;  // 0: none
  };
  // Up to so many endpoints each link counts its own packets, so that a packet
  // more on one link leaves the fates of all others alone. Beyond, the table
  // would not fit a cache, and senders count.
  static constexpr std::uint32_t kMostCountedByLink = 256;

  std::size_t LinkIndex(std::uint32_t from, std::uint32_t to) const { return std::size_t{from} * endpoints_ + to; }
  std::uint64_t CountPacket(std::uint32_t from, std::uint32_t to) {
    return packets_[endpoints_ <= kMostCountedByLink ? LinkIndex(from, to) : from]++;
  }
  Damage& DamageOf(std::uint32_t from, std::uint32_t to);
  const LinkPlan& PlanOf(std::uint32_t from, std::uint32_t to) const;
  core::Duration Delay(const LinkPlan& plan, const Degradation* degradation, std::uint32_t from, std::uint32_t to,
                       std::uint64_t copy, core::Chooser& chooser) const;
  core::Duration InOrder(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Duration delay);

  LinkPlan peer_, client_, exporter_;
  std::uint32_t members_ = 0;
  std::uint32_t nodes_ = 0;
  std::uint32_t endpoints_ = 0;
  std::vector<std::uint32_t> packets_;        // sent so far, by link or by sender: names the decisions
  std::vector<Damage> damage_;                // by from, then to; empty until a fault does some
  std::vector<core::TrueTime> last_arrival_;  // likewise, only if some link is fifo
  std::vector<Degradation> degradations_;
  MessageCounts counts_;
};

}  // namespace sim
