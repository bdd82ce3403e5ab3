// Refutation: why no order of the writes of a history can be what a weak consistency asks for: a
// cycle among operations with a reason for each of its edges, or a read of null that could not
// have missed a write (Adya's and Elle's way of saying it: Kingsbury & Alvaro, "Elle", VLDB 2020).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"
#include "invariants/consistency/relations.h"

namespace consistency {

struct Refutation {
  std::vector<Edge> cycle;     // or
  NodeId null_read = kNoNode;  // a read of null, and
  NodeId seen = kNoNode;       // a write of its key that it could not have missed
  // How the reads that the reasons name came to see: edges of ways.
  std::vector<Edge> ways;
};

// Of one consistency; nothing: it holds.
using Refute = std::optional<Refutation> (*)(const Relations& relations);

// The whole judgement of a consistency that `refute` decides, with so many `matrices` of vector clocks (4 bytes for
// each operation and session): thin air, refutation, and the smallest part of the history that proves it.
Judgement JudgeByRefutation(const History& history, Refute refute, std::uint32_t matrices, const Options& options);

// The least of `operations` that still `fails`, by taking out single reads, and values with their reads: neither
// can make a violation, so what is left proves one about the whole.
std::vector<std::uint32_t> SmallestPart(const History& history, std::vector<std::uint32_t> operations,
                                        const std::function<bool(const History& part, const Relations&)>& fails);

// The operations of the history, with the writes that they read from.
std::vector<std::uint32_t> OperationsOf(const Relations& relations, const Refutation& refutation);

std::vector<std::string> Explain(const History& history, const Relations& relations, const Refutation& refutation);

}  // namespace consistency
