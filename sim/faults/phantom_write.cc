// A phantom write: the disk said that a record was written, and it never was. What
// stood there before has a sound checksum, but the number of another sync; where
// nothing did, the watermark tells that something should (Krioukov et al.,
// "Parity Lost and Parity Regained", FAST 2008, §3).
#include "sim/media.h"

namespace sim::faults {
namespace {

enum Parameters { kRecords };

void Begin(FaultScope& scope) { DamageRecords(scope, kRecords, Flaw::kStale); }

void End(FaultScope&) {}  // it stays

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind phantom_write;
const FaultKind phantom_write{
    "phantom_write", "durable records were never written, found by sync number or watermark; effects: records",
    "any",           {{"records", Form::kCount, "1", "of each victim, when the window begins", "0..1000", "1..2"}},
    Begin,           End};

}  // namespace sim::faults
