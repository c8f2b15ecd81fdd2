// The pages that --help prints, made from the tables.

#include <algorithm>

#include "cli/options/option_table.h"
#include "cli/options/verb_table.h"

namespace tcpstat::cli::options {
namespace {

/// Wider lines are no easier to read.
constexpr std::size_t kWidest = 120;

/// `text` in lines of at most `width`, the first of which begins at `column` and the others at `indent`.
std::string wrapped(std::string_view text, std::size_t column, std::size_t indent, std::size_t width) {
  std::string out;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const bool begins = column == indent;
    if (!begins && column + 1 + blank > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!begins) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, blank);
    column += blank;
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return out + "\n";
}

/// Two columns: what is typed, and what it means.
class Columns {
 public:
  void add(std::string left, std::string_view right) {
    widest_ = std::max(widest_, left.size());
    rows_.emplace_back(std::move(left), right);
  }
  /// If the first column leaves too little room, the meaning stands below it.
  [[nodiscard]] std::string text(std::size_t widest, std::size_t width) const {
    constexpr std::size_t kLeast = 23;
    constexpr std::size_t kBelow = 8;
    const bool below = widest + 2 + kLeast > width;
    const std::size_t column = below ? kBelow : widest + 2;
    std::string out;
    for (const auto& [left, right] : rows_) {
      out += left + (below ? "\n" + std::string(column, ' ') : std::string(column - left.size(), ' '));
      out += wrapped(right, column, column, width);
    }
    return out;
  }
  [[nodiscard]] std::string text(std::size_t width) const { return text(widest_, width); }
  [[nodiscard]] std::size_t widest() const { return widest_; }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
  std::size_t widest_ = 0;
};

const OwnOption* own(const VerbInfo& verb, OptionId id) {
  const auto at = std::find_if(verb.own_options.begin(), verb.own_options.end(),
                               [&](const OwnOption& option) { return option.id == id; });
  return at == verb.own_options.end() ? nullptr : &*at;
}

std::string spelling(const VerbInfo& verb, const OptionInfo& option) {
  const OwnOption* here = own(verb, option.id);
  const char letter = here != nullptr && here->letter != '\0' ? here->letter : option.letter;
  std::string text = letter != '\0' ? std::string("  -") + letter + ", " : "      ";
  text += "--" + std::string(option.name);
  if (option.takes_value())
    text += " " + std::string(here != nullptr && !here->value.empty() ? here->value : option.value);
  return text;
}

std::string meaning(const VerbInfo& verb, const OptionInfo& option) {
  if (const OwnOption* here = own(verb, option.id)) return std::string(here->meaning);
  if (option.id == OptionId::format) return render::writers_of(verb.document) + std::string(verb.also_formats);
  return std::string(option.meaning);
}

/// The options of `shown`, under the names of their groups.
std::string options_text(const VerbInfo& verb, OptionSet shown, std::size_t width) {
  std::string out;
  std::vector<std::pair<OptionGroup, Columns>> groups;
  std::size_t widest = 0;
  for (const OptionInfo& option : options()) {
    if (!shown.has(option.id)) continue;
    if (groups.empty() || groups.back().first != option.group) groups.emplace_back(option.group, Columns());
    groups.back().second.add(spelling(verb, option), meaning(verb, option));
    widest = std::max(widest, groups.back().second.widest());
  }
  for (const auto& [group, rows] : groups) out += "\n" + std::string(name(group)) + ":\n" + rows.text(widest, width);
  return out;
}

/// The first `most` of each verb.
std::string examples_text(std::span<const VerbInfo> verbs, std::size_t most, std::size_t width) {
  Columns columns;
  for (const VerbInfo& verb : verbs) {
    for (const Example& example : verb.examples.first(std::min(most, verb.examples.size()))) {
      columns.add("  " + std::string(example.command), example.meaning);
    }
  }
  return "\nExamples:\n" + columns.text(width);
}

std::string first_page(std::size_t width) {
  Columns usage;
  OptionSet all;
  for (const VerbInfo& verb : verbs()) {
    if (verb.meaning.empty()) continue;  // told on the page of its verb
    const std::string begin = usage.widest() == 0 ? "Usage: tcpstat " : "       tcpstat ";
    usage.add(begin + std::string(verb.usage), verb.meaning);
  }
  for (const OptionInfo& option : options()) all = all | OptionSet{option.id};
  const VerbInfo& list = verb_info(VerbId::list);
  std::string text = usage.text(width) + "\n" + wrapped(list.page, 0, 0, width) + options_text(list, all, width);
  text += examples_text(verbs(), 2, width);
  text += "\n" +
          wrapped(
              "-n -t -u -W are accepted and change nothing. Exit status: 0 done, 1 -q and nothing "
              "matched, or trace or validate found an illegal transition, 2 failed; check and audit: 0 OK, 1 WARNING, "
              "2 CRITICAL, 3 UNKNOWN.",
              0, 0, width);
  return text + "Options of one verb: tcpstat help VERB. Manual: man tcpstat\n";
}

}  // namespace

std::string help_text(const VerbInfo& verb, std::size_t columns) {
  const std::size_t width = std::min(columns, kWidest);
  if (verb.id == VerbId::list) return first_page(width);
  std::string text = "Usage: tcpstat " + std::string(verb.usage) + "\n\n" + wrapped(verb.page, 0, 0, width);
  text += options_text(verb, verb.takes | OptionSet{OptionId::help}, width);
  text += examples_text({&verb, 1}, verb.examples.size(), width);
  return text + "\n" + wrapped("More: " + std::string(verb.read_more), 0, 0, width);
}

std::string help_text() { return help_text(verb_info(VerbId::list)); }

}  // namespace tcpstat::cli::options
