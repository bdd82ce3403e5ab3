// Reduce: smaller versions of a seed file, for whoever looks for the smallest that still goes wrong.
//
// A seed file is a list of parts that can be taken out one by one: windows of faults and their victims, requests of
// clients, recorded exports, and everything in which cluster, load and run differ from their defaults. What is left
// is a seed file like any other. Whether it still goes wrong only a run can tell.
//
// Never changed: what must hold, how long a healed cluster has to recover, and the budget of events. A cluster that is
// given less time than it needs breaks promises of its own, and not the one that was looked for.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/core/types.h"
#include "scenarios/scenario.pb.h"

namespace scenarios {

using faultline::scenarios::SeedFile;

enum class Part : std::uint8_t {
  kWindow,
  kVictim,  // one of several of a window
  kClient,  // with all of its requests
  kRequest,
  kExport,   // a recorded one
  kSetting,  // a field of the scenario that is not at its default
};
inline constexpr Part kParts[] = {Part::kWindow,  Part::kVictim, Part::kClient,
                                  Part::kRequest, Part::kExport, Part::kSetting};

std::size_t CountParts(const SeedFile& file, Part part);
// Without those from `begin` to before `end`.
SeedFile WithoutParts(const SeedFile& file, Part part, std::size_t begin, std::size_t end);
// "crash n2 1.2s..1.5s", "c0 asks n1 at 1.2s", "cluster.network.loss: 5%".
std::string DescribePart(const SeedFile& file, Part part, std::size_t place);

// How much there is in a seed file.
struct SeedFileSize {
  std::size_t windows = 0;
  std::size_t requests = 0;  // or recorded exports
  std::uint32_t nodes = 0;
  std::uint32_t clients = 0;
  std::size_t settings = 0;
  auto operator<=>(const SeedFileSize&) const = default;
};
SeedFileSize SizeOf(const SeedFile& file);

// Without what lies behind `end` in the storm, which ends then. None: the storm is no longer than that.
std::optional<SeedFile> EndingAt(const SeedFile& file, core::Duration end);

// With no longer to settle than swarms give at least, in which no protocol that is right has failed. None: it has so
// much already.
std::optional<SeedFile> SettlingLess(const SeedFile& file);

// With fewer nodes, the fewest first. Who is left out is nobody's victim and asked by nobody; of each number of nodes
// there is one version in which the nodes with the lowest numbers are left, and one in which others take their part.
std::vector<SeedFile> WithFewerNodes(const SeedFile& file);

// With no clients but those whose requests are left: with numbers from 0 on, or as they are.
std::vector<SeedFile> WithFewerClients(const SeedFile& file);

// With everything earlier, by half or by the time before anything happens; the boldest first.
std::vector<SeedFile> Sooner(const SeedFile& file);

// With times that are easier to read: all of them first, then each by itself, the roundest first.
std::vector<SeedFile> Rounder(const SeedFile& file, core::Duration unit);

}  // namespace scenarios
