// Judgement JSON: what a consistency checker found, for programs. Names are stable; 64-bit
// numbers are strings, but for the values of the history, which stand as they do there.
#pragma once

#include <string>

#include "invariants/consistency/check.h"
#include "protocols/tracing/json.h"

namespace tools {

// One object.
std::string JudgementJson(const std::string& name, const consistency::History& history, std::string_view model,
                          consistency::Consistency consistency, const consistency::Judgement& judgement);

// The same of a consistency that could not be judged: verdict "unjudged".
std::string UnjudgedJson(const std::string& name, std::string_view model, consistency::Consistency consistency,
                         std::string_view reason);

// {"operations":[…],"audits":[…],"sentences":[…]}
void WriteCounterexample(const consistency::History& history, const consistency::Counterexample& counterexample,
                         tracing::JsonWriter& out);

}  // namespace tools
