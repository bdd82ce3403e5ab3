#include "tools/explanation.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <thread>

#include "sim/causes.h"
#include "tools/verdict.h"

namespace tools {
namespace {

// "204 1.230000s  n1->n2 Vote{t3 yes}" and "204 1.230000s n3 term=t7" begin with the event's number; what follows the
// time is what is said.
struct Said {
  std::uint64_t event = 0;
  std::string text;
};

Said Split(const std::string& line) {
  Said said;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), said.event);
  const std::size_t number = static_cast<std::size_t>(end - line.data());
  const std::size_t time = line.find(' ', number + 1);
  if (error != std::errc() || time == std::string::npos) return said;
  said.text = line.substr(line.find_first_not_of(' ', time));
  return said;
}

// "n1->n2 Vote{t3 yes}" is "n2 hears from n1: Vote{t3 yes}".
std::string InWords(const std::string& text) {
  const std::size_t arrow = text.find("->"), space = text.find(' ');
  if (arrow == std::string::npos || space == std::string::npos || arrow > space) return text;
  return text.substr(arrow + 2, space - arrow - 2) + " hears from " + text.substr(0, arrow) + ":" + text.substr(space);
}

// One line is a message, a timer or a sync; by itself, nothing came of it.
bool ChangesSomething(const Step& step) {
  return step.lines.size() > 1 || !step.changes.empty() ||
         (!step.lines.empty() && step.lines.front().find(" asks ") != std::string::npos);
}

class Explainer {
 public:
  Explainer(const Experiment& experiment, std::uint64_t seed, const ExplainHow& how)
      : experiment_(experiment), seed_(seed), how_(how) {}

  absl::StatusOr<Explanation> Go() {
    absl::StatusOr<sim::Report> report =
        Run(experiment_, {.seed = seed_, .record = true, .trail = true, .causes = true});
    if (!report.ok()) return report.status();
    if (!report->violation) {
      return absl::FailedPreconditionError(report->scenario + ": violates nothing now: there is nothing to explain");
    }
    told_.report = *std::move(report);
    TellPast();
    if (how_.runs > 0) Fork();
    return std::move(told_);
  }

 private:
  const sim::Violation& violation() const { return *told_.report.violation; }

  void TellPast() {
    const std::vector<std::uint64_t> past = sim::CausalPast(told_.report.causes, violation().event);
    told_.past = past.size();
    std::map<std::uint64_t, Step> steps;
    for (const std::uint64_t event : past) steps[event] = {event, told_.report.causes[event - 1].time, {}, {}};
    for (const std::string& line : told_.report.recording) {
      Said said = Split(line);
      const auto at = steps.find(said.event);
      if (at != steps.end()) at->second.lines.push_back(InWords(said.text));
    }
    for (const std::string& change : told_.report.trail.changes) Believe(Split(change), steps);
    for (auto& [event, step] : steps) {
      if (ChangesSomething(step) || event == violation().event) told_.steps.push_back(std::move(step));
    }
  }

  // "n3 term=t7"
  void Believe(const Said& said, std::map<std::uint64_t, Step>& steps) {
    const std::size_t space = said.text.find(' '), equals = said.text.find('=');
    if (space == std::string::npos || equals == std::string::npos || said.event > violation().event) return;
    const std::string node = said.text.substr(0, space), field = said.text.substr(space + 1, equals - space - 1),
                      value = said.text.substr(equals + 1);
    const auto at = steps.find(said.event);
    if (at == steps.end()) return;
    at->second.changes.push_back(node + " " + field + ": " + value);
    told_.beliefs[node][field] = value;
  }

  // The experiment, but that a run which takes much longer counts as one that holds.
  Experiment Hurried() const {
    Experiment hurried = experiment_;
    std::uint64_t& most = hurried.scenario.plan.max_events;
    most = std::min(most, 2 * violation().event + 2'000);
    return hurried;
  }

  // How many of the runs that are chosen anew behind this event violate the same.
  std::uint64_t CountViolated(const Experiment& hurried, std::uint64_t after_event) const {
    std::atomic<std::uint64_t> next = 0, violated = 0;
    const auto work = [&] {
      while (how_.stop == nullptr || !how_.stop->load(std::memory_order_relaxed)) {
        const std::uint64_t number = next++;
        if (number >= how_.runs) return;
        // Seeds far from those that people type.
        constexpr std::uint64_t kFar = std::uint64_t{1} << 63;
        violated += Violates(Run(hurried, {.seed = seed_, .fresh = sim::FreshChoices{after_event, kFar + number}}),
                             violation().monitor);
      }
    };
    {
      std::vector<std::jthread> threads;
      for (std::uint32_t i = 1; i < how_.jobs; ++i) threads.emplace_back(work);
      work();
    }
    return violated;
  }

  std::string WhatHappened(std::uint64_t event) const {
    for (const std::string& line : told_.report.recording) {
      const Said said = Split(line);
      if (said.event == event) return InWords(said.text);
      if (said.event > event) break;
    }
    return "";
  }

  // At even distances, and then where it rises most, until that is one event or enough has been asked.
  void Fork() {
    constexpr std::uint64_t kEven = 6;
    constexpr int kHalvings = 8;
    told_.runs = how_.runs;
    const std::uint64_t last = violation().event - 1;
    std::map<std::uint64_t, std::uint64_t> violated;
    const Experiment hurried = Hurried();
    const auto ask = [&](std::uint64_t event) {
      if (!violated.contains(event)) violated[event] = CountViolated(hurried, event);
    };
    for (std::uint64_t i = 0; i <= kEven; ++i) ask(last * i / kEven);
    for (int i = 0; i < kHalvings; ++i) {
      std::uint64_t steepest = 0, middle = 0;
      for (auto at = violated.begin(), next = std::next(at); next != violated.end(); at = next++) {
        const std::uint64_t rise = next->second > at->second ? next->second - at->second : 0;
        if (next->first - at->first < 2 || rise <= steepest) continue;
        steepest = rise;
        middle = at->first + (next->first - at->first) / 2;
      }
      if (steepest == 0) break;
      ask(middle);
    }
    for (const auto& [event, count] : violated) told_.odds.push_back({event, count, WhatHappened(event)});
  }

  const Experiment& experiment_;
  const std::uint64_t seed_;
  const ExplainHow& how_;
  Explanation told_;
};

}  // namespace

absl::StatusOr<Explanation> Explain(const Experiment& experiment, std::uint64_t seed, const ExplainHow& how) {
  return Explainer(experiment, seed, how).Go();
}

}  // namespace tools
