#include "protocols/tracing/trace_context.h"

#include <algorithm>

namespace tracing {
namespace {

constexpr std::size_t kVersion00Length = 55;  // version-trace-parent-flags: 2+1+32+1+16+1+2
constexpr std::uint8_t kKnownFlags = kSampled | kRandomTraceId;

// Exactly as many digits as there are characters, lower case only.
std::optional<std::uint64_t> ParseHex(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c >= '0' && c <= '9') {
      value = value << 4 | static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value << 4 | static_cast<std::uint64_t>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

// RFC 9110 §5.5: blanks around a header's value are not part of it.
std::string_view WithoutBlanksAround(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// §3.2.4: version 00 ends after its flags; a higher version may go on after a "-".
bool LengthFitsVersion(std::string_view header, std::uint64_t version) {
  if (header.size() == kVersion00Length) return true;
  return version != 0 && header[kVersion00Length] == '-';
}

bool IsKeyStart(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsKeyCharacter(char c) { return IsKeyStart(c) || std::string_view("_-*/@").find(c) != std::string_view::npos; }
bool IsValueCharacter(char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; }

// §3.3.1.3. Level 1's "tenant@vendor" is a special case.
bool IsKey(std::string_view key) {
  return !key.empty() && key.size() <= 256 && IsKeyStart(key.front()) &&
         std::all_of(key.begin(), key.end(), IsKeyCharacter);
}

// A leading blank belongs to the value, a trailing one cannot be told from padding.
bool IsValue(std::string_view value) {
  return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), IsValueCharacter);
}

bool HasKey(const Tracestate& state, std::string_view key) {
  return std::any_of(state.begin(), state.end(), [key](const TracestateMember& member) { return member.key == key; });
}

// False: the member is bad, or one too many.
bool ParseMember(std::string_view text, Tracestate& state) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos) return false;
  const std::string_view key = text.substr(0, equals);
  const std::string_view value = text.substr(equals + 1);
  if (!IsKey(key) || !IsValue(value) || HasKey(state, key) || state.size() == kMaxTracestateMembers) return false;
  state.push_back({std::string(key), std::string(value)});
  return true;
}

std::size_t Length(const TracestateMember& member) { return member.key.size() + 1 + member.value.size(); }

std::size_t Length(const Tracestate& state) {
  std::size_t length = state.empty() ? 0 : state.size() - 1;
  for (const TracestateMember& member : state) length += Length(member);
  return length;
}

// Drops the rightmost member over 128 characters, or else the rightmost.
void DropOne(Tracestate& state) {
  const auto large =
      std::find_if(state.rbegin(), state.rend(), [](const TracestateMember& member) { return Length(member) > 128; });
  if (large == state.rend()) {
    state.pop_back();
  } else {
    state.erase(std::next(large).base());
  }
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  header = WithoutBlanksAround(header);
  if (header.size() < kVersion00Length) return std::nullopt;
  if (header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const auto version = ParseHex(header.substr(0, 2));
  const auto trace_high = ParseHex(header.substr(3, 16));
  const auto trace_low = ParseHex(header.substr(19, 16));
  const auto parent = ParseHex(header.substr(36, 16));
  const auto flags = ParseHex(header.substr(53, 2));
  if (!version || !trace_high || !trace_low || !parent || !flags) return std::nullopt;
  if (*version == 0xFF || !LengthFitsVersion(header, *version)) return std::nullopt;

  TraceContext context{{*trace_high, *trace_low}, {*parent}, static_cast<std::uint8_t>(*flags & kKnownFlags)};
  if (!IsValid(context.trace) || !IsValid(context.parent)) return std::nullopt;
  return context;
}

std::string FormatTraceparent(const TraceContext& context) {
  std::string header;
  header.reserve(kVersion00Length);
  header += "00-";
  AppendHex(context.trace, header);
  header += '-';
  AppendHex(context.parent, header);
  header += "-0";
  header += static_cast<char>('0' + (context.flags & kKnownFlags));
  return header;
}

std::optional<Tracestate> ParseTracestate(std::span<const std::string_view> headers) {
  Tracestate state;
  for (std::string_view rest : headers) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view member = WithoutBlanksAround(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (!member.empty() && !ParseMember(member, state)) return std::nullopt;  // empty members are allowed
    }
  }
  return state;
}

bool SetTracestateMember(Tracestate& state, std::string_view key, std::string_view value) {
  if (!IsKey(key) || !IsValue(value)) return false;
  std::erase_if(state, [key](const TracestateMember& member) { return member.key == key; });
  if (state.size() == kMaxTracestateMembers) state.pop_back();
  state.insert(state.begin(), {std::string(key), std::string(value)});
  return true;
}

std::string FormatTracestate(const Tracestate& state, std::size_t limit) {
  Tracestate kept = state;
  while (Length(kept) > limit) DropOne(kept);
  std::string header;
  for (const TracestateMember& member : kept) header += (header.empty() ? "" : ",") + member.key + "=" + member.value;
  return header;
}

}  // namespace tracing
