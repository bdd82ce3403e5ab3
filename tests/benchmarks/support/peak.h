// How much memory something takes at most.
#pragma once

#include <malloc.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace benchmarks {

// What the process holds at most while this lives, beyond what it held before (Linux).
class Peak {
 public:
  Peak() {
    malloc_trim(0);  // what was freed must not be taken for what is held
    if (std::FILE* file = std::fopen("/proc/self/clear_refs", "w")) {
      std::fputs("5", file);  // the high water mark goes down to what is held
      std::fclose(file);
    }
    before_ = Bytes("VmRSS:");
  }
  double Grown() const { return Bytes("VmHWM:") - before_; }

 private:
  static double Bytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
      double kilobytes = 0;
      if (word == name && status >> kilobytes) return kilobytes * 1024;
    }
    return 0;
  }
  double before_;
};

}  // namespace benchmarks
