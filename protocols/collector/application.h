// Application: where spans come from.
//
// It replays its share of the recorded exports at their own pace, or is a
// virtual service: requests enter at the first service, each operation makes a
// span, works for a while and calls other services, whose spans become its
// children through the context in the message. Callers do not wait, so children
// outlive their parents as often as they do in production.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "protocols/collector/exporter.h"
#include "protocols/collector/messages.h"
#include "protocols/collector/traffic.h"
#include "protocols/tracing/span_builder.h"
#include "protocols/tracing/trace_context.h"

namespace collector {

struct Application {
  struct Operation {
    std::uint64_t number{};
    tracing::GeneratedSpan span;
  };

  Exporter exporter;
  tracing::Service service;                     // that it is, if it is one
  std::uint32_t replayed{};                     // recorded exports emitted so far
  core::List<tracing::GeneratedSpan> finished;  // spans that wait for a batch
  core::List<Operation> running;
  std::uint64_t operations{};  // started so far
  bool due{};                  // the schedule delay ended while an export was under way

  template <class Env>
  void Start(Env& env) {
    exporter.Start(env);
    SkipRecorded(env);
    ArmRecorded(env);
    if (!IsService(env)) return;
    service = tracing::Service::Named("service-" + std::to_string(ServiceNumber(env)));
    ArmSchedule(env);
    if (ServiceNumber(env) == 0) ArmEnter(env);
  }

  template <class Env>
  void On(ApplicationTimer timer, Env& env) {
    switch (timer.kind) {
      case ApplicationTimer::Kind::kRecorded:
        Replay(env);
        break;
      case ApplicationTimer::Kind::kSchedule:
        OnSchedule(env);
        break;
      case ApplicationTimer::Kind::kExportTimeout:
        exporter.OnTimeout(env);
        break;
      case ApplicationTimer::Kind::kRetry:
        exporter.OnRetry(env);
        break;
      case ApplicationTimer::Kind::kEnter:
        Enter(env);
        break;
      case ApplicationTimer::Kind::kWork:
        EndOperation(timer.operation, env);
        break;
    }
    ExportDue(env);
    AnnounceLevel(env);
  }

  // Nothing new is begun. What runs goes on, and its spans are exported as they end instead of
  // waiting for a batch (OpenTelemetry specification, "Shutdown" and "ForceFlush").
  template <class Env>
  void Drain(Env& env) {
    env.Cancel(ApplicationTimer{ApplicationTimer::Kind::kRecorded});
    env.Cancel(ApplicationTimer{ApplicationTimer::Kind::kEnter});
    ExportFinished(env);
  }
  bool Drained() const { return running.empty() && finished.empty() && exporter.held() == 0; }
  // Drained or not. Nothing waits for a batch any more; what waits for an answer has no more time.
  template <class Env>
  void Stop(Env& env) {
    exporter.Stop(env);
    if (!finished.empty()) {
      Exporter::Drop(tracing::EncodeSpans(service, {finished.data(), finished.size()}), facts::DropReason::kShutdown,
                     env);
    }
    finished.clear();
    AnnounceLevel(env);
  }

  template <class Env>
  void On(const ExportAnswer& m, Env& env) {
    exporter.OnAnswer(m, env);
    ExportDue(env);
    AnnounceLevel(env);
  }

  template <class Env>
  void On(const Call& m, Env& env) {
    if (!IsService(env)) return;
    // A header that does not parse starts a new trace (W3C Trace Context §4.3).
    const auto context = tracing::ParseTraceparent(m.traceparent);
    const tracing::TraceId trace = context ? context->trace : NewTrace(env);
    StartOperation(trace, context ? context->parent : tracing::SpanId{}, m.depth, env);
  }

  // Exports what waits for a batch.
  template <class Env>
  void ExportFinished(Env& env) {
    while (!finished.empty()) CutBatch(env);
  }

 private:
  template <class Env>
  void AnnounceLevel(Env& env) {
    env.Announce(facts::ExporterLevel{exporter.held() + finished.size()});
  }

  // One export at a time, and a batch is cut only when it can leave: while one is under way the
  // spans go on gathering, so that a slow collector is sent larger batches and not more of them
  // (OpenTelemetry specification, "Batching processor").
  template <class Env>
  void ExportDue(Env& env) {
    if (exporter.busy() || finished.empty()) return;
    if (!due && finished.size() < env.config().traffic->exporter.max_batch) return;
    CutBatch(env);
    due = due && !finished.empty();
  }

  template <class Env>
  void CutBatch(Env& env) {
    const std::size_t size = std::min<std::size_t>(finished.size(), env.config().traffic->exporter.max_batch);
    tracing::Batch batch = tracing::EncodeSpans(service, {finished.data(), size});
    finished.erase(finished.begin(), finished.begin() + static_cast<std::ptrdiff_t>(size));
    exporter.Enqueue(std::move(batch), finished.size(), env);
  }

  // --- replay ------------------------------------------------------------------

  template <class Env>
  static const core::List<std::uint32_t>& Share(const Env& env) {
    return env.config().assignment->recorded[core::Number(env.self()) - env.config().collectors];
  }

  // When the next recorded export leaves.
  template <class Env>
  core::Duration NextRecorded(const Env& env) const {
    const Traffic& traffic = *env.config().traffic;
    return traffic.recorded[Share(env)[replayed]].at / traffic.speed;
  }

