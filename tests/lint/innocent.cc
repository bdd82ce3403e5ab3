// What the core does all day: symbols.sh must let it pass, or it would be switched off.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_format.h"

namespace faultline::lint {

void Sort(std::vector<std::string>& words) { std::stable_sort(words.begin(), words.end()); }
void Count(std::map<std::string, int>& counts, const std::string& word) { ++counts[word]; }
void CountInTree(absl::btree_map<std::int64_t, std::string>& tree, std::int64_t key) { tree[key] += "x"; }
std::string Text(std::int64_t time, const std::string& runtime) { return absl::StrFormat("%d %s", time, runtime); }

}  // namespace faultline::lint
