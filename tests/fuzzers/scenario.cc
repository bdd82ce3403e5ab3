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
  // To read recorded traces takes a second each time, and is what another fuzzer is for.
  if (!scenario.ok() || (scenario->traces && !scenario->traces->source.empty())) return 0;
  fuzzers::Play(tools::Prepare(*std::move(scenario), ""), 1);
  return 0;
}
