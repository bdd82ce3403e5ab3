// Base64 (RFC 4648) as ProtoJSON reads it: either alphabet, padding optional,
// nothing else allowed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tracing {

std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace tracing
