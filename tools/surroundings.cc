#include "tools/surroundings.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

extern char** environ;

namespace tools {
namespace {

constexpr std::size_t kPadding = 9999;

// The kernel's switch for the address layout is inherited, so it is set here for a moment.
class FixedAddresses {
 public:
  explicit FixedAddresses(bool wanted) : before_(wanted ? ::personality(kAsk) : -1) {
    if (before_ != -1 && ::personality(static_cast<unsigned long>(before_) | ADDR_NO_RANDOMIZE) == -1) before_ = -1;
    refused_ = wanted && before_ == -1;
  }
  ~FixedAddresses() {
    if (before_ != -1) ::personality(static_cast<unsigned long>(before_));
  }
  FixedAddresses(const FixedAddresses&) = delete;
  FixedAddresses& operator=(const FixedAddresses&) = delete;

  bool refused() const { return refused_; }

 private:
  static constexpr unsigned long kAsk = 0xffffffff;
  int before_;
  bool refused_ = false;
};

std::string NameOf(const std::string& setting) { return setting.substr(0, setting.find('=') + 1); }

std::vector<std::string> EnvironmentOf(const Way& way) {
  std::vector<std::string> environment = way.set;
  if (way.empty_environment) return environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name = NameOf(*entry);
    bool overridden = false;
    for (const std::string& setting : way.set) overridden |= NameOf(setting) == name;
    if (!overridden) environment.emplace_back(*entry);
  }
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What a child is started with, beside its arguments.
class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

std::string ReadAll(int from) {
  std::string text;
  std::array<char, 1 << 16> buffer{};
  for (;;) {
    const ssize_t n = ::read(from, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

int Await(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::vector<Way> Ways() {
  std::vector<Way> ways;
  ways.push_back({.name = "plain"});
  ways.push_back({.name = "no address randomisation", .fixed_addresses = true});
  ways.push_back({.name = "memory filled", .set = {"MALLOC_PERTURB_=165"}});
  ways.push_back({.name = "memory filled, arenas apart",
                  .set = {"MALLOC_PERTURB_=1", "MALLOC_ARENA_MAX=8", "MALLOC_MMAP_THRESHOLD_=4096"}});
  ways.push_back(
      {.name = "locale and time zone", .set = {"LC_ALL=tr_TR.UTF-8", "LANG=de_DE.UTF-8", "TZ=Pacific/Kiritimati"}});
  ways.push_back({.name = "empty environment", .empty_environment = true});
  ways.push_back({.name = "crowded environment", .set = {"PADDING=" + std::string(kPadding, 'x')}});
#ifdef __x86_64__
  ways.push_back({.name = "older processor", .set = {"GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F"}});
#endif
  ways.push_back({.name = "other folder", .folder = "/"});
  return ways;
}

absl::StatusOr<ChildResult> RunChild(const std::string& program, const std::vector<std::string>& arguments,
                                     const Way& way) {
  const FixedAddresses addresses(way.fixed_addresses);
  if (addresses.refused()) return absl::FailedPreconditionError("not allowed here: " + way.name);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = EnvironmentOf(way);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    return absl::UnavailableError(std::string("cannot make a pipe: ") + std::strerror(errno));
  FileActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), pipe[1], STDOUT_FILENO);
  if (!way.folder.empty()) ::posix_spawn_file_actions_addchdir_np(actions.get(), way.folder.c_str());

  pid_t child = 0;
  const int problem = ::posix_spawn(&child, program.c_str(), actions.get(), nullptr, Pointers(words).data(),
                                    Pointers(environment).data());
  ::close(pipe[1]);
  ChildResult result;
  if (problem == 0) {
    result.out = ReadAll(pipe[0]);
    result.code = Await(child);
  }
  ::close(pipe[0]);
  if (problem != 0) return absl::UnavailableError("cannot start " + program + ": " + std::strerror(problem));
  return result;
}

std::string OwnProgram() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/proc/self/exe" : self.string();
}

}  // namespace tools
