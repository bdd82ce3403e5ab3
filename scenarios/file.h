// File: whole files, read with a bound and written all or nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace scenarios {

// Regular files only: a pipe or a device could be read for ever.
absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t most_bytes);

// Under a temporary name in the same folder, then renamed: after a failure or a
// kill the old file is as it was. Only regular files are replaced.
absl::Status WriteFile(const std::string& path, std::string_view bytes);

}  // namespace scenarios
