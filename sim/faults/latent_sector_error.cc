// A latent sector error: a durable record of the victim can no longer be read.
// Nobody notices before the node starts again and reads its disk (Bairavasundaram
// et al., "An Analysis of Latent Sector Errors in Disk Drives", SIGMETRICS 2007).
// Of the media faults this is the common one: about 100 to 10 to 1 against rot
// and misdirected writes.
#include "sim/media.h"

namespace sim::faults {
namespace {

enum Parameters { kRecords };

void Begin(FaultScope& scope) { DamageRecords(scope, kRecords, Flaw::kUnreadable); }

void End(FaultScope&) {}  // it stays

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind latent_sector_error;
const FaultKind latent_sector_error{
    "latent_sector_error",
    "durable records become unreadable, found at the next start; effects: records",
    "any",
    {{"records", Form::kCount, "1", "of each victim, when the window begins", "0..1000", "1..10"}},
    Begin,
    End};

}  // namespace sim::faults
