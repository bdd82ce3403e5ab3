// Sequential consistency (Lamport, "How to Make a Multiprocessor Computer That Correctly Executes
// Multiprocess Programs", 1979): one order of all operations that keeps the order of each process.
//
// To decide it is NP-complete even when it is known which write each read read (Gibbons & Korach,
// 1997), so most of the work is to avoid the search: an order that all reads imply is saturated
// first, which refutes most of what is wrong; and the search then goes along what is implied,
// takes reads as soon as they are right, and never writes over a value that is still to be read.
#pragma once

#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"

namespace consistency {

Judgement CheckSequential(const History& history, const Options& options);

}  // namespace consistency
