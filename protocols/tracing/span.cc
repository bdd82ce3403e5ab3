#include "protocols/tracing/span.h"

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
  char text[8];
  for (int i = 0; i < 8; ++i) text[i] = static_cast<char>(value >> (56 - 8 * i) & 0xFF);
  bytes.append(text, sizeof(text));
}

void AppendDigits(std::uint64_t value, std::string& hex) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  char text[16];
  for (int i = 0; i < 16; ++i) text[i] = kDigits[value >> (60 - 4 * i) & 15];
  hex.append(text, sizeof(text));
}

template <class Id>
std::string HexOf(Id id) {
  std::string hex;
  hex.reserve(2 * sizeof(Id));
  AppendHex(id, hex);
  return hex;
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

Batch Batch::FromOwn(std::string bytes, std::vector<SpanSummary> spans, std::string service) {
  const core::Fingerprint fingerprint = core::FingerprintOf(bytes);
  Batch batch;
  batch.rep_ = std::make_shared<const Rep>(Rep{std::move(bytes), std::move(spans), std::move(service), fingerprint});
  return batch;
}

Batch Batch::Make(const ExportTraceServiceRequest& request, std::string bytes) {
  std::string service;
  if (request.resource_spans_size() > 0) service = ServiceName(request.resource_spans(0).resource());
  return FromOwn(std::move(bytes), Summarise(request), std::move(service));
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

std::string ToBytes(TraceId id) {
  std::string bytes;
  bytes.reserve(sizeof(id));
  AppendBytes(id.high, bytes);
  AppendBytes(id.low, bytes);
  return bytes;
}
std::string ToBytes(SpanId id) {
  std::string bytes;
  AppendBytes(id.value, bytes);
  return bytes;
}
std::string ToHex(TraceId id) { return HexOf(id); }
std::string ToHex(SpanId id) { return HexOf(id); }
void AppendHex(TraceId id, std::string& text) {
  AppendDigits(id.high, text);
  AppendDigits(id.low, text);
}
void AppendHex(SpanId id, std::string& text) { AppendDigits(id.value, text); }

}  // namespace tracing
