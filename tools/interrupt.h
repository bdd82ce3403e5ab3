// Interrupt: the first Ctrl-C (or SIGTERM) asks for a clean stop, the second
// ends the process at once.
#pragma once

#include <atomic>

namespace tools {

void CatchInterrupts();

// Set by the first signal. Runs look at it now and then.
std::atomic<bool>& StopRequested();

// 130 or 143 after a signal, otherwise 0.
int InterruptCode();

}  // namespace tools
