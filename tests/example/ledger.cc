// Makes the protocol known to the command line.
#include "ledger.h"

#include "tools/bind.h"

namespace {
const tools::NodeBinding<ledger::Node> binding("ledger", ledger::kSummary);
}
