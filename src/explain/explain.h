#pragma once
// What `tcpstat explain WORD` means by its word, and its explanation. Knows nothing of this host but what it is told.

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "explain/explanations.h"

namespace tcpstat::explain {

/// What the explanations cannot know by themselves.
struct Knowledge {
  std::span<const RuleInfo> rules;
  KernelLimits limits;
};

/// All names, with what each means.
struct Index {};
struct WholeMachine {};
struct StatePair {
  Seen from;
  Seen to;
};
using Subject = std::variant<Index, WholeMachine, StatePair, Word, State>;

/// Nothing of that name can be explained.
struct UnknownName {
  enum class Wanted : std::uint8_t { anything, state };
  std::string word;  ///< the part that is not known
  Wanted wanted = Wanted::anything;
  std::string nearest;  ///< what was probably meant; or empty
};

/// "" is the index. Lower-case `close` is the course of events, CLOSE the state.
tl::expected<Subject, UnknownName> find_subject(std::string_view word, std::span<const RuleInfo> rules);

/// What can be explained, each name once.
std::vector<IndexEntry> index(std::span<const RuleInfo> rules, const Words& words = {});

/// dot and mermaid draw the machine; of other subjects they give the text.
enum class Form : std::uint8_t { text, json, dot, mermaid };

struct Manner {
  Form form = Form::text;
  Drawing drawing = Drawing::utf8;
  Language language = Language::english;  ///< of the text; JSON and drawings are English
  std::size_t columns = 0;  ///< of the terminal; diagrams are as wide as ever. 0: none, and each row is a line
};

std::string explain(const Subject& subject, const Knowledge& knowledge, const Manner& manner);

}  // namespace tcpstat::explain