  // What was due before this life of the application is done, or was never made.
  template <class Env>
  void SkipRecorded(Env& env) {
    const core::Duration now = env.now().time_since_epoch();
    while (replayed < Share(env).size() && NextRecorded(env) < now) ++replayed;
  }

  template <class Env>
  void ArmRecorded(Env& env) {
    if (replayed == Share(env).size()) return;
    const core::Duration due = NextRecorded(env);
    const core::Duration now = env.now().time_since_epoch();
    const core::Duration after = due > now ? due - now : core::Duration{};
    env.Arm(ApplicationTimer{ApplicationTimer::Kind::kRecorded}, {after, after});
  }

  template <class Env>
  void Replay(Env& env) {
    const tracing::Batch& batch = env.config().traffic->recorded[Share(env)[replayed++]].batch;
    for (const tracing::SpanSummary& span : batch.spans()) AnnounceEmitted(span, env);
    exporter.Enqueue(batch, finished.size(), env);
    ArmRecorded(env);
  }

  template <class Env>
  static void AnnounceEmitted(const tracing::SpanSummary& span, Env& env) {
    env.Announce(facts::SpanEmitted{span.content, ToFact(span.trace), span.id.value, span.parent.value});
  }

  // --- generated traffic --------------------------------------------------------

  template <class Env>
  static bool IsService(const Env& env) {
    return core::Number(env.self()) >= env.config().collectors + env.config().assignment->replaying;
  }
  template <class Env>
  static std::uint32_t ServiceNumber(const Env& env) {
    return core::Number(env.self()) - env.config().collectors - env.config().assignment->replaying;
  }

  template <class Env>
  static tracing::TraceId NewTrace(Env& env) {
    const std::uint64_t high = env.Draw(std::uint64_t{1} << 63);
    const std::uint64_t low = env.Draw(std::uint64_t{1} << 63);
    return {high, low + 1};  // all zeros is no id
  }

  template <class Env>
  void ArmEnter(Env& env) {
    const Traffic& traffic = *env.config().traffic;
    env.Arm(ApplicationTimer{ApplicationTimer::Kind::kEnter}, traffic.generated.every);
  }
  template <class Env>
  void ArmSchedule(Env& env) {
    const core::Duration delay = env.config().traffic->exporter.schedule_delay;
    env.Arm(ApplicationTimer{ApplicationTimer::Kind::kSchedule}, {delay, delay});
  }

  template <class Env>
  void Enter(Env& env) {
    if (env.now().time_since_epoch() >= env.config().load_ends) return;
    StartOperation(NewTrace(env), {}, env.config().traffic->generated.depth, env);
    ArmEnter(env);
  }

  template <class Env>
  void StartOperation(tracing::TraceId trace, tracing::SpanId parent, std::uint32_t depth, Env& env) {
    Operation operation;
    operation.number = ++operations;
    operation.span.trace = trace;
    operation.span.id = {env.Draw(std::uint64_t{1} << 63) + 1};
    operation.span.parent = parent;
    operation.span.start_nanos = Nanos(env);
    operation.span.name = ServiceNumber(env);
    operation.span.kind = 2;  // server
    env.Announce(facts::ChildStarted{ToFact(trace), operation.span.id.value, parent.value});
    CallOthers(operation.span, depth, env);
    env.Arm(ApplicationTimer{ApplicationTimer::Kind::kWork, operation.number}, env.config().traffic->generated.work);
    running.push_back(operation);
  }

  template <class Env>
  void CallOthers(const tracing::GeneratedSpan& span, std::uint32_t depth, Env& env) {
    const GeneratedConfig& generated = env.config().traffic->generated;
    if (depth == 0 || generated.services < 2) return;
    const std::uint32_t first = env.config().collectors + env.config().assignment->replaying;
    for (std::uint64_t calls = env.Draw(generated.fan_out + 1); calls > 0; --calls) {
      // Another service than this one.
      const auto other = static_cast<std::uint32_t>(env.Draw(generated.services - 1));
      const core::NodeId callee{first + other + (other >= ServiceNumber(env) ? 1 : 0)};
      env.Send(callee, Call{tracing::FormatTraceparent({span.trace, span.id, tracing::kSampled}), depth - 1});
    }
  }

  template <class Env>
  void EndOperation(std::uint64_t number, Env& env) {
    const auto done =
        std::find_if(running.begin(), running.end(), [&](const Operation& o) { return o.number == number; });
    if (done == running.end()) return;
    done->span.end_nanos = Nanos(env);
    const tracing::GeneratedSpan span = done->span;
    running.erase(done);
    const tracing::SpanSummary summary = tracing::SummaryOf(service, span);
    AnnounceEmitted(summary, env);
    if (exporter.queued + finished.size() >= env.config().traffic->exporter.max_queue) {
      env.Announce(facts::SpanDropped{summary.content, facts::DropReason::kQueueFull});
      return;
    }
    finished.push_back(span);
  }

  template <class Env>
  void OnSchedule(Env& env) {
    due = !finished.empty();
    ArmSchedule(env);
  }

  // Timestamps are the host's wall clock, skewed as it is, from a fixed date on.
  template <class Env>
  static std::uint64_t Nanos(Env& env) {
    constexpr std::uint64_t kStart = 1'767'225'600'000'000'000;  // 2026-01-01, so that no skew makes it negative
    return kStart + static_cast<std::uint64_t>(env.wall().time_since_epoch().count());
  }
};

}  // namespace collector
