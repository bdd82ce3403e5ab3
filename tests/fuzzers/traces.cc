// Traces: the first byte chooses whether the rest is JSON lines or Protobuf.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/tracing/trace_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view content(reinterpret_cast<const char*>(data + 1), size - 1);
  static_cast<void>(tracing::ParseTraces(data[0] % 2 == 0 ? "fuzzed.jsonl" : "fuzzed.bin", content));
  return 0;
}
