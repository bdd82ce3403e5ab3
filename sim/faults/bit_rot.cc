// Bit rot: the bits of a durable record change on the medium, for good. The
// record's checksum tells when the node starts again and reads its disk
// (Bairavasundaram et al., "An Analysis of Data Corruption in the Storage Stack",
// FAST 2008).
#include "sim/media.h"

namespace sim::faults {
namespace {

enum Parameters { kRecords };

void Begin(FaultScope& scope) { DamageRecords(scope, kRecords, Flaw::kRotten); }

void End(FaultScope&) {}  // it stays

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind bit_rot;
const FaultKind bit_rot{
    "bit_rot", "bits of durable records change, found by checksum at the next start; effects: records",
    "any",     {{"records", Form::kCount, "1", "of each victim, when the window begins", "0..1000", "1..3"}},
    Begin,     End};

}  // namespace sim::faults
