// What the hunter asks of the one file that is compiled against a mutant's headers
// (planted.cc.in). That file also puts the mutant into the catalog, alone.
#pragma once

#include <memory>

#include "tests/harness/script.h"

namespace hunter {

// Plays conversations with the mutant's nodes.
std::unique_ptr<harness::Interpreter> MakeInterpreter();

}  // namespace hunter
