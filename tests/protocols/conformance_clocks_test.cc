// Conformance of what keeps clocks right.
#include <cstdint>
#include <memory>

#include "gtest/gtest.h"
#include "protocols/clocks/ntp.h"
#include "tests/protocols/conformance.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;

// NTP, with clients who ask what time it is; of the servers a minority lies now and then.
struct NtpWithClients {
  using Node = ntp::Node;
  static constexpr std::uint64_t kFewestReplays = 4;  // it writes nothing
  static Experiment<Node> Prepare(std::uint32_t members) {
    sim::Plan plan = Storm(members);
    plan.workload = {4, {10ms, 50ms}, 500ms, 0};
    plan.faults.push_back({"clock_bound_violated",
                           {},
                           sim::Latency::Uniform(700ms, 1500ms),
                           sim::Latency::Uniform(300ms, 700ms),
                           {"minority"},
                           {}});
    ntp::Config config;
    config.nodes = members;
    plan.electorate = config.Electorate();
    return {std::make_shared<sim::Plan>(plan), config, sim::Shape{members, members}};
  }
};

using Cases = testing::Types<NtpWithClients>;
INSTANTIATE_TYPED_TEST_SUITE_P(Clocks, Conformance, Cases, CaseNames);

}  // namespace
}  // namespace conformance
