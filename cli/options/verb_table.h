#pragma once
// The verbs as a table: what each does, which options it takes and how it fails. Dispatch, refusals, --help and
// spelling hints follow from it.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/option_table.h"
#include "cli/options/option_values.h"

namespace tcpstat::cli::options {

/// In the order of --help. `watch --events` prints something else than `watch`, so it is a row of its own.
enum class VerbId : std::uint8_t {
  list,
  summary,
  watch,
  watch_events,
  trace,
  explain,
  check,
  record,
  history,
  audit,
  validate
};

enum class Operand : std::uint8_t {
  none,
  one,
  filter,  ///< all words that follow are an expression (filter/expression_parser.h)
};
enum class ExitCodes : std::uint8_t { ordinary, monitoring_plugin };

/// What an option means with one verb, if that is not what it means elsewhere.
struct OwnOption {
  OptionId id;
  char letter = '\0';  ///< one that means something else elsewhere
  std::string_view meaning{};
  std::string_view value{};  ///< what it takes, if that is not the same elsewhere
};

/// Why an option means nothing to a verb, if the general sentence would not help.
struct OwnRefusal {
  OptionId id;
  std::string_view sentence;
};

struct Example {
  std::string_view command;
  std::string_view meaning;
};

struct VerbInfo {
  VerbId id;
  std::string_view word{};                    ///< empty: the default action
  std::string_view title;                     ///< in sentences
  std::string_view usage;                     ///< a usage line without "tcpstat "
  std::string_view meaning;                   ///< one line for the list of verbs
  std::string_view page;                      ///< the beginning of its own page, in paragraphs
  OptionSet takes;                            ///< with an effect
  OptionSet tolerates;                        ///< without an effect: how tables look in an alias, what a habit adds
  std::string_view why;                       ///< why it does not take the other options
  render::Document document;                  ///< what it prints; the table of formats says which of them write that
  std::string_view other_formats = ", not ";  ///< words before the name of a format that it does not print
  std::string_view also_formats{};            ///< words behind that name
  Operand operand = Operand::none;
  bool runs_command = false;  ///< the words behind `--` are a command
  ExitCodes exit_codes = ExitCodes::ordinary;
  std::span<const OwnOption> own_options{};
  std::span<const OwnRefusal> own_refusals{};
  std::span<const Example> examples{};
  std::string_view read_more{};
};

/// The one subject of `explain` that can be drawn.
inline constexpr std::string_view kMachine = "machine";
/// A word that is typed like a verb: it prints the page of one.
inline constexpr std::string_view kHelpWord = "help";
inline constexpr std::string_view kHelpMeaning = "how a verb is used";

/// One for each id, in their order.
std::span<const VerbInfo> verbs();
const VerbInfo& verb_info(VerbId id);
/// Null for a word that is no verb.
const VerbInfo* find_verb(std::string_view word);
/// The words that name verbs.
std::vector<std::string_view> verb_words();

/// Why `option`, which `verb` neither takes nor tolerates, does not go with it; `value` as it was typed.
std::string refusal(const VerbInfo& verb, const OptionInfo& option, const std::string& value);

/// `tcpstat --help`: the verbs and all options.
std::string help_text();
/// `tcpstat VERB --help`: that verb alone, in lines of at most so many columns as far as commands allow.
inline constexpr std::size_t kPageColumns = 80;
std::string help_text(const VerbInfo& verb, std::size_t columns = kPageColumns);

}  // namespace tcpstat::cli::options
