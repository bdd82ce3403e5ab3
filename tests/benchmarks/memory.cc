// How much memory a run takes, and whether it grows with simulated time.
//
// A program of its own, since memory is a property of a whole process: prints
// the resident set after 1,000 idle nodes have run for a while, and at several
// moments of an hour of a five-node cluster, idle and under load. Under load the
// log grows, because a Raft without snapshots keeps every entry; the figure per
// entry is printed, so that anything else that grows would show.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>

#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

double ResidentMegabytes() {
  unsigned long total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu %lu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::shared_ptr<sim::Plan> MakePlan(std::uint32_t nodes, std::uint32_t clients) {
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = nodes;
  plan->peer.latency = sim::Latency::Uniform(milliseconds(1), milliseconds(10));
  plan->peer.loss = {5'000'000};
  plan->client = plan->exporter = plan->peer;
  plan->disk.sync_latency = sim::Latency::Uniform(milliseconds(1), milliseconds(5));
  plan->workload = {clients, {milliseconds(50), milliseconds(150)}, seconds(1), 0};
  plan->storm = hours(24);
  return plan;
}

using World = sim::World<raft::Node>;
using Panel = invariants::Panel<raft::Node>;

void ThousandIdleNodes() {
  // Elections among a thousand nodes take a while to be won: longer timeouts.
  raft::Config config;
  config.nodes = 1000;
  config.election_timeout = {seconds(1), seconds(60)};
  config.heartbeat = milliseconds(500);
  World world(MakePlan(1000, 0), config, {1000, 1000}, 1);
  Panel panel(invariants::NotPromised(config.Promises()));
  const sim::RunOptions options;
  sim::Watcher<Panel> watcher(panel, options);
  world.Start(watcher);
  while (world.now() < seconds(30) && panel.broken() == nullptr) world.Step(watcher);
  std::printf("1000 idle nodes, all monitors, 30 s simulated, %llu events   %.0f MB resident\n",
              static_cast<unsigned long long>(world.events()), ResidentMegabytes());
}

void OneHour(const char* name, std::uint32_t clients) {
  World world(MakePlan(5, clients), raft::Config{}, {5, 5}, 1);
  Panel panel(invariants::NotPromised(raft::Config{}.Promises()));
  const sim::RunOptions options;
  sim::Watcher<Panel> watcher(panel, options);
  world.Start(watcher);
  const double before = ResidentMegabytes();
  for (const int minute : {1, 10, 20, 30, 40, 50, 60}) {
    while (world.now() < minutes(minute) && panel.broken() == nullptr) world.Step(watcher);
    const std::size_t entries = world.hosts().front().node.log.entries.size();
    std::printf("5 nodes %s, all monitors, minute %2d: %7zu entries  %6.1f MB more than at the start\n", name, minute,
                entries, ResidentMegabytes() - before);
  }
}

}  // namespace

int main() {
  OneHour("idle", 0);
  OneHour("under load", 2);
  ThousandIdleNodes();
}
