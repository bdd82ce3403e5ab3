// Stories: histories whose verdicts a reader can see.
//
// Told to the oracle, which has to tell them apart, and then to the checkers. Some are too
// unlikely to turn up among a few random ones.
#pragma once

#include <string_view>

#include "invariants/consistency/model.h"

namespace consistency {

struct LinearizableStory {
  std::string_view name;
  ModelKind model;
  std::string_view history;  // as notation.h has it
  bool holds;
};

struct WeakStory {
  std::string_view name;
  std::string_view history;
  std::string_view held;  // all that hold, by their short names, strongest first
};
inline constexpr std::string_view kAll = "sequential ccv cm cc pram wfr mw mr ryw";
inline constexpr std::string_view kNone;

inline constexpr LinearizableStory kLinearizableStories[] = {
    {"nothing is right", ModelKind::kRegister, "", true},
    {"a write that returned is read", ModelKind::kRegister, "p0: w(x,1) | p1: - r(x)=null", false},
    {"a write that returned is read", ModelKind::kRegister, "p0: w(x,1) | p1: - r(x)=1", true},
    {"of two that overlap either is first", ModelKind::kRegister, "p0: w(x,1) | p1: r(x)=null", true},
    {"of two that overlap either is first", ModelKind::kRegister, "p0: w(x,1) | p1: r(x)=1", true},
    {"two that touch overlap", ModelKind::kRegister, "p0: w(x,1)@0-5 | p1: r(x)=null@5-6", true},
    {"two that touch overlap", ModelKind::kRegister, "p0: w(x,1)@0-5 | p1: r(x)=null@6-6", false},
    {"two that touch overlap", ModelKind::kRegister, "p0: w(x,1)@5 | p1: r(x)=null@5", true},
    {"a second reader is not behind the first", ModelKind::kRegister,
     "p0: w(x,1)@0-90 | p1: r(x)=1@10-20 | p2: r(x)=null@30-40", false},
    {"a second reader is not behind the first", ModelKind::kRegister,
     "p0: w(x,1)@0-90 | p1: r(x)=1@10-20 | p2: r(x)=null@20-40", true},
    {"values may repeat", ModelKind::kRegister, "p0: w(x,1) w(x,2) w(x,1) r(x)=1", true},
    {"values may repeat", ModelKind::kRegister, "p0: w(x,1) w(x,null) r(x)=null", true},
    {"values may repeat", ModelKind::kRegister, "p0: w(x,1) w(x,null) r(x)=1", false},
    {"every key must be", ModelKind::kRegister, "p0: w(x,1) r(x)=1 w(y,1) r(y)=null", false},
    {"every key must be", ModelKind::kRegister, "p0: w(x,1) r(x)=1 w(y,1) r(y)=1 r(z)=null", true},
    {"a crashed write takes effect late or never", ModelKind::kRegister, "p0: w(x,1)? | p1: - r(x)=null r(x)=null",
     true},
    {"a crashed write takes effect late or never", ModelKind::kRegister, "p0: w(x,1)? | p1: - r(x)=null r(x)=1", true},
    {"a crashed write takes effect late or never", ModelKind::kRegister, "p0: w(x,1)? w(x,2) r(x)=2 r(x)=1", true},
    {"of two crashed writes either is first", ModelKind::kRegister,
     "p1: w(x,1)?@1 w(x,2)?@3 r(x)=2@10-10 | p2: r(x)=1@11-11", true},
    {"of two crashed writes either is first", ModelKind::kRegister,
     "p0: w(x,1)?@3 | p2: w(x,2)?@1 r(x)=1@8-11 r(x)=2@12-13", true},
    {"a crashed write comes after one that had returned", ModelKind::kRegister,
     "p0: w(x,1)@0-2 w(x,2)?@5 r(x)=2@7-8 | p1: r(x)=null@2-2", true},
    {"a crashed write takes effect once and not before its call", ModelKind::kRegister,
     "p0: w(x,1)? | p1: - r(x)=1 r(x)=null", false},
    {"a crashed write takes effect once and not before its call", ModelKind::kRegister,
     "p0: w(x,1)? w(x,2) r(x)=1 w(x,2) r(x)=1", false},
    {"a crashed write takes effect once and not before its call", ModelKind::kRegister, "p0: - w(x,1)? | p1: r(x)=1",
     false},
    {"a failed write has not happened", ModelKind::kRegister, "p0: w(x,1)! r(x)=1", false},
    {"a failed write has not happened", ModelKind::kRegister, "p0: w(x,1)! r(x)=null", true},
    {"reads without an answer say nothing", ModelKind::kRegister, "p0: w(x,1) r(x)? r(x)! r(x)=1", true},
    {"cas sees what it expects or fails", ModelKind::kCasRegister, "p0: w(x,1) cas(x,1,2) r(x)=2 cas(x,1,3)! r(x)=2",
     true},
    {"cas sees what it expects or fails", ModelKind::kCasRegister, "p0: w(x,1) cas(x,2,3)", false},
    {"cas sees what it expects or fails", ModelKind::kCasRegister, "p0: w(x,1) cas(x,1,2)!", false},
    {"cas sees what it expects or fails", ModelKind::kCasRegister, "p0: cas(x,null,1) r(x)=1", true},
    {"of two cas from the same value one succeeds", ModelKind::kCasRegister, "p0: cas(x,null,1) | p1: cas(x,null,2)!",
     true},
    {"of two cas from the same value one succeeds", ModelKind::kCasRegister, "p0: cas(x,null,1) | p1: cas(x,null,2)",
     false},
    {"of two cas from the same value one succeeds", ModelKind::kCasRegister, "p0: cas(x,null,1)! | p1: cas(x,null,2)!",
     false},
    {"a crashed cas may fail too", ModelKind::kCasRegister, "p0: cas(x,7,1)? r(x)=null", true},
    {"a crashed cas may fail too", ModelKind::kCasRegister, "p0: cas(x,7,1)? r(x)=1", false},
    {"a crashed cas may fail too", ModelKind::kCasRegister, "p0: cas(x,null,1)? r(x)=1", true},
    {"appends add to a string or make one", ModelKind::kKvAppend,
     R"(p0: r(x)=null append(x,"a") append(x,"b") r(x)="ab" w(x,"c") r(x)="c")", true},
    {"appends add to a string or make one", ModelKind::kKvAppend, R"(p0: append(x,"") r(x)="")", true},
    {"appends add to a string or make one", ModelKind::kKvAppend, R"(p0: append(x,"") r(x)=null)", false},
    {"appends add to a string or make one", ModelKind::kKvAppend, R"(p0: append(x,"a") r(x)="ba" | p1: append(x,"b"))",
     true},
    {"appends add to a string or make one", ModelKind::kKvAppend, R"(p0: append(x,"a") r(x)="aa" | p1: append(x,"b"))",
     false},
    {"a set is read in any order", ModelKind::kSet,
     "p0: r(x)=[] add(x,1) add(x,2) add(x,1) r(x)=[2,1] remove(x,1) r(x)=[2]", true},
    {"a set is read in any order", ModelKind::kSet, "p0: add(x,1) add(x,1) remove(x,1) r(x)=[1]", false},
    {"a set is read in any order", ModelKind::kSet, "p0: remove(x,1) r(x)=[]", true},
    {"a set is read in any order", ModelKind::kSet, "p0: add(x,1) r(x)=[1,1]", false},
    {"a counter adds up", ModelKind::kCounter, "p0: r(x)=0 add(x,2) add(x,-3) r(x)=-1", true},
    {"a counter adds up", ModelKind::kCounter, "p0: add(x,2) add(x,-3) r(x)=2", false},
    {"a counter adds up", ModelKind::kCounter, "p0: add(x,2)? add(x,-3)? | p1: - r(x)=-3 r(x)=-1", true},
    {"a counter adds up", ModelKind::kCounter, "p0: add(x,2)? add(x,-3)? | p1: - r(x)=-3 r(x)=2", false},
    {"a queue gives the first", ModelKind::kQueue,
     "p0: dequeue(x)=null enqueue(x,1) enqueue(x,2) dequeue(x)=1 dequeue(x)=2 dequeue(x)=null", true},
    {"a queue gives the first", ModelKind::kQueue, "p0: enqueue(x,1) enqueue(x,2) dequeue(x)=2", false},
    {"a queue gives the first", ModelKind::kQueue, "p0: enqueue(x,1) dequeue(x)=1 dequeue(x)=1", false},
    {"a queue gives the first", ModelKind::kQueue, "p0: enqueue(x,1) dequeue(x)=null", false},
    {"a crashed dequeue may have taken the first", ModelKind::kQueue,
     "p0: enqueue(x,1) enqueue(x,2) dequeue(x)? dequeue(x)=2", true},
    {"a crashed dequeue may have taken the first", ModelKind::kQueue,
     "p0: enqueue(x,1) enqueue(x,2) dequeue(x)? dequeue(x)=1", true},
    {"a crashed dequeue may have taken the first", ModelKind::kQueue,
     "p0: enqueue(x,1) enqueue(x,2) dequeue(x)! dequeue(x)=2", false},
    {"a lock is held by one and its tokens grow", ModelKind::kLock,
     "p0: acquire(x)=1 acquire(x)! release(x,1) acquire(x)=5", true},
    {"a lock is held by one and its tokens grow", ModelKind::kLock, "p0: acquire(x)=1 acquire(x)=2", false},
    {"a lock is held by one and its tokens grow", ModelKind::kLock, "p0: acquire(x)=1 release(x,1) acquire(x)=1",
     false},
    {"a lock is held by one and its tokens grow", ModelKind::kLock, "p0: acquire(x)=0", false},
    {"a lock is held by one and its tokens grow", ModelKind::kLock, "p0: acquire(x)!", false},
    {"only the token that holds a lock releases it", ModelKind::kLock,
     "p0: release(x,1)! acquire(x)=2 release(x,1)! release(x,2) release(x,2)!", true},
    {"only the token that holds a lock releases it", ModelKind::kLock, "p0: acquire(x)=2 release(x,1)", false},
    {"only the token that holds a lock releases it", ModelKind::kLock, "p0: acquire(x)=2 release(x,2)!", false},
    {"only the token that holds a lock releases it", ModelKind::kLock, "p0: release(x,1)", false},
    {"a release names the token that nobody heard of", ModelKind::kLock,
     "p0: acquire(x)? acquire(x)! release(x,4) acquire(x)=5", true},
    {"a release names the token that nobody heard of", ModelKind::kLock, "p0: acquire(x)? release(x,4) acquire(x)=4",
     false},
    {"a release names the token that nobody heard of", ModelKind::kLock,
     "p0: acquire(x)=3 release(x,3) acquire(x)? release(x,3)", false},
    {"a release names the token that nobody heard of", ModelKind::kLock,
     "p0: acquire(x)? acquire(x)! release(x,4)! release(x,4)", true},
    {"a release names the token that nobody heard of", ModelKind::kLock, "p0: acquire(x)? release(x,4) release(x,5)",
     false},
    {"a release names the token that nobody heard of", ModelKind::kLock,
     "p0: acquire(x)? acquire(x)? release(x,4) release(x,5)", true},
    {"a crashed release may have freed the lock", ModelKind::kLock,
     "p0: acquire(x)=1 release(x,1)? acquire(x)! acquire(x)=2", true},
    {"a crashed release may have freed the lock", ModelKind::kLock, "p0: acquire(x)=1 release(x,3)? acquire(x)=2",
     false},
    {"a crashed release may have freed the lock", ModelKind::kLock,
     "p0: acquire(x)? acquire(x)! release(x,3)? acquire(x)=2", false},
    {"a crashed release may have freed the lock", ModelKind::kLock,
     "p0: acquire(x)? acquire(x)! release(x,3)? acquire(x)=4", true},
    {"a list keeps its order", ModelKind::kListAppend, "p0: r(x)=[] append(x,1) append(x,2) append(x,1) r(x)=[1,2,1]",
     true},
    {"a list keeps its order", ModelKind::kListAppend, "p0: append(x,1) append(x,2) r(x)=[2,1]", false},
    {"a list keeps its order", ModelKind::kListAppend, "p0: append(x,1) r(x)=[2,1] | p1: append(x,2)", true},
    {"a list keeps its order", ModelKind::kListAppend, "p0: append(x,1) r(x)=[2,1] r(x)=[1,2] | p1: append(x,2)",
     false},
    {"real time across sessions does not count", ModelKind::kRegister, "p0: w(x,1) | p1: - r(x)=null r(x)=1", false},
};

// Of registers with unique values.
inline constexpr WeakStory kWeakStories[] = {
    {"nothing is right", "", kAll},
    {"a session alone is what it says", "p0: r(x)=null w(x,1) r(x)=1 w(x,2) r(x)=2 r(y)=null", kAll},
    {"real time across sessions does not count", "p0: w(x,1) | p1: - r(x)=null r(x)=1", kAll},
    // Before Dekker's algorithm lets anybody in, both have asked and neither has seen it.
    {"two that miss each other are not sequential", "p0: w(x,1) r(y)=null | p1: w(y,1) r(x)=null",
     "ccv cm cc pram wfr mw mr ryw"},
    {"independent readers of independent writes may disagree",
     "p0: w(x,1) | p1: w(y,1) | p2: - r(x)=1 r(y)=null | p3: - r(y)=1 r(x)=null", "ccv cm cc pram wfr mw mr ryw"},
    // Nor does it bring read-your-writes, whose one ar would need 1 before 2 and 2 before 1.
    {"causal memory lets sessions disagree forever", "p0: w(x,1) r(x)=2 | p1: w(x,2) r(x)=1", "cm cc wfr mw mr"},
    // To p0, p1's read comes after 2 and then 1, and would be wrong there; it is not p0's.
    {"causal memory asks each session only for its own reads", "p0: w(x,2) r(x)=1 r(y)=1 | p1: w(x,1) r(x)=2 w(y,1)",
     "cm cc wfr mw mr"},
    // Bouajjani et al., "On verifying causal consistency", 2017, Figure 3: once z was read as
    // null, all of p0 comes after p1's write, in p1's own order; but in ar x=2 may still be last.
    {"causal convergence lets a write overtake what its session saw",
     "p0: w(z,1) w(x,1) w(y,1) | p1: w(x,2) r(z)=null r(y)=1 r(x)=2", "ccv cc pram wfr mw mr ryw"},
    // To p3, k=1 brings x=1, which must come before x=2; m=1 brings y=1, which must come before y=2. So z=1 comes
    // before y=1, y=2, x=1, x=2 and p3's first read; and its second missed it.
    {"what is implied later goes through what was implied before",
     "p0: w(z,1) w(y,1) w(m,1) | p1: w(y,2) w(x,1) w(k,1) | p2: w(x,2) | "
     "p3: r(x)=2 r(z)=null r(k)=1 r(x)=2 r(m)=1 r(y)=2",
     "ccv cc pram wfr mw mr ryw"},
    // One ar has to serve both reads in pram: 2 before 1 for the first, 1 before 2 for the other.
    {"the session guarantees hold one by one but not together", "p0: w(x,1) | p1: w(x,2) r(x)=1 r(x)=2",
     "cc wfr mw mr ryw"},
    {"a second write seen without the first", "p0: w(x,1) w(y,1) | p1: - - r(y)=1 r(x)=null", "wfr mr ryw"},
    {"writes of a session turned round", "p0: w(x,1) w(x,2) | p1: - r(x)=2 r(x)=1", "wfr mr ryw"},
    {"an answer seen without its question", "p0: w(x,1) | p1: - r(x)=1 w(y,1) | p2: - - - r(y)=1 r(x)=null",
     "pram mw mr ryw"},
    {"an overwrite turned round", "p0: w(x,1) | p1: - r(x)=1 w(x,2) | p2: - - - r(x)=2 r(x)=1", "pram mw mr ryw"},
    {"a reader goes back in time", "p0: w(x,1) | p1: - r(x)=1 r(x)=null", "ryw"},
    {"a reader goes back in time", "p0: w(x,1) | p1: w(x,2) | p2: r(x)=1 r(x)=2 r(x)=1", "cc ryw"},
    {"a writer does not see its own", "p0: w(x,1) r(x)=null", "wfr mw mr"},
    // Read-your-writes has 2 before 1 in ar, monotonic writes does not see 2: pram can do neither.
    {"a writer sees the older of its own", "p0: w(x,1) w(x,2) r(x)=1", "wfr mw mr ryw"},
    {"a reader sees what it will write", "p0: r(x)=1 w(x,1)", "pram mw mr ryw"},
    {"a reader sees what it will write", "p0: r(y)=1 w(x,1) | p1: r(x)=1 w(y,1)", "pram mw mr ryw"},
    {"nobody wrote it", "p0: w(x,1) | p1: r(x)=7", kNone},
    {"nobody wrote it", "p0: w(x,1) | p1: r(y)=1", kNone},
    {"nobody wrote it", "p0: w(x,1)! | p1: r(x)=1", kNone},
    {"equal values of two keys are two writes", "p0: w(x,1) w(y,1) r(x)=1 r(y)=1 w(y,2) r(x)=1", kAll},
    {"reads without an answer say nothing", "p0: w(x,1) r(x)? r(x)! r(x)=1", kAll},
    {"a crashed write that nobody read does not count", "p0: w(x,1)? r(x)=null", kAll},
    {"a crashed write that nobody read does not count", "p0: w(x,1) w(x,2)? w(y,3) | p1: - - - r(y)=3 r(x)=1", kAll},
    {"a crashed write that was read counts", "p0: w(x,1)? | p1: - r(x)=1 r(x)=null", "ryw"},
    {"a crashed write that was read counts", "p0: w(x,1) w(x,2)? | p1: - - r(x)=2 r(x)=1", "wfr mr ryw"},
    {"a crashed write comes with what its session had written before", "p0: w(y,1) w(x,1)? | p1: - - r(x)=1 r(y)=null",
     "wfr mr ryw"},
    {"a crashed write precedes nothing of its own session", "p0: w(x,1)? w(x,2) r(x)=2 r(x)=1", kAll},
    {"a crashed write precedes nothing of its own session",
     "p0: w(x,1)? r(x)=null w(y,1) | p1: - - - r(y)=1 r(x)=null r(x)=1", kAll},
    {"a crashed write precedes nothing of its own session",
     "p0: w(x,1) r(x)=null w(y,1) | p1: - - - r(y)=1 r(x)=null r(x)=1", "wfr mr"},
};

}  // namespace consistency
