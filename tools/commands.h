// Commands: each takes its options and answers with the exit code.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/experiment.h"
#include "tools/options.h"

namespace tools {

int RunCommand(const RunOptions& options);
// The same for an experiment made by hand.
int RunExperiment(const RunOptions& options, Experiment experiment, SeedRange seeds);
// `run --margin`.
int MarginCommand(const RunOptions& options);
int ReplayCommand(const ReplayOptions& options);
int ShrinkCommand(const ShrinkCommandOptions& options);
int FuzzCommand(const FuzzOptions& options);
int ExplainCommand(const ExplainOptions& options);
int MergeCommand(const MergeOptions& options);
int CheckCommand(const CheckOptions& options);
int CompareCommand(const CompareOptions& options);
int ListCommand(const ListOptions& options);
int DoctorCommand(const DoctorOptions& options);

// On standard error, a line each; answers with the exit code it means.
int PrintErrors(const absl::Status& status);

// Whether `path` can be written later, so that a long run does not end in an error.
absl::Status CheckWritable(const std::string& option, const std::string& path);

void Print(const std::string& text);

}  // namespace tools
