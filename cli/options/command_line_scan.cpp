// The only file that knows CLI11.

#include "cli/options/command_line_scan.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/nearest_word.h"
#include "model/state.h"

namespace tcpstat::cli::options {
namespace {

bool is_option(std::string_view word) { return word.size() > 1 && word[0] == '-'; }
bool is_bundle(std::string_view word) { return is_option(word) && word[1] != '-'; }
bool takes_value(const OptionInfo* option) { return option != nullptr && option->takes_value(); }

/// Whether the next word is the value of this one.
bool next_is_value(std::string_view word) {
  if (word.starts_with("--")) return takes_value(find_option(word.substr(2)));
  for (std::size_t i = 1; is_bundle(word) && i < word.size(); ++i) {
    // What follows such a letter in the same word is its value.
    if (takes_value(find_option(word[i]))) return i + 1 == word.size();
  }
  return false;
}

/// Whether this option is the last that the word names. Its value is the next word.
bool names_last(std::string_view word, OptionId id) {
  const OptionInfo* option = word.starts_with("--") ? find_option(word.substr(2)) : find_option(word.back());
  return option != nullptr && option->id == id;
}

/// A letter in a bundle of flags that means something else behind the verb: -t in -vt, but not in -ft.
struct OwnLetter {
  std::size_t at;
  OptionId id;
};

std::optional<OwnLetter> own_letter(const VerbInfo& verb, std::string_view word) {
  for (std::size_t i = 1; is_bundle(word) && i < word.size(); ++i) {
    for (const OwnOption& own : verb.own_options) {
      if (own.letter == word[i]) return OwnLetter{i, own.id};
    }
    if (takes_value(find_option(word[i]))) break;
  }
  return std::nullopt;
}

std::string dashed(const OptionInfo& option) { return "--" + std::string(option.name); }

std::string nearest_of(std::string_view word, const std::vector<std::string>& spellings) {
  const std::vector<std::string_view> candidates(spellings.begin(), spellings.end());
  return std::string(nearest_word(word, candidates));
}

/// An option of ss, netstat or lsof, and what to type here.
struct Translation {
  std::string_view typed;
  std::string_view hint;
};

constexpr auto kTranslations = std::to_array<Translation>({
    {"-K", "tcpstat ends no connections: ss -K does"},
    {"--kill", "tcpstat ends no connections: ss -K does"},
    {"--tcp", "there is only TCP here: leave it out"},
    {"--udp", "there is only TCP here: ss --udp shows UDP"},
    {"--numeric", "addresses and ports are numbers unless -r is given: leave it out"},
    {"--numeric-ports", "ports are numbers always: leave it out"},
    {"--program", "processes: -p"},
    {"--programs", "processes: -p"},
    {"--timers", "timers are the column TIMER: leave it out"},
    {"--continuous", "again and again: tcpstat watch"},
    {"-N", "another network namespace: --netns NAME"},
    {"--net", "another network namespace: --netns NAME"},
    {"-E", "sockets as they come and go: tcpstat watch --events, or tcpstat trace"},
    {"-O", "a socket is one line always: leave it out"},
    {"--oneline", "a socket is one line always: leave it out"},
    {"-A", "there is only TCP here: leave it out"},
    {"--query", "there is only TCP here: leave it out"},
    {"-x", "there is only TCP here: ss -x shows UNIX sockets"},
    {"--unix", "there is only TCP here: ss -x shows UNIX sockets"},
    {"--cgroup", "control groups are columns: -o +CGROUP, -o +UNIT"},
    {"-D", "rows for later: tcpstat -f ndjson; a dump of ss -D is read by --source FILE"},
    {"--diag", "rows for later: tcpstat -f ndjson; a dump of ss -D is read by --source FILE"},
});

std::string unknown_option(const std::string& word) {
  const std::string_view letter = is_bundle(word) ? std::string_view(word).substr(0, 2) : std::string_view(word);
  for (const Translation& translation : kTranslations) {
    if (word == translation.typed || letter == translation.typed) {
      return "unknown option " + in_quotes(word) + " (" + std::string(translation.hint) + ")";
    }
  }
  std::vector<std::string> spellings;
  for (const OptionInfo& option : options()) spellings.push_back(dashed(option));
  const std::string nearest = nearest_of(word.substr(0, word.find('=')), spellings);
  return "unknown option " + in_quotes(word) + " (" + (nearest.empty() ? "" : "did you mean " + nearest + "? ") +
         "see: tcpstat --help)";
}

/// What users of netstat type: `netstat -n -p TCP | grep SYN_RECV`.
bool names_the_protocol(std::string_view word) {
  const std::string upper = ascii_upper(word);
  return upper == "TCP" || upper == "TCP4" || upper == "TCP6" || upper == "TCPV6";
}

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "2" or "0.5"
bool is_seconds(std::string_view word) {
  const std::size_t point = word.find('.');
  return is_number(word.substr(0, point)) && (point == std::string_view::npos || is_number(word.substr(point + 1)));
}

/// What somebody meant who typed a word that other tools take; empty for any other word.
std::string meant_by(const std::string& word) {
  // `lsof -i :443`
  if (word.size() > 1 && word[0] == ':' && is_number(std::string_view(word).substr(1))) {
    return "a port is an option: tcpstat --port " + word.substr(1);
  }
  if (names_the_protocol(word)) {
    return "there is only TCP here, and -p shows processes; half-open connections: tcpstat -s " +
           std::string(name(State::syn_recv));
  }
  const std::string_view nearest = nearest_word(word, verb_words());
  if (nearest == word) return "one verb at a time";
  return nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? see: tcpstat --help";
}

std::string unexpected_argument(const std::string& word) {
  const std::string meant = meant_by(word);
  return "unexpected argument " + in_quotes(word) + " (" + (meant.empty() ? "see: tcpstat --help" : meant) + ")";
}

std::string needs_value(const OptionInfo& option) {
  std::string sentence = dashed(option) + " needs a value: " + std::string(option.value);
  if (option.hint.empty()) return sentence;
  return std::string("-") + option.letter + ", " + sentence + " (" + std::string(option.hint) + ")";
}

/// The options that words may name. CLI11 compares each option that it is told of with all before it, which is most of
/// what a command costs on a host with few sockets. So it is told of these alone.
class Named {
 public:
  explicit Named(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      if (word.starts_with("--")) {
        names_.push_back(std::string_view(word).substr(2, word.find('=') - 2));
      } else if (is_bundle(word)) {
        letters_ += word;
      }
    }
  }
  [[nodiscard]] bool has(char letter) const { return letters_.find(letter) != std::string::npos; }
  [[nodiscard]] bool has(const OptionInfo& option) const {
    return (option.letter != '\0' && has(option.letter)) ||
           std::find(names_.begin(), names_.end(), option.name) != names_.end();
  }

