// Results of a campaign: refused, or read; what is read is printed and read again to the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzzers/round_trip.h"
#include "tools/fuzz_results.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzers::RoundTrip(
      {reinterpret_cast<const char*>(data), size},
      [](std::string_view text) { return tools::ParseFuzzResults(text, "fuzzed.results"); }, tools::PrintFuzzResults);
  return 0;
}
