// What the simulator knows of OpenTelemetry spans.
//
// A node handles a Batch, one export as an application sent it: opaque bytes
// and a summary of each span in them, decoded once and shared by every copy, so
// that copying a node copies a pointer. Two spans are the same span if and only
// if their `content` is equal. Ids do not decide that: the client and the server
// half of one call may share a span id (Zipkin's "shared" spans), and a retried
// export repeats a span in every field.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/types.h"

namespace core {
struct WireReader;
}
namespace faultline::otlp {
class ExportTraceServiceRequest;
}

namespace tracing {

// 16 bytes, big-endian: `high` is the first half of the hexadecimal form.
struct TraceId {
  std::uint64_t high{};
  std::uint64_t low{};
  auto operator<=>(const TraceId&) const = default;
};

struct SpanId {
  std::uint64_t value{};
  auto operator<=>(const SpanId&) const = default;
};

// All zeros is no id (OTLP specification; W3C Trace Context Level 2 §3.2.2).
constexpr bool IsValid(TraceId id) { return id != TraceId{}; }
constexpr bool IsValid(SpanId id) { return id != SpanId{}; }

// The id in bytes, as on the wire, and in lower-case hexadecimal digits.
std::string ToBytes(TraceId id);
std::string ToBytes(SpanId id);
std::string ToHex(TraceId id);
std::string ToHex(SpanId id);
void AppendHex(TraceId id, std::string& text);
void AppendHex(SpanId id, std::string& text);

struct SpanSummary {
  TraceId trace{};
  SpanId id{};
  SpanId parent{};  // zero: a root
  std::uint64_t start_nanos{};
  std::uint64_t end_nanos{};  // the clock of a host may have made it less than start
  // Of the resource, the scope and the span in every field that our schema has,
  // read in the order of the schema. The encoding, JSON or binary, and unknown
  // fields do not change it; nor does writing out an empty message or leaving
  // it away, which mean the same.
  core::Fingerprint content{};
  bool valid{};  // trace and span id have their length and are not zero; the parent id has its length or is empty
  bool operator==(const SpanSummary&) const = default;
};

// One export: an immutable value.
class Batch {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // what OTLP recommends servers to accept
  static constexpr int kMaxMessages = 4'000'000;                   // Protobuf messages; about 1 GB in memory
  static constexpr int kMaxValueDepth = 64;                        // attribute values inside attribute values

  Batch() = default;  // no spans, no bytes

  // Any bytes are a batch or an error: an OTLP ExportTraceServiceRequest in
  // binary, in UTF-8, within the limits above.
  static absl::StatusOr<Batch> FromBytes(std::string bytes);
  static absl::StatusOr<Batch> FromRequest(const faultline::otlp::ExportTraceServiceRequest& request);
  // One that this program has made, within the limits: its bytes and what they say.
  static Batch FromOwn(std::string bytes, std::vector<SpanSummary> spans, std::string service);

  std::string_view bytes() const { return rep_ ? std::string_view(rep_->bytes) : std::string_view(); }
  std::span<const SpanSummary> spans() const {
    return rep_ ? std::span<const SpanSummary>(rep_->spans) : std::span<const SpanSummary>();
  }
  // The attribute service.name of the first resource; "" if there is none.
  std::string_view service() const { return rep_ ? std::string_view(rep_->service) : std::string_view(); }

  core::Fingerprint fingerprint() const;  // of the bytes
  bool operator==(const Batch& other) const { return fingerprint() == other.fingerprint(); }

  // How core/text.h and core/wire.h treat a batch inside another value: as
  // "checkout(35 spans)", and as its bytes with their length.
  void AppendTo(std::string& text) const;
  void AppendWire(std::string& out) const;
  static bool ReadWire(core::WireReader& in, Batch& into);

 private:
  struct Rep {
    std::string bytes;
    std::vector<SpanSummary> spans;
    std::string service;
    core::Fingerprint fingerprint;
  };

  // Of what has passed the checks.
  static Batch Make(const faultline::otlp::ExportTraceServiceRequest& request, std::string bytes);

  std::shared_ptr<const Rep> rep_;  // null: the empty batch
};

// A batch with the time of its arrival, from the start of a recording.
struct RecordedExport {
  core::Duration at{};
  Batch batch;
  bool operator==(const RecordedExport&) const = default;
};

}  // namespace tracing
