// Scenarios: refused with a message, or played.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "scenarios/load.h"
#include "tests/fuzzers/play.h"
#include "tools/experiment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto scenario = scenarios::ParseScenario(text, {.name = "fuzzed", .file = "fuzzed.txtpb", .folder = "/nowhere"});
  if (scenario.ok()) fuzzers::Play(tools::Prepare(*std::move(scenario), ""), 1);
  return 0;
}
