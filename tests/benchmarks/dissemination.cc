// How far what spreads without agreement goes: gossip from 10 to 10,000 nodes, causal broadcast from 10 to 200, with
// all monitors on.
//
//   dissemination_benchmark [--most NODES] [--plot FILE.svg]
//
// Each size runs in a process of its own, since memory is a property of a whole process. Updates are written at once,
// at nodes all over the cluster; the run ends when every node knows every update. A row: how long that took, in rounds
// (each node meets one other in a round) and beside it 6 log2(n), which is the most that it may; messages that each
// node sent; processor time and memory. Latency 1 to 10 ms, 1 % loss; gossip without rumours, so that what is measured
// is anti-entropy alone.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "invariants/invariant.h"
#include "protocols/core/facts.h"
#include "protocols/dissemination/causal_broadcast.h"
#include "protocols/dissemination/gossip.h"
#include "sim/run.h"
#include "sim/world.h"
#include "tests/harness/in_child.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Duration kRound = milliseconds(100);
constexpr core::Duration kWritten = seconds(1);
constexpr double kMostRoundsPerDoubling = 6;

struct Spread {
  std::uint32_t nodes = 0;
  std::uint64_t updates = 0;
  double rounds = -1;  // until all knew all; negative: they never did
  double messages_per_node = 0;
  double cpu_seconds = 0;
  double megabytes = 0;
  bool violated = false;

  double most_rounds() const { return kMostRoundsPerDoubling * std::log2(nodes); }
};

// Counts who knows what, beside the monitors.
template <class Panel>
struct Census : sim::Watcher<Panel> {
  using sim::Watcher<Panel>::Watcher;
  template <class Fact>
  void OnFact(core::NodeId node, const Fact& fact) {
    known += std::holds_alternative<facts::UpdateKnown>(fact);
    sim::Watcher<Panel>::OnFact(node, fact);
  }
  std::uint64_t known = 0;
};