 private:
  std::vector<std::string_view> names_;
  std::string letters_;
};

/// What CLI11 could not parse, in our words.
std::string parse_failure(const CLI::ParseError& error, const CLI::App& app) {
  // CLI11 names the option at the front of its message: a flag without its dashes.
  const std::string text = error.what();
  for (const OptionInfo& option : options()) {
    if (!option.takes_value()) {
      if (text.starts_with(std::string(option.name) + " was")) return dashed(option) + " takes no value";
      continue;
    }
    const CLI::Option* known = app.get_option_no_throw(dashed(option));
    if (known == nullptr) continue;
    const std::string name = known->get_name(false, true);
    // Up to the colon: --local is not --local-port.
    if (text.starts_with(name + ":") || text.starts_with(dashed(option) + ":")) return needs_value(option);
  }
  return text + " (see: tcpstat --help)";
}

}  // namespace

std::optional<std::string> other_meaning(const std::string& word) {
  if (meant_by(word).empty()) return std::nullopt;
  return unexpected_argument(word);
}

CommandLine scan_command_line(const std::vector<std::string>& words) {
  CommandLine line;
  bool first = true;
  const auto operand = [&](const std::string& word) {
    const VerbInfo* verb = first ? find_verb(word) : nullptr;
    first = false;
    if (verb != nullptr) {
      line.verb = verb;
    } else {
      line.operands.push_back(word);
    }
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--" && line.verb->runs_command) {
      line.has_command = true;
      line.command.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word == "--") {  // the end of options
      std::for_each(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end(), operand);
      break;
    }
    if (!is_option(word)) {
      operand(word);
      continue;
    }
    std::string typed = word;
    bool value_follows = next_is_value(word);
    if (const auto own = own_letter(*line.verb, word)) {
      // "-vt5" is "-v --timeout=5", "-t 5" is "--timeout 5".
      if (own->at > 1) line.option_words.push_back(word.substr(0, own->at));
      const std::string value = word.substr(own->at + 1);
      typed = dashed(option_info(own->id)) + (value.empty() ? "" : "=" + value);
      value_follows = value.empty();
    }
    if (value_follows && i + 1 < words.size() && is_option(words[i + 1]) && names_last(typed, OptionId::sort)) {
      // `ps --sort -rss`: no option, but the column with the largest first.
      if (!typed.starts_with("--") && typed.size() > 2) line.option_words.push_back(typed.substr(0, typed.size() - 1));
      line.option_words.push_back(dashed(option_info(OptionId::sort)) + "=" + words[++i]);
      continue;
    }
    line.option_words.push_back(typed);
    if (value_follows && i + 1 < words.size()) line.option_words.push_back(words[++i]);
  }
  return line;
}

