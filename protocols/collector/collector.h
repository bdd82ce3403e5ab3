// The virtual collector, over any substrate that replicates a span store.
//
// Collectors are nodes 0 to collectors-1; the others are the applications that
// export to them. A collector proposes what it gets to the substrate and answers
// "ok" only when the substrate has committed it and this very collector has
// stored it: then it is on the disks of a majority, and whoever asks this
// collector finds it. Anything else is "unavailable", and the exporter comes
// back. A span without valid ids is rejected for good (partial success).
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <variant>

#include "protocols/collector/application.h"
#include "protocols/collector/exporter.h"
#include "protocols/collector/messages.h"
#include "protocols/collector/traffic.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"
#include "protocols/core/variants.h"

namespace collector {

template <class Substrate>
struct Config {
  typename Substrate::Config substrate;
  std::uint32_t collectors = 0;
  std::shared_ptr<const Traffic> traffic;
  std::shared_ptr<const Assignment> assignment;
  core::Duration load_ends{};  // of generated traffic
};

template <core::Node Substrate>
struct NodeOf {
  using Config = collector::Config<Substrate>;
  using Env = core::Env<NodeOf>;
  using Message = core::JoinVariants<typename Substrate::Message, std::variant<Export, ExportAnswer, Call>>;
  using Record = typename Substrate::Record;
  using Fact = core::JoinVariants<typename Substrate::Fact,
                                  std::variant<facts::SpanEmitted, facts::SpanDropped, facts::ExporterLevel,
                                               facts::SpanConfirmed, facts::SpanAcknowledged, facts::ChildStarted>>;
  using Request = core::None;
  using Reply = core::None;
  using Timer = std::variant<typename Substrate::Timer, ApplicationTimer>;

  Substrate substrate;      // of a collector
  Application application;  // of any other node
  bool draining{};          // told to stop: begins nothing new

  void Start(Env& env) {
    if (IsCollector(env)) {
      StepSubstrate(env, [&](auto& inner) { substrate.Start(inner); });
    } else {
      application.Start(env);
    }
  }

  template <class R>
  void Replay(const R& record) {
    substrate.Replay(record);
  }

  // A graceful shutdown. A collector has nothing of its own to hand over: what it acknowledged is
  // on the disks of a majority, and who waits for an answer asks another one.
  void Drain(Env& env) {
    draining = true;
    if (!IsCollector(env)) application.Drain(env);
  }
  bool Drained() const { return application.Drained(); }
  void Stop(Env& env) {
    if (!IsCollector(env)) application.Stop(env);
  }

  void On(core::RequestId, const core::None&, Env&) {}

  void On(Timer timer, Env& env) {
    if (const auto* own = std::get_if<ApplicationTimer>(&timer)) {
      application.On(*own, env);
      if (draining) application.ExportFinished(env);
      return;
    }
    StepSubstrate(env, [&](auto& inner) { substrate.On(std::get<0>(timer), inner); });
  }

  template <core::AlternativeOf<typename Substrate::Message> M>
  void On(core::NodeId from, const M& m, Env& env) {
    StepSubstrate(env, [&](auto& inner) { substrate.On(from, m, inner); });
  }

  void On(core::NodeId from, const Export& m, Env& env) {
    if (!IsCollector(env)) return;
    if (draining) return env.Send(from, ExportAnswer{m.sequence, ExportStatus::kUnavailable, 0});
    const core::RequestId id{core::ClientId{core::Number(from)}, m.sequence};
    typename Substrate::Request request;
    request.command = m.batch;
    StepSubstrate(env, [&](auto& inner) { substrate.On(id, request, inner); });
  }
  void On(core::NodeId, const ExportAnswer& m, Env& env) {
    if (!IsCollector(env)) application.On(m, env);
  }
  void On(core::NodeId, const Call& m, Env& env) {
    if (!IsCollector(env) && !draining) application.On(m, env);
  }

  // What a delivered message brings its receiver, for monitors of causality.
  static constexpr bool kHasManifest = true;
  template <class F>
  static void Manifest(const Message& message, F&& f) {
    const auto carried = [&f](const tracing::Batch& batch) {
      for (const tracing::SpanSummary& span : batch.spans()) f(facts::SpanCarried{span.content});
    };
    std::visit(
        [&](const auto& m) {
          using M = std::decay_t<decltype(m)>;
          if constexpr (std::is_same_v<M, Export>) {
            carried(m.batch);
          } else if constexpr (std::is_same_v<M, Call>) {
            const auto context = tracing::ParseTraceparent(m.traceparent);
            if (context) f(facts::ContextCarried{ToFact(context->trace), context->parent.value});
          } else if constexpr (core::AlternativeOf<M, typename Substrate::Message>) {
            Substrate::ForEachCommand(m, carried);
          }
        },
        message);
  }

  core::Fingerprint DurableFingerprint() const { return substrate.DurableFingerprint(); }

  static Message Lift(typename Substrate::Message message) { return core::Widen<Message>(std::move(message)); }
  static Record Lift(typename Substrate::Record record) { return record; }
  static Fact Lift(typename Substrate::Fact fact) { return core::Widen<Fact>(std::move(fact)); }
  static Timer Lift(typename Substrate::Timer timer) { return timer; }

 private:
  static bool IsCollector(const Env& env) { return core::Number(env.self()) < env.config().collectors; }

  template <class Step>
  void StepSubstrate(Env& env, Step&& step) {
    core::StepInner<Substrate>(env, env.config().substrate, std::forward<Step>(step),
                               [&](core::RequestId to, typename Substrate::Reply reply) { Answer(to, reply, env); });
  }

  static void Answer(core::RequestId to, const typename Substrate::Reply& reply, Env& env) {
    const core::NodeId exporter{core::Number(to.client)};
    if (!reply.result) {
      env.Send(exporter, ExportAnswer{to.sequence, ExportStatus::kUnavailable, 0});
      return;
    }
    std::uint64_t rejected = 0;
    for (const tracing::SpanSummary& span : reply.result->batch.spans()) {
      if (span.valid) {
        env.Announce(facts::SpanAcknowledged{span.content});
      } else {
        ++rejected;
      }
    }
    env.Send(exporter, ExportAnswer{to.sequence, ExportStatus::kOk, rejected});
  }
};

}  // namespace collector
