#pragma once
// Every word of the language of filters, from the tables that define it.

#include <string>

#include "explain/language.h"
#include "explain/topics.h"

namespace tcpstat::explain {

inline bool is_filter(const Topic& topic) { return topic.name == "filter"; }

/// Tests, numbers and other names, each with its label.
std::string filter_vocabulary(const Words& words);
/// The same as lines "tests: state, …".
std::string filter_vocabulary_lines();

}  // namespace tcpstat::explain
