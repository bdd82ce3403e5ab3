// faultline: the program. Results go to standard output, everything else to
// standard error.
#include <cstdio>
#include <exception>
#include <variant>

#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/options.h"

namespace {

int Do(const tools::Done& done) { return done.exit_code; }
int Do(const tools::RunOptions& options) { return tools::RunCommand(options); }
int Do(const tools::ReplayOptions& options) { return tools::ReplayCommand(options); }
int Do(const tools::ShrinkCommandOptions& options) { return tools::ShrinkCommand(options); }
int Do(const tools::FuzzOptions& options) { return tools::FuzzCommand(options); }
int Do(const tools::MergeOptions& options) { return tools::MergeCommand(options); }
int Do(const tools::ExplainOptions& options) { return tools::ExplainCommand(options); }
int Do(const tools::CheckOptions& options) { return tools::CheckCommand(options); }
int Do(const tools::CompareOptions& options) { return tools::CompareCommand(options); }
int Do(const tools::ListOptions& options) { return tools::ListCommand(options); }
int Do(const tools::DoctorOptions& options) { return tools::DoctorCommand(options); }

// A full disk must not look like a success.
int AfterOutput(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("error: cannot write to standard output\n", stderr);
  return tools::Worse(code, tools::kCouldNotRun);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const tools::Invocation invocation = tools::ParseArguments(argc, argv);
    return AfterOutput(std::visit([](const auto& options) { return Do(options); }, invocation));
  } catch (const std::exception& thrown) {
    std::fprintf(
        stderr,
        "internal error: %s\n  this is a bug in faultline: please report this text and the command that printed it\n",
        thrown.what());
    return tools::kInternalError;
  }
}
