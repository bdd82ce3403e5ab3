// Embedded: the shipped scenarios and their data, built into the program, so
// that one copied file runs anywhere. scenarios/embed.cmake makes the table
// from scenarios/*.txtpb and scenarios/data/*/*.
#pragma once

#include <span>
#include <string_view>

namespace scenarios {

struct EmbeddedFile {
  std::string_view path;  // from scenarios/: "flagship.txtpb", "data/sdk-shop-json/requests.jsonl"
  std::string_view bytes;
};

// By path.
std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace scenarios
