// Notation: a history in a line, for tests and for reports of what went wrong in them.
//
//   p0: w(x,1) r(x)=1 | p1: - r(x)=null
//
// Without times, the first operations of all processes overlap, then the second ones do, and
// so on; `-` lets a round pass. With times, which only order:
//
//   w(x,1)@2-5      called at 2, returned at 5
//   w(x,1)@2        called and returned at 2
//   w(x,1)?  w(x,1)?@2     its outcome is unknown
//   cas(x,1,2)!  cas(x,1,2)!@2-5     it failed
//
//   r(x)=1  w(x,1)  cas(x,1,2)        the last from 1 to 2
//   append(x,"a")  add(x,1)  remove(x,1)  enqueue(x,1)  dequeue(x)=1
//   acquire(x)=7  release(x,7)        7 is the token
//
// Values are as in JSON, without blanks: null, -1, "a", [1,2].
#pragma once

#include <string>
#include <string_view>

#include "invariants/consistency/history.h"

namespace consistency {

// A mistake in it is a mistake of the test, and ends the program.
History FromNotation(std::string_view text);

// With all times; by process.
std::string ToNotation(const History& history);

}  // namespace consistency
