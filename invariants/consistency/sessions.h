// Session guarantees as clients can observe them (Terry et al., "Session Guarantees for Weakly
// Consistent Replicated Data", 1994; as formal models: Viotti & Vukolić, "Consistency in
// Non-Transactional Distributed Storage Systems", 2016). README.md of this folder has the definitions.
//
// Each says which writes a read may see at least, and in what order some writes must come. The
// smallest such sets are the easiest to satisfy, for a read that sees more must explain more; so
// the checker takes those, orders every write seen before the one returned, and looks for a cycle.
#pragma once

#include "invariants/consistency/refutation.h"

namespace consistency {

std::optional<Refutation> RefuteReadYourWrites(const Relations& relations);
std::optional<Refutation> RefuteMonotonicReads(const Relations& relations);
std::optional<Refutation> RefuteMonotonicWrites(const Relations& relations);
std::optional<Refutation> RefuteWritesFollowReads(const Relations& relations);
std::optional<Refutation> RefutePram(const Relations& relations);

}  // namespace consistency
