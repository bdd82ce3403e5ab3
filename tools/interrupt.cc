#include "tools/interrupt.h"

#include <unistd.h>

#include <csignal>

#include "tools/exit_code.h"

namespace tools {
namespace {

std::atomic<bool> stop_requested = false;
std::atomic<int> code = 0;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void OnSignal(int signal) {
  const int mine = signal == SIGTERM ? kTerminated : kInterrupted;
  if (stop_requested.exchange(true)) ::_exit(mine);
  code = mine;
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::atomic<bool>& StopRequested() { return stop_requested; }

int InterruptCode() { return code; }

}  // namespace tools
