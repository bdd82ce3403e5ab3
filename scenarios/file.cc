#include "scenarios/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace scenarios {
namespace {

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool Close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_;
};

absl::Status Failed(const std::string& path, const char* what) {
  return absl::InvalidArgumentError(path + ": cannot " + what + ": " + std::strerror(errno));
}

bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t most_bytes) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return Failed(path, "open");
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return Failed(path, "read");
  if (!S_ISREG(facts.st_mode)) return absl::InvalidArgumentError(path + ": want a regular file");
  const std::string too_large = path + ": larger than " + std::to_string(most_bytes >> 20) + " MiB";
  if (static_cast<std::size_t>(facts.st_size) > most_bytes) return absl::InvalidArgumentError(too_large);
  std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t got = ::read(file.number(), bytes.data() + at, bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path, "read");
    if (got == 0) break;
    at += static_cast<std::size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

absl::Status WriteFile(const std::string& path, std::string_view bytes) {
  constexpr int kEveryone = 0644;
  // Renaming over a device would remove the device.
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    return absl::InvalidArgumentError(path + ": cannot write: want a regular file");
  }
  std::string temporary = path + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.number() < 0) return Failed(path, "write");
  const bool complete = WriteAll(file.number(), bytes) && ::fchmod(file.number(), kEveryone) == 0 &&
                        ::fsync(file.number()) == 0 && file.Close() && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (complete) return absl::OkStatus();
  const absl::Status failed = Failed(path, "write");
  ::unlink(temporary.c_str());
  return failed;
}

}  // namespace scenarios
