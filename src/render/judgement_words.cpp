#include "render/judgement_words.h"

#include <algorithm>

#include "base/ascii.h"
#include "render/escape.h"

namespace tcpstat::render {
namespace {

void append_without(TextBuffer& out, std::string_view text, std::string_view unwanted) {
  while (true) {
    const std::size_t at = text.find_first_of(unwanted);
    append_escaped(out, text.substr(0, at));
    if (at == std::string_view::npos) return;
    out.append(text[at] == '|' ? "\\x7c" : "\\x3b");
    text.remove_prefix(at + 1);
  }
}

}  // namespace

void append_text(TextBuffer& out, std::string_view text) { append_without(out, text, "|"); }

void append_in_first_line(TextBuffer& out, std::string_view text) { append_without(out, text, "|;"); }

// Sentences have a semicolon before a clause, where a comma does too; a command that is changed must not look like one.
void append_headline(TextBuffer& out, std::string_view text) {
  constexpr std::string_view kClause = "; ";
  for (std::size_t at = text.find(kClause); at != std::string_view::npos; at = text.find(kClause)) {
    append_in_first_line(out, text.substr(0, at));
    out.append(", ");
    text.remove_prefix(at + kClause.size());
  }
  append_in_first_line(out, text);
}

void append_status(TextBuffer& out, Severity status) {
  out.append("TCPSTAT ");
  out.append(status_word(status));
  out.append(" - ");
}

std::size_t room_for_headline(const Page& page, Severity status) {
  constexpr std::size_t kFirstLine = 80;
  constexpr std::size_t kAround = std::string_view("TCPSTAT  - ").size();
  return std::max(kFirstLine, page.width) - kAround - status_word(status).size();
}

void append_notes(TextBuffer& out, const Coverage& coverage, std::string_view headline) {
  for (const Warning& warning : coverage.warnings) {
    if (warning.message == headline) continue;
    out.append("note: ");
    append_text(out, warning.message);
    out.append('\n');
  }
}

void append_upper(TextBuffer& out, std::string_view word) {
  for (const char c : word) out.append(ascii_upper(c));
}

void append_namespace(TextBuffer& out, std::string_view netns) {
  if (netns.empty()) return;
  out.append("netns ");
  append_text(out, netns);
  out.append(": ");
}

const std::string& short_words(const Finding& finding) {
  return finding.brief.empty() ? finding.message : finding.brief;
}

void append_namespace_verdict(TextBuffer& out, const NamespaceVerdict& verdict,
                              const std::vector<const Finding*>& told) {
  out.append(status_word(verdict.status));
  out.append(' ');
  append_namespace(out, verdict.name);
  const auto at = std::find_if(told.begin(), told.end(), [&](const Finding* one) {
    return one->netns == verdict.name && verdict.headline == one->sentence();
  });
  append_text(out, at == told.end() ? verdict.headline : short_words(**at));
  out.append('\n');
}

}  // namespace tcpstat::render
