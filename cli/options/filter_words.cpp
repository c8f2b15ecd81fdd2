#include "cli/options/filter_words.h"

#include "cli/options/command_line_scan.h"
#include "cli/options/prefix_file.h"
#include "cli/options/text_file.h"
#include "filter/comm.h"

namespace tcpstat::cli::options {
namespace {

/// As much of the text as helps to find the place.
std::string around(const std::string& text, std::size_t place) {
  constexpr std::size_t kBefore = 24;
  constexpr std::size_t kLength = 60;
  const std::size_t from = place > kBefore ? place - kBefore : 0;
  const std::string shown = text.substr(from, kLength);
  return (from > 0 ? "..." : "") + shown + (from + kLength < text.size() ? "..." : "");
}

std::string sentence(const filter::ExpressionError& error, const std::string& text) {
  if (error.place == 0 && !error.word.empty()) {
    if (auto other = other_meaning(error.word)) return *other;
  }
  const bool at_end = error.place >= text.size();
  const std::string place = at_end ? "at the end of " : "at character " + std::to_string(error.place + 1) + " of ";
  std::string said = error.problem + ", " + place + in_quotes(around(text, error.place));
  // One place to look it up is enough.
  if (error.problem.ends_with(')')) return said;
  if (error.remedy.find("see: ") != std::string::npos) return said + " (" + error.remedy + ")";
  return said + " (" + (error.remedy.empty() ? "" : error.remedy + (error.remedy.ends_with('?') ? " " : "; ")) +
         "see: tcpstat explain filter)";
}

}  // namespace

std::string expression_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Parsed<std::string> filter_file_text(const std::string& path, FileTimeout timeout) {
  const auto text = read_text_file(path, "filter", timeout);
  if (!text) return usage_error(text.error());
  std::string words;
  bool comment = false;
  char before = '\n';
  for (const char c : *text) {
    if (c == '#' && (before == '\n' || before == ' ' || before == '\t')) comment = true;
    if (c == '\n') comment = false;
    if (!comment) words += c == '\n' ? ' ' : c;
    before = c;
  }
  return words;
}

Parsed<filter::ParsedExpression> parse_filter(const std::string& text, UsersOf users, FileTimeout timeout) {
  const filter::ExpressionWords words{
      .service_port = service_port,
      .why_no_user = [&](const std::string& name) -> std::string {
        if (users == UsersOf::elsewhere) return {};
        const auto user = parse_user(name);
        return user ? std::string() : user.error().sentence;
      },
      .prefixes_of = [timeout](const std::string& path) { return read_prefix_file(path, timeout); }};
  auto parsed = filter::parse_expression(text, words);
  if (!parsed) return usage_error(sentence(parsed.error(), text));
  return std::move(*parsed);
}

std::vector<std::string> notes_on(const filter::ParsedExpression& parsed) {
  std::vector<std::string> notes;
  if (parsed.differs_from_ss) {
    notes.emplace_back(
        "\"and\" binds before \"or\", as the manual of ss says, but ss itself reads from left to right: brackets make "
        "both read alike");
  }
  for (const std::string& name : parsed.long_processes) notes.push_back(long_process_note(name));
  return notes;
}

std::string long_process_note(std::string_view name) {
  return "the kernel cuts names of processes to " + std::to_string(filter::kLongestComm) + " bytes: looking for " +
         in_quotes(name.substr(0, filter::kLongestComm));
}

}  // namespace tcpstat::cli::options
