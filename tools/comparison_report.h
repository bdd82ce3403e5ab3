// Comparison report: what several protocols made of one tape, side by side, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "tools/comparison.h"
#include "tools/terminal.h"

namespace tools {

// A column for each protocol, then Theorem 1.1, a line for each.
std::string ComparisonText(const Comparison& comparison, const Style& style);

// Whom it is about, the sentences, the operations and the picture, and the commands.
std::string ExhibitText(const Exhibit& exhibit, const Style& style);

// One object, with the exhibits.
std::string ComparisonJson(const Comparison& comparison, const std::vector<Exhibit>& exhibits);

// "all", "reads", "writes", "nothing", "untested".
std::string_view ServedName(Served served);
// "yes", "no" or "unknown": whether every seed ended with replicas that agree, and no acknowledged write was lost.
std::string_view ConvergedName(const Standing& standing);

}  // namespace tools
