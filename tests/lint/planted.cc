// One offender of every class that symbols.sh rejects: the guard's burglar.
//
// Compiled with the project's own options, so that the proof covers the compiler in use.
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <unordered_map>

#include "absl/container/flat_hash_map.h"
#include "absl/time/clock.h"

namespace faultline::lint {

std::int64_t WallClock() { return std::chrono::system_clock::now().time_since_epoch().count(); }
std::int64_t SteadyClock() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
std::int64_t CClock() { return std::time(nullptr); }
std::int64_t AbseilClock() { return absl::GetCurrentTimeNanos(); }
bool AbseilNow() { return absl::Now() == absl::InfinitePast(); }
double Libm(double x, double y) { return std::pow(x, y) + std::log(x) + std::sin(y); }
unsigned Entropy() { return std::random_device()(); }
int Rand() { return std::rand(); }
const char* Environment() { return std::getenv("HOME"); }
void Unordered(std::unordered_map<int, int>& map, int key) { map[key] = 1; }
std::size_t StdHash(const std::string& text) { return std::hash<std::string>()(text); }
void AbseilHash(absl::flat_hash_map<std::string, int>& map, const std::string& key) { map[key] = 1; }

}  // namespace faultline::lint
