// Histories: refused with the line, or read; what is read is printed and read again to the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/history_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto history = tools::ParseHistory(text, "fuzzed.jsonl");
  if (!history.ok()) return 0;
  const std::string printed = tools::PrintHistory(*history);
  const auto again = tools::ParseHistory(printed, "printed.jsonl");
  if (!again.ok() || tools::PrintHistory(*again) != printed) std::abort();
  return 0;
}
