#include "protocols/tracing/span.h"

#include <initializer_list>
#include <utility>

#include "protocols/core/wire.h"
#include "protocols/tracing/otlp.pb.h"
#include "protocols/tracing/span_content.h"

namespace tracing {
namespace {

using faultline::otlp::ExportTraceServiceRequest;

absl::Status TooLarge(std::size_t bytes) {
  return absl::InvalidArgumentError("an export of " + std::to_string(bytes) + " bytes; at most " +
                                    std::to_string(Batch::kMaxBytes) + " are allowed, split it");
}

absl::Status NotARequest() {
  return absl::InvalidArgumentError(
      "not a binary OTLP ExportTraceServiceRequest, or cut short, too many messages, or nested too deep");
}

void AppendBytes(std::uint64_t value, std::string& bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

void AppendHex(std::uint64_t value, std::string& hex) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) hex += kDigits[value >> shift & 15];
}

template <class Append>
std::string Text(std::size_t size, Append append, std::initializer_list<std::uint64_t> values) {
  std::string text;
  text.reserve(size * values.size());
  for (const std::uint64_t value : values) append(value, text);
  return text;
}

}  // namespace

absl::StatusOr<Batch> Batch::FromBytes(std::string bytes) {
  if (bytes.size() > kMaxBytes) return TooLarge(bytes.size());
  if (!HasFewMessages(bytes)) return NotARequest();
  ExportTraceServiceRequest request;
  if (!DecodeRequest(bytes, request)) return NotARequest();
  if (absl::Status checked = CheckRequest(request, kMaxValueDepth); !checked.ok()) return checked;
  return Make(request, std::move(bytes));
}

absl::StatusOr<Batch> Batch::FromRequest(const ExportTraceServiceRequest& request) {
  if (absl::Status checked = CheckRequest(request, kMaxValueDepth); !checked.ok()) return checked;
  if (request.ByteSizeLong() > kMaxBytes) return TooLarge(request.ByteSizeLong());
  std::string bytes = request.SerializeAsString();
  if (!HasFewMessages(bytes)) return absl::InvalidArgumentError("an export of too many messages, split it");
  return Make(request, std::move(bytes));
}

Batch Batch::FromOwn(const ExportTraceServiceRequest& request) { return Make(request, request.SerializeAsString()); }

Batch Batch::Make(const ExportTraceServiceRequest& request, std::string bytes) {
  Rep rep;
  rep.spans = Summarise(request);
  if (request.resource_spans_size() > 0) rep.service = ServiceName(request.resource_spans(0).resource());
  rep.fingerprint = core::FingerprintOf(bytes);
  rep.bytes = std::move(bytes);
  Batch batch;
  batch.rep_ = std::make_shared<const Rep>(std::move(rep));
  return batch;
}

core::Fingerprint Batch::fingerprint() const { return rep_ ? rep_->fingerprint : core::FingerprintOf(std::string()); }

void Batch::AppendTo(std::string& text) const {
  text.append(service()).append("(").append(std::to_string(spans().size())).append(" spans)");
}

void Batch::AppendWire(std::string& out) const {
  core::AppendVarint(out, bytes().size());
  out += bytes();
}

bool Batch::ReadWire(core::WireReader& in, Batch& into) {
  const std::string_view bytes = in.Bytes(in.Length());
  absl::StatusOr<Batch> batch = in.ok ? FromBytes(std::string(bytes)) : Batch();
  in.ok = in.ok && batch.ok();
  if (in.ok) into = *std::move(batch);
  return in.ok;
}

std::string ToBytes(TraceId id) { return Text(8, AppendBytes, {id.high, id.low}); }
std::string ToBytes(SpanId id) { return Text(8, AppendBytes, {id.value}); }
std::string ToHex(TraceId id) { return Text(16, AppendHex, {id.high, id.low}); }
std::string ToHex(SpanId id) { return Text(16, AppendHex, {id.value}); }

}  // namespace tracing
