// Histories: refused with the line, or read; what is read is printed and read again to the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzzers/round_trip.h"
#include "tools/history_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzers::RoundTrip(
      {reinterpret_cast<const char*>(data), size},
      [](std::string_view text) { return tools::ParseHistory(text, "fuzzed.jsonl"); }, tools::PrintHistory);
  return 0;
}
