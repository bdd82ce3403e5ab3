// The hunt as a property: whatever cluster, network, load and faults are drawn, the promise is kept.
#include "ledger.h"

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tools/rapidcheck.h"

namespace {

RC_GTEST_PROP(Ledger, KeepsItsPromises, ()) {
  const scenarios::SeedFile run = *tools::AnyRunOf("ledger");
  RC_LOG() << tools::Describe(run);
  RC_ASSERT(tools::ViolatedBy(run) == "");
}

}  // namespace
