// Seed files: refused with a message, or played.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "scenarios/seed_file.h"
#include "tests/fuzzers/play.h"
#include "tools/experiment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto seed = scenarios::ParseSeedFile(text, "fuzzed.seed");
  if (!seed.ok()) return 0;
  const std::uint64_t number = seed->seed;
  fuzzers::Play(tools::Prepare(*std::move(seed)), number);
  return 0;
}
