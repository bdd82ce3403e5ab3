// Judgement text: what a consistency checker found, as people read it: the verdict in one
// line, what is wrong in words, the operations that show it, and a picture of them.
#pragma once

#include <cstddef>
#include <string>

#include "invariants/consistency/check.h"
#include "tools/terminal.h"

namespace tools {

// "holds", "violated", "inconclusive".
std::string_view VerdictName(consistency::Verdict verdict);

// x.jsonl  linearizable  violated  judged 9 998 of 10 000 operations, 4 processes, 3 keys
// Among several, the name of the consistency takes `width` columns.
std::string JudgementLine(const std::string& name, const consistency::History& history,
                          consistency::Consistency consistency, const consistency::Judgement& judgement,
                          const Style& style, std::size_t width = 0);

// The sentences, the operations one a line, and the diagram.
std::string CounterexampleText(const consistency::History& history, const consistency::Counterexample& counterexample);

// What the clients of a run saw of a violation by `monitor`: the smallest counterexample in words, empty if the monitor
// judges no histories or clients saw nothing of it.
std::string ClientsView(const std::string& monitor, const consistency::History& history);

// One row per process, time from left to right:
//
//   process 0  |--write x 1--|  |--write x 2--|
//   process 1                                    |--read x gave 1--|
//
// Only the order of calls and returns is to scale. What returned never ends in an arrow. Empty
// if it does not fit into `columns` however short the words are.
std::string Diagram(const consistency::History& history, const consistency::Counterexample& counterexample,
                    std::size_t columns = 100);

}  // namespace tools