Parsed<TypedOptions> parse_options(const CommandLine& line) {
  TypedOptions typed;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  const Named named(line.option_words);
  for (const OptionInfo& option : options()) {
    if (!named.has(option)) continue;
    const std::string name =
        option.letter == '\0' ? dashed(option) : std::string("-") + option.letter + "," + dashed(option);
    if (option.takes_value()) {
      // One value each time it is given, so that the next word is never taken for another.
      app.add_option(name, typed.values_[TypedOptions::place(option.id)])->allow_extra_args(false);
    } else {
      app.add_flag(name, typed.flags_[TypedOptions::place(option.id)])
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
          ->disable_flag_override();
    }
  }
  for (std::size_t i = 0; i < kIgnoredFlags.size(); ++i) {
    if (!named.has(kIgnoredFlags[i])) continue;
    app.add_flag(std::string("-") + kIgnoredFlags[i], typed.ignored_[i])
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  try {
    app.parse(std::vector<std::string>(line.option_words.rbegin(), line.option_words.rend()));  // as CLI11 wants them
  } catch (const CLI::ParseError& error) {
    return usage_error(parse_failure(error, app));
  }
  // `ss -s -t` and `netstat -o -n`: the next option is no state and no column.
  for (const OptionId id : {OptionId::state, OptionId::output}) {
    for (const std::string& value : typed.values(id)) {
      if (value.starts_with('-')) return usage_error(needs_value(option_info(id)));
    }
  }
  if (const auto unknown = app.remaining(true); !unknown.empty()) return usage_error(unknown_option(unknown.front()));
  if (line.has_command && line.command.empty()) {
    return usage_error("-- is followed by the command to run: tcpstat " + std::string(line.verb->word) +
                       " -- curl URL");
  }
  // `iostat 2`, `vmstat 2`
  if (line.verb->id == VerbId::watch && line.operands.size() == 1 && is_seconds(line.operands[0])) {
    return usage_error("unexpected argument " + in_quotes(line.operands[0]) +
                       " (seconds are an option: tcpstat watch --interval " + line.operands[0] + ")");
  }
  if (line.verb->operand == Operand::filter) return typed;
  const std::size_t taken = line.verb->operand == Operand::one ? 1 : 0;
  if (line.operands.size() > taken) return usage_error(unexpected_argument(line.operands[taken]));
  return typed;
}

}  // namespace tcpstat::cli::options
