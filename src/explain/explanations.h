#pragma once
// What each subject of `tcpstat explain` says, as text and as JSON. Words tells how long lines of prose are. Facts come
// from machine/.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "explain/ladder.h"
#include "explain/language.h"
#include "explain/topics.h"
#include "model/kernel_limits.h"
#include "model/row_flag.h"
#include "model/seen.h"
#include "report/rule.h"

namespace tcpstat::explain {

/// With which characters a diagram is drawn.
enum class Drawing : std::uint8_t { ascii, utf8 };

/// What one name means: one thing, or several that share it. syn-flood is a course of events and the rule that finds
/// it.
struct Word {
  std::string_view name;
  const Lifecycle* lifecycle = nullptr;
  const Topic* topic = nullptr;
  const RowFlagInfo* flag = nullptr;
  const RuleInfo* rule = nullptr;
  std::optional<StateSet> group = {};  ///< the states of a group or a phase
  std::string_view group_meaning = {};

  [[nodiscard]] bool known() const {
    return lifecycle != nullptr || topic != nullptr || flag != nullptr || rule != nullptr || group;
  }
};
/// The commands that show what the word means, one a line.
std::string looks(const Word& word);
/// One line for the index.
std::string meaning(const Word& word, const Words& words = {});

/// A name that can be explained, and what it means.
struct IndexEntry {
  std::string name;
  std::string meaning;
};

std::string index_text(std::span<const IndexEntry> all);
std::string index_json(std::span<const IndexEntry> all);

std::string explain_state(State state, const KernelLimits& limits, const Words& words = {});
std::string explain_pair(Seen from, Seen to, const Words& words = {});
/// Everything that the word means, one part behind the other.
std::string explain_word(const Word& word, Drawing drawing, const Words& words = {});
std::string explain_lifecycle(const Lifecycle& lifecycle, Drawing drawing, const Words& words = {});
std::string explain_rule(const RuleInfo& rule, const Words& words = {});
std::string explain_state_json(State state, const KernelLimits& limits);
std::string explain_pair_json(Seen from, Seen to);
/// Of the kind lifecycle, rule, group or topic, whichever comes first; with the keys of whatever else the name means.
std::string explain_word_json(const Word& word);

/// Rows that are wider than the terminal go on below themselves; 0: there is none.
std::string machine_table(std::size_t columns = 0);
std::string machine_dot();
std::string machine_mermaid();
std::string machine_json();

}  // namespace tcpstat::explain
