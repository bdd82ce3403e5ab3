#include "tools/judgement_json.h"

#include <string_view>

#include "scenarios/text.h"
#include "tools/history_file.h"
#include "tools/judgement_text.h"

namespace tools {
namespace {

using consistency::Audit;
using consistency::Counterexample;
using consistency::History;
using consistency::Operation;
using consistency::Outcome;
using tracing::JsonWriter;

void Text(std::string_view key, std::string_view value, JsonWriter& out) {
  out.Key(key);
  out.String(scenarios::Printable(value));
}

template <std::integral T>
void Whole(std::string_view key, T value, JsonWriter& out) {
  out.Key(key);
  out.NumberAsString(value);
}

template <std::integral T>
void Small(std::string_view key, T value, JsonWriter& out) {
  out.Key(key);
  out.Number(value);
}

// Keys and values are data: they stand as the history has them.
void WriteKey(const History& history, std::uint32_t key, JsonWriter& out) {
  out.Key("key");
  out.String(history.keys[key]);
}

void WriteOperation(const History& history, const Operation& operation, JsonWriter& out) {
  const bool ended = operation.outcome != Outcome::kUnknown;
  out.BeginObject();
  Small("line", operation.line, out);
  Small("process", operation.process, out);
  Text("f", consistency::NameOf(operation.function), out);
  WriteKey(history, operation.key, out);
  WriteValueField(history, operation, out);
  Whole("start", operation.called, out);
  out.Key("end");
  ended ? out.NumberAsString(operation.returned) : out.Null();
  out.Key("ok");
  ended ? out.Bool(operation.outcome == Outcome::kOk) : out.Null();
  if (operation.replica >= 0) Small("replica", operation.replica, out);
  out.EndObject();
}

void WriteAudit(const History& history, const Audit& audit, JsonWriter& out) {
  out.BeginObject();
  Small("line", audit.line, out);
  Small("replica", audit.replica, out);
  WriteKey(history, audit.key, out);
  out.Key("value");
  WriteValue(history.values, audit.value, out);
  Whole("start", audit.at, out);
  out.EndObject();
}

void WriteHead(const std::string& name, std::string_view model, consistency::Consistency consistency,
               std::string_view verdict, std::string_view reason, JsonWriter& out) {
  Text("history", name, out);
  Text("model", model, out);
  Text("consistency", consistency::Describe(consistency).name, out);
  Text("verdict", verdict, out);
  Text("reason", reason, out);
}

}  // namespace

std::string JudgementJson(const std::string& name, const History& history, std::string_view model,
                          consistency::Consistency consistency, const consistency::Judgement& judgement) {
  JsonWriter out;
  out.BeginObject();
  WriteHead(name, model, consistency, VerdictName(judgement.verdict), judgement.reason, out);
  Whole("operations", history.operations.size(), out);
  Whole("judged", judgement.judged, out);
  Whole("steps", judgement.steps, out);
  Whole("bytes", judgement.bytes, out);
  if (judgement.counterexample) {
    out.Key("counterexample");
    WriteCounterexample(history, *judgement.counterexample, out);
  }
  out.EndObject();
  return out.Take();
}

std::string UnjudgedJson(const std::string& name, std::string_view model, consistency::Consistency consistency,
                         std::string_view reason) {
  JsonWriter out;
  out.BeginObject();
  WriteHead(name, model, consistency, "unjudged", reason, out);
  out.EndObject();
  return out.Take();
}

void WriteCounterexample(const History& history, const Counterexample& counterexample, JsonWriter& out) {
  out.BeginObject();
  out.Key("operations");
  out.BeginArray();
  for (const std::uint32_t place : counterexample.operations) WriteOperation(history, history.operations[place], out);
  out.EndArray();
  if (!counterexample.audits.empty()) {
    out.Key("audits");
    out.BeginArray();
    for (const std::uint32_t place : counterexample.audits) WriteAudit(history, history.audits[place], out);
    out.EndArray();
  }
  out.Key("sentences");
  out.BeginArray();
  for (const std::string& sentence : counterexample.sentences) out.String(scenarios::Printable(sentence));
  out.EndArray();
  out.EndObject();
}

}  // namespace tools
