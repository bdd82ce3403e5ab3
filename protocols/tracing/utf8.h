// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tracing {

// The length of the character that `text` begins with, 0 if it begins with none.
std::size_t Utf8Length(std::string_view text);

bool IsUtf8(std::string_view text);

// Appends a code point up to U+10FFFF that is no surrogate.
void AppendUtf8(std::uint32_t code_point, std::string& text);

}  // namespace tracing