std::shared_ptr<sim::Plan> MakePlan(std::uint32_t nodes) {
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = nodes;
  plan->peer.latency = sim::Latency::Uniform(milliseconds(1), milliseconds(10));
  plan->peer.loss = {10'000'000};
  plan->storm = kWritten + seconds(60);
  return plan;
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The `number`th update, written at a node of its own as far as there are enough.
template <class Node, class Observer>
void Write(sim::World<Node>& world, std::uint64_t number, std::uint32_t nodes, Observer& observer) {
  typename Node::Request request;
  request.command = {machines::KeyValue::Operation::kPut, static_cast<std::uint32_t>(number), number};
  world.Inject(static_cast<std::uint32_t>(number * 7919 % nodes),
               {core::ClientId{static_cast<std::uint32_t>(number)}, 1}, request, observer);
}

template <class Node>
void Measure(typename Node::Config config, std::uint64_t updates, Spread& spread) {
  using Panel = invariants::Panel<Node>;
  const double began = CpuSeconds();
  config.nodes = spread.nodes;
  config.pause = {kRound - kRound / 10, kRound + kRound / 10};
  spread.updates = updates;
  Panel panel(invariants::NotPromised(facts::PromiseOf(config)));
  const sim::RunOptions options;
  Census<Panel> census(panel, options);
  sim::World<Node> world(MakePlan(spread.nodes), config, {spread.nodes, spread.nodes}, 1);
  world.Start(census);
  while (world.now() < kWritten) world.Step(census);
  for (std::uint64_t number = 1; number <= updates; ++number) Write(world, number, spread.nodes, census);
  const std::uint64_t all = updates * spread.nodes;
  while (census.known < all && panel.broken() == nullptr && world.Step(census)) {
  }
  spread.violated = panel.broken() != nullptr;
  if (census.known >= all) spread.rounds = static_cast<double>((world.now() - kWritten).count()) / kRound.count();
  spread.messages_per_node = static_cast<double>(world.physics().network.counts().sent) / spread.nodes;
  spread.cpu_seconds = CpuSeconds() - began;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  spread.megabytes = static_cast<double>(usage.ru_maxrss) / 1e3;
}

template <class Work>
std::vector<Spread> Grow(const char* name, const std::vector<std::uint32_t>& sizes, Work&& measure) {
  std::printf("%s\n  nodes updates  rounds  6log2n  messages/node  CPU s      MB\n", name);
  std::vector<Spread> all;
  for (const std::uint32_t nodes : sizes) {
    const Spread spread = harness::InChild<Spread>([&](Spread& notes) {
                            notes.nodes = nodes;
                            measure(notes);
                          }).notes;
    std::printf("%7u %7llu %7.1f %7.1f %14.1f %6.1f %7.0f%s\n", nodes, static_cast<unsigned long long>(spread.updates),
                spread.rounds, spread.most_rounds(), spread.messages_per_node, spread.cpu_seconds, spread.megabytes,
                spread.violated     ? "  VIOLATED"
                : spread.rounds < 0 ? "  NOT IN TIME"
                                    : "");
    std::fflush(stdout);
    all.push_back(spread);
  }
  return all;
}

// --- the plot ------------------------------------------------------------------------------------

// One chart: both axes logarithmic or the vertical one linear, a line for each series.
class Chart {
 public:
  Chart(int left, const char* title, double most, bool logarithmic)
      : left_(left), most_(most), logarithmic_(logarithmic) {
    Text(left, 24, title, "start");
    for (const double nodes : {10.0, 100.0, 1000.0, 10000.0}) {
      Text(X(nodes), kBottom + 18, std::to_string(static_cast<int>(nodes)), "middle");
      Line(X(nodes), kTop, X(nodes), kBottom, "#eee");
    }
    for (int step = 0; step <= 4; ++step) {
      const double value = logarithmic ? std::pow(10, std::log10(most) * step / 4) : most * step / 4;
      char label[32];
      std::snprintf(label, sizeof(label), value < 10 ? "%.1f" : "%.0f", value);
      Text(left - 6, Y(value) + 4, label, "end");
      Line(left, Y(value), left + kWidth, Y(value), "#eee");
    }
  }
  template <class Value>
  void Draw(const std::vector<Spread>& spreads, const char* name, const char* color, Value&& value) {
    std::string points;
    for (const Spread& spread : spreads) {
      points += std::to_string(X(spread.nodes)) + "," + std::to_string(Y(value(spread))) + " ";
    }
    svg += "<polyline fill='none' stroke-width='2' stroke='" + std::string(color) + "' points='" + points + "'/>\n";
    Line(left_ + 8, 44 + 16 * drawn_, left_ + 28, 44 + 16 * drawn_, color);
    Text(left_ + 34, 48 + 16 * drawn_++, name, "start");
  }
  std::string svg;

 private:
  static constexpr int kTop = 36, kBottom = 300, kWidth = 320;
  int X(double nodes) const { return left_ + static_cast<int>(kWidth * (std::log10(nodes) - 1) / 3); }
  int Y(double value) const {
    const double share = logarithmic_ ? std::log10(std::max(value, 1.0)) / std::log10(most_) : value / most_;
    return kBottom - static_cast<int>((kBottom - kTop) * share);
  }
  void Line(int x1, int y1, int x2, int y2, const char* color) {
    svg += "<line x1='" + std::to_string(x1) + "' y1='" + std::to_string(y1) + "' x2='" + std::to_string(x2) +
           "' y2='" + std::to_string(y2) + "' stroke='" + color + "'/>\n";
  }
  void Text(int x, int y, const std::string& text, const char* anchor) {
    svg += "<text x='" + std::to_string(x) + "' y='" + std::to_string(y) + "' text-anchor='" + anchor + "'>" + text +
           "</text>\n";
  }

  int left_;
  double most_;
  bool logarithmic_;
  int drawn_ = 0;
};

std::string Plot(const std::vector<Spread>& gossip, const std::vector<Spread>& causal) {
  Chart rounds(50, "rounds until all know all, by nodes", 80, false);
  rounds.Draw(gossip, "6 log2(n)", "#999", [](const Spread& s) { return s.most_rounds(); });
  rounds.Draw(gossip, "gossip", "#1f77b4", [](const Spread& s) { return s.rounds; });
  rounds.Draw(causal, "causal broadcast", "#d62728", [](const Spread& s) { return s.rounds; });
  Chart memory(450, "memory, MB, by nodes", 10'000, true);
  memory.Draw(gossip, "gossip", "#1f77b4", [](const Spread& s) { return s.megabytes; });
  memory.Draw(causal, "causal broadcast", "#d62728", [](const Spread& s) { return s.megabytes; });
  Chart time(850, "processor time, ms, by nodes", 1'000'000, true);
  time.Draw(gossip, "gossip", "#1f77b4", [](const Spread& s) { return 1e3 * s.cpu_seconds; });
  time.Draw(causal, "causal broadcast", "#d62728", [](const Spread& s) { return 1e3 * s.cpu_seconds; });
  return "<svg xmlns='http://www.w3.org/2000/svg' width='1200' height='340' font-family='sans-serif' "
         "font-size='12'>\n<rect width='1200' height='340' fill='white'/>\n" +
         rounds.svg + memory.svg + time.svg + "</svg>\n";
}

std::vector<std::uint32_t> UpTo(std::uint32_t most, std::vector<std::uint32_t> sizes) {
  std::erase_if(sizes, [most](std::uint32_t size) { return size > most; });
  return sizes;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint32_t most = 10'000;
  const char* file = nullptr;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc || (option != "--most" && option != "--plot")) {
      std::fprintf(stderr, "usage: dissemination_benchmark [--most NODES] [--plot FILE.svg]\n");
      return 3;
    }
    if (option == "--most") most = static_cast<std::uint32_t>(std::strtoul(argv[i + 1], nullptr, 10));
    if (option == "--plot") file = argv[i + 1];
  }
  const auto gossip =
      Grow("gossip, anti-entropy alone", UpTo(most, {10, 30, 100, 300, 1'000, 3'000, 10'000}), [](Spread& spread) {
        gossip::Config config;
        config.rumours.reset();
        Measure<gossip::Node>(config, 16, spread);
      });
  const auto causal = Grow("causal broadcast, each node writes twice", UpTo(most, {10, 20, 50, 100, 200}),
                           [](Spread& spread) { Measure<causal_broadcast::Node>({}, 2 * spread.nodes, spread); });
  if (file == nullptr) return 0;
  const std::string svg = Plot(gossip, causal);
  std::FILE* out = std::fopen(file, "w");
  if (out == nullptr || std::fwrite(svg.data(), 1, svg.size(), out) != svg.size() || std::fclose(out) != 0) {
    std::perror(file);
    return 1;
  }
}
