// Results of a campaign: refused, or read; what is read is printed and read again to the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/fuzz_results.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto results = tools::ParseFuzzResults(text, "fuzzed.results");
  if (!results.ok()) return 0;
  const std::string printed = tools::PrintFuzzResults(*results);
  const auto again = tools::ParseFuzzResults(printed, "printed.results");
  if (!again.ok() || tools::PrintFuzzResults(*again) != printed) std::abort();
  return 0;
}
