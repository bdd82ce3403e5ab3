// Spans of which collectors were told parts: what they know is a function of the reports, and each field keeps what
// OpenTelemetry would have it keep.
#include "protocols/convergence/versioned_span.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "protocols/core/text.h"
#include "protocols/core/wire.h"
#include "tests/harness/merge_laws.h"
#include "tests/harness/stamps.h"

namespace convergence {
namespace {

using harness::AnyBelow;
using harness::At;
using harness::Joined;

// What two collectors know together, whichever tells the other.
VersionedSpan Both(const VersionedSpan& one, const VersionedSpan& other) {
  EXPECT_EQ(Joined(one, other), Joined(other, one)) << "F55, F56";
  return Joined(one, other);
}

// What is known after two reports, the second later.
VersionedSpan After(const SpanReport& first, const SpanReport& second) {
  return Both(VersionedSpan::Of(first, At(1, 2)), VersionedSpan::Of(second, At(2, 1)));
}

// --- each field -------------------------------------------------------------------------------------

TEST(VersionedSpan, ASpanThatRunsHasNoEndUntilSomebodyTellsIt) {
  SpanReport begun, ended;
  begun.start_nanos = 100;
  begun.name = "GET /";
  ended.end_nanos = 170;
  EXPECT_EQ(VersionedSpan::Of(begun, At(1, 1)).end_nanos.value(), std::nullopt) << "F64: zero is no time";
  const VersionedSpan span = After(ended, begun);
  EXPECT_EQ(span.start_nanos.value(), 100u);
  EXPECT_EQ(span.end_nanos.value(), 170u) << "a later report without an end does not take it away";
  EXPECT_EQ(span.name.value, "GET /");
  EXPECT_EQ(After(begun, ended).name.value, "GET /") << "nor does one without a name take that";
  EXPECT_FALSE(span.Contradicted());
}

TEST(VersionedSpan, TheFirstEndCountsAndASecondOneIsNotForgotten) {
  SpanReport first, second;
  first.end_nanos = 170;
  second.end_nanos = 900;
  EXPECT_FALSE(After(first, first).Contradicted()) << "a retry";
  const VersionedSpan span = After(first, second);
  EXPECT_EQ(span.end_nanos.value(), 170u);
  EXPECT_TRUE(span.Contradicted());
}

TEST(VersionedSpan, WhatIsGivenAtTheStartIsTheSameInAllReports) {
  SpanReport one;
  one.parent = tracing::SpanId{};
  one.start_nanos = 100;
  one.trace_state = "a=1";
  one.flags = 1;
  const VersionedSpan span = After(one, {});
  EXPECT_EQ(span.parent.value(), tracing::SpanId{}) << "a root, which is not the same as unknown";
  EXPECT_EQ(VersionedSpan::Of({}, At(1, 1)).parent.value(), std::nullopt);
  EXPECT_FALSE(span.Contradicted());
  const auto contradicted = [&one](auto field, auto value) {
    SpanReport other = one;
    other.*field = value;
    return After(one, other).Contradicted();
  };
  EXPECT_TRUE(contradicted(&SpanReport::parent, tracing::SpanId{7}));
  EXPECT_TRUE(contradicted(&SpanReport::start_nanos, std::uint64_t{101}));
  EXPECT_TRUE(contradicted(&SpanReport::trace_state, "a=2"));
  EXPECT_TRUE(contradicted(&SpanReport::flags, 0u));
  EXPECT_FALSE(contradicted(&SpanReport::name, "other")) << "a name may change";
}

TEST(VersionedSpan, AttributesHaveALastWriterEach) {
  SpanReport first, second;
  first.name = "GET";
  first.attributes = {{"http.route", "/"}, {"retries", "0"}};
  second.name = "GET /cart";
  second.attributes = {{"retries", "2"}, {"user", "42"}};
  const VersionedSpan span = After(first, second);
  const auto value = [&span](const char* key) { return span.attributes.entries.at(key).value; };
  EXPECT_EQ(value("http.route"), "/");
  EXPECT_EQ(value("retries"), "2");
  EXPECT_EQ(value("user"), "42");
  EXPECT_EQ(span.name.value, "GET /cart");
}

TEST(VersionedSpan, AStatusIsSetUpwards) {
  SpanReport unset, error, worse, ok;
  error.status = worse.status = StatusCode::kError;
  error.description = "timeout";
  worse.description = "refused";
  ok.status = StatusCode::kOk;
  ok.description = "ignored";
  const auto status = [](const SpanReport& first, const SpanReport& second) {
    const SpanStatus status = After(first, second).status.value;
    return std::pair(status.code, status.description);
  };
  EXPECT_EQ(status(error, unset), std::pair(StatusCode::kError, std::string("timeout")));
  EXPECT_EQ(status(error, worse), std::pair(StatusCode::kError, std::string("refused"))) << "what was said last";
  EXPECT_EQ(status(worse, error), std::pair(StatusCode::kError, std::string("timeout")));
  EXPECT_EQ(status(ok, error), std::pair(StatusCode::kOk, std::string())) << "Ok is final";
  EXPECT_EQ(VersionedSpan::Of(unset, At(1, 1)).status, Max<SpanStatus>{}) << "to unset says nothing";
}

TEST(VersionedSpan, EventsLinksAndCountsOnlyGrow) {
  SpanReport first, second;
  first.events = {{5, "retry", {}}, {7, "retry", {}}};
  second.events = {{7, "retry", {}}, {6, "retry", {}}};
  first.links = {{{0, 1}, {2}, "", {}, 0}};
  second.links = {{{0, 1}, {3}, "", {}, 0}};
  first.dropped = {{4}, {0}, {1}};
  second.dropped = {{3}, {2}, {1}};
  const VersionedSpan span = After(first, second);
  EXPECT_EQ(span.events.elements.size(), 3u);
  EXPECT_EQ(span.links.elements.size(), 2u);
  EXPECT_EQ(span.dropped, (DroppedCounts{{4}, {2}, {1}})) << "each says how many by then, so they do not add up";
}

// --- the founding document's ------------------------------------------------------------------------

TEST(VersionedSpan, ADominatingOneIsTakenOverAsAWhole) {
  SpanReport early, late;
  early.name = "early";
  late.name = "late";
  const VersionedSpan known = VersionedSpan::Of(early, At(1, 1));
  const VersionedSpan more = After(early, late);
  EXPECT_TRUE(more.reports.Covers(Joined(known, more).reports));
  EXPECT_EQ(Joined(known, more).name.value, "late") << "F62: not its reports alone";
}

TEST(VersionedSpan, MergingCountsNoReportAndStampsNothing) {
  SpanReport report;
  report.name = "name";
  const VersionedSpan span = VersionedSpan::Of(report, At(1, 1));
  VersionedSpan elsewhere;
  for (int round = 0; round < 5; ++round) {
    elsewhere.Join(span);
    elsewhere = Joined(span, elsewhere);
  }
  EXPECT_EQ(elsewhere, span) << "F63, F124";
  EXPECT_EQ(core::Text(elsewhere.reports), "CausalContext{[n1:1] []}");
  EXPECT_EQ(elsewhere.name.stamp, At(1, 1)) << "F124";
}

TEST(VersionedSpan, BothHalvesOfACallAreSpans) {
  SpanReport client, server;
  client.start_nanos = 100;
  server.start_nanos = 130;
  VersionedSpans spans;
  spans.JoinAt({{0, 1}, {2}, 3}, VersionedSpan::Of(client, At(1, 1)));
  spans.JoinAt({{0, 1}, {2}, 2}, VersionedSpan::Of(server, At(1, 2)));
  EXPECT_EQ(spans.entries.size(), 2u) << "Zipkin's shared ids";
}

// --- any reports, in any order -------------------------------------------------------------------------

SpanReport AnyReport() {
  const auto sometimes = [](auto value) { return AnyBelow(2) == 0 ? std::nullopt : std::optional(value); };
  SpanReport report;
  report.parent = sometimes(tracing::SpanId{AnyBelow<std::uint64_t>(2)});
  report.start_nanos = AnyBelow<std::uint64_t>(3);
  report.end_nanos = AnyBelow<std::uint64_t>(3);
  report.trace_state = std::string(static_cast<std::size_t>(AnyBelow(3)), 'a');
  report.flags = sometimes(AnyBelow(2u));
  report.name = std::string(static_cast<std::size_t>(AnyBelow(3)), 'a');
  report.status = static_cast<StatusCode>(AnyBelow(3));
  report.description = std::string(1, static_cast<char>('a' + AnyBelow(4)));
  for (int i = AnyBelow(3); i > 0; --i) {
    report.attributes[std::string(1, static_cast<char>('a' + AnyBelow(2)))] = std::to_string(AnyBelow(3));
    report.events.push_back({AnyBelow<std::uint64_t>(3), "event", {}});
    report.links.push_back({{0, 1}, {AnyBelow<std::uint64_t>(3)}, "", {}, 0});
  }
  report.dropped = {{AnyBelow(3u)}, {AnyBelow(3u)}, {AnyBelow(3u)}};
  return report;
}

// Reports that three collectors were told, each as the span that is known of it alone; of one or two spans.
std::vector<std::pair<SpanKey, VersionedSpan>> AnyReports() {
  std::vector<std::pair<SpanKey, VersionedSpan>> reports;
  for (std::uint64_t number = AnyBelow<std::uint64_t>(7); number > 0; --number) {
    const Stamp stamp = At(AnyBelow(3), AnyBelow(3u), number);
    const SpanKey key{{0, 1}, {1 + AnyBelow<std::uint64_t>(2)}, 0};
    reports.emplace_back(key, VersionedSpan::Of(AnyReport(), stamp));
  }
  return reports;
}

// Any part of them, in any order, some twice.
VersionedSpans AnyPart(const std::vector<std::pair<SpanKey, VersionedSpan>>& reports) {
  VersionedSpans part;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto& [key, span] = reports[AnyBelow(reports.size())];
    part.JoinAt(key, span);
  }
  return part;
}

RC_GTEST_PROP(VersionedSpan, JoinIsAJoin, ()) {
  harness::ForEachCase(10, [] {
    const auto reports = AnyReports();
    harness::ExpectMergeLaws(AnyPart(reports), AnyPart(reports), AnyPart(reports));
  });
}

RC_GTEST_PROP(VersionedSpan, WhoKnowsTheSameReportsHasTheSameSpan, ()) {
  harness::ForEachCase(10, [] {
    const auto reports = AnyReports();
    for (const auto& [key, one] : AnyPart(reports).entries) {
      VersionedSpan again;
      for (const auto& [of, span] : reports) {
        if (of == key && one.reports.Covers(span.reports)) again.Join(span);
      }
      RC_ASSERT(again == one);
    }
  });
}

RC_GTEST_PROP(VersionedSpan, SurvivesTheWire, ()) {
  const VersionedSpans spans = AnyPart(AnyReports());
  VersionedSpans read;
  RC_ASSERT(core::FromWire(core::ToWire(spans), read));
  RC_ASSERT(read == spans);
}

}  // namespace
}  // namespace convergence
