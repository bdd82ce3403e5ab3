// Drawn run: one run of a swarm as a seed file, for tests that want runs as data. rapidcheck.h makes a generator of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/seed_file.h"

namespace tools {

// The run that this seed draws, whatever comes of it, with what happened in it as parts. `scenario`: a file, or a
// shipped name. What cannot be drawn is a std::invalid_argument.
scenarios::SeedFile DrawRun(const std::string& protocol, std::uint64_t seed, const std::string& scenario = "swarm");

// "vote-once: n1 voted twice in t3", what it violates; empty: nothing. What cannot run violates nothing.
std::string ViolatedBy(const scenarios::SeedFile& run);

// As a seed file, which `faultline replay` plays.
std::string Describe(const scenarios::SeedFile& run);

// Smaller ones, the boldest first: without all of a kind of parts, without halves, quarters and eighths, with fewer
// nodes.
std::vector<scenarios::SeedFile> SmallerRuns(const scenarios::SeedFile& run);

}  // namespace tools
