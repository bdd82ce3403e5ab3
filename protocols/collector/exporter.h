// Exporter: the SDK's batch span processor and its OTLP exporter.
//
// Spans wait in a bounded queue and leave in batches, one export at a time. An
// export that is not answered or answered "unavailable" is sent again, to the
// next collector, after a back-off that grows and jitters, until it has been
// tried for too long; then its spans are dropped and counted. (OpenTelemetry
// specification, "Batching processor"; OTLP specification, "Failures" and
// "Duplicate Data": a resent export may be stored twice, which is the store's
// business.)
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "protocols/collector/messages.h"
#include "protocols/collector/traffic.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace collector {

struct Exporter {
  struct Sending {
    tracing::Batch batch;
    std::uint64_t sequence{};
    std::uint32_t attempt{};  // from 0
    core::LocalTime first{};  // of the first attempt
    bool pausing{};           // backing off: the answer was no, or none
  };

  core::List<tracing::Batch> queue;
  std::uint64_t queued{};  // spans in it
  std::optional<Sending> sending;
  std::uint64_t sequence{};  // of the last export
  std::uint32_t endpoint{};  // the collector tried last

  // An incarnation of its own: answers to an earlier one must not be taken for ours. And a later
  // one, since a collector that still owes the last one an answer takes smaller numbers for old
  // copies. The monotonic clock outlives an application; nobody exports 65536 times in a nanosecond.
  template <class Env>
  void Start(Env& env) {
    constexpr int kBits = 16;
    const auto started = static_cast<std::uint64_t>(env.now().time_since_epoch().count());
    sequence = (started << kBits) + env.Draw(std::uint64_t{1} << kBits);
    endpoint = core::Number(env.self()) % env.config().collectors;
  }

  bool busy() const { return sending.has_value() || !queue.empty(); }
  std::uint64_t held() const { return queued + (sending ? sending->batch.spans().size() : 0); }

  // A batch is ready. `waiting` spans are held elsewhere on behalf of the same bound.
  template <class Env>
  void Enqueue(tracing::Batch batch, std::uint64_t waiting, Env& env) {
    const ExporterConfig& config = env.config().traffic->exporter;
    if (queued + waiting + batch.spans().size() > config.max_queue) {
      Drop(batch, facts::DropReason::kQueueFull, env);
      return;
    }
    queued += batch.spans().size();
    queue.push_back(std::move(batch));
    SendNext(env);
  }

  template <class Env>
  void OnAnswer(const ExportAnswer& m, Env& env) {
    if (!sending || m.sequence != sending->sequence) return;  // an answer to what we gave up on
    if (m.status == ExportStatus::kUnavailable) {
      if (!sending->pausing) BackOff(env);  // else the same answer again
      return;
    }
    for (const tracing::SpanSummary& span : sending->batch.spans()) {
      if (span.valid) {
        env.Announce(facts::SpanConfirmed{span.content});
      } else {
        env.Announce(facts::SpanDropped{span.content, facts::DropReason::kRejected});
      }
    }
    Finish(env);
  }

  // What can no longer be exported is counted, with the reason.
  template <class Env>
  static void Drop(const tracing::Batch& batch, facts::DropReason reason, Env& env) {
    for (const tracing::SpanSummary& span : batch.spans()) env.Announce(facts::SpanDropped{span.content, reason});
  }

  // The application ends: what was not confirmed until now is lost, and counted.
  template <class Env>
  void Stop(Env& env) {
    if (sending) Drop(sending->batch, facts::DropReason::kShutdown, env);
    for (const tracing::Batch& batch : queue) Drop(batch, facts::DropReason::kShutdown, env);
    sending.reset();
    queue.clear();
    queued = 0;
  }

  template <class Env>
  void OnTimeout(Env& env) {
    if (sending) BackOff(env);
  }

  template <class Env>
  void OnRetry(Env& env) {
    if (!sending) return;
    ++sending->attempt;
    endpoint = (endpoint + 1) % env.config().collectors;
    Transmit(env);
  }

 private:
  template <class Env>
  void SendNext(Env& env) {
    if (sending || queue.empty()) return;
    sending = Sending{std::move(queue.front()), ++sequence, 0, env.now(), false};
    queue.erase(queue.begin());
    queued -= sending->batch.spans().size();
    Transmit(env);
  }

  template <class Env>
  void Transmit(Env& env) {
    const core::Duration timeout = env.config().traffic->exporter.timeout;
    sending->pausing = false;
    env.Send(core::NodeId{endpoint}, Export{sending->sequence, sending->batch});
    env.Arm(ApplicationTimer{ApplicationTimer::Kind::kExportTimeout}, {timeout, timeout});
  }

  // OTLP exporter retry: initial × 1.5^attempt, at most max, half to one and a half of that.
  template <class Env>
  void BackOff(Env& env) {
    const ExporterConfig& config = env.config().traffic->exporter;
    env.Cancel(ApplicationTimer{ApplicationTimer::Kind::kExportTimeout});
    if (config.give_up.count() > 0 && env.now() - sending->first >= config.give_up) {
      Drop(sending->batch, facts::DropReason::kGaveUp, env);
      return Finish(env);
    }
    sending->pausing = true;
    core::Duration pause = std::min(config.initial_backoff, config.max_backoff);
    for (std::uint32_t i = 0; i < sending->attempt && pause < config.max_backoff; ++i) {
      pause = std::min(pause + pause / 2, config.max_backoff);
    }
    env.Arm(ApplicationTimer{ApplicationTimer::Kind::kRetry}, {pause / 2, pause + pause / 2});
  }

  template <class Env>
  void Finish(Env& env) {
    env.Cancel(ApplicationTimer{ApplicationTimer::Kind::kExportTimeout});
    env.Cancel(ApplicationTimer{ApplicationTimer::Kind::kRetry});
    sending.reset();
    SendNext(env);
  }
};

}  // namespace collector
