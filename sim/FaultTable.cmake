# Writes the table of fault kinds from the files of sim/faults/, so that adding
# a kind is adding its file.
#   cmake -DOUTPUT=fault_table.cc -Dnames=crash|pause|… -P sim/FaultTable.cmake
string(REPLACE "|" ";" NAMES "${NAMES}")
list(SORT NAMES)
set(declarations "")
set(entries "")
foreach(name ${NAMES})
  string(APPEND declarations "extern const FaultKind ${name};\n")
  string(APPEND entries "      &faults::${name},\n")
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "// Generated from the files of sim/faults/.
#include \"sim/fault.h\"

namespace sim {
namespace faults {
@declarations@}  // namespace faults

const std::vector<const FaultKind*>& FaultKinds() {
  static const std::vector<const FaultKind*> kinds{
@entries@  };
  return kinds;
}

}  // namespace sim
" @ONLY)
