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

/// "; and 29 other network namespaces"
void append_others(TextBuffer& out, std::size_t count) {
  if (count == 0) return;
  out.append("; and ");
  out.number(count);
  out.append(count == 1 ? " other network namespace" : " other network namespaces");
}

/// "UNKNOWN 198 network namespaces could not be entered: Operation not permitted (run as root): web, db, …"
void append_shut(TextBuffer& out, const std::vector<std::string>& namespaces, std::string_view obstacle,
                 Detail detail) {
  out.append(status_word(Severity::unknown));
  out.append(' ');
  out.number(namespaces.size());
  out.append(" network namespaces could not be entered: ");
  append_text(out, obstacle);
  out.append(": ");
  append_text(out, some_of(namespaces, detail));
  out.append('\n');
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

}  // namespace

void append_text(TextBuffer& out, std::string_view text) { append_without(out, text, "|"); }

void append_in_first_line(TextBuffer& out, std::string_view text) { append_without(out, text, "|;"); }

// Before a clause a comma will do. Any other semicolon may be part of a command, and is escaped so that the change is
// seen.
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

void append_notes(TextBuffer& out, const Coverage& coverage, std::string_view headline, Detail detail) {
  std::vector<std::string_view> said;
  for (const Warning& warning : coverage.warnings) {
    if (warning.message == headline || warning.code == kNotEntered) continue;
    const bool together = detail == Detail::findings && !warning.netns.empty();
    if (together && std::find(said.begin(), said.end(), warning.code) != said.end()) continue;
    out.append("note: ");
    append_text(out, warning.message);
    if (together) {
      said.push_back(warning.code);
      const auto& all = coverage.warnings;
      const auto alike = [&](const Warning& one) { return one.code == warning.code && !one.netns.empty(); };
      append_others(out, static_cast<std::size_t>(std::count_if(all.begin(), all.end(), alike)) - 1);
    }
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

std::string some_of(const std::vector<std::string>& namespaces, Detail detail) {
  constexpr std::size_t kMost = 8;
  const std::size_t shown = detail == Detail::evidence || namespaces.size() <= kMost + 1 ? namespaces.size() : kMost;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : ", ") + namespaces[i];
  if (shown < namespaces.size()) out += " and " + std::to_string(namespaces.size() - shown) + " others";
  return out;
}

void append_namespace_verdicts(TextBuffer& out, const std::vector<const NamespaceVerdict*>& verdicts,
                               const std::vector<const Finding*>& told, Detail detail) {
  std::vector<std::string_view> said;
  for (const NamespaceVerdict* verdict : verdicts) {
    const std::string& obstacle = verdict->obstacle;
    if (std::find(said.begin(), said.end(), obstacle) != said.end()) continue;
    std::vector<std::string> shut;
    for (const NamespaceVerdict* other : verdicts) {
      if (!obstacle.empty() && other->obstacle == obstacle) shut.push_back(other->name);
    }
    if (shut.size() > 1) {
      said.emplace_back(obstacle);
      append_shut(out, shut, obstacle, detail);
    } else {
      append_namespace_verdict(out, *verdict, told);
    }
  }
}

}  // namespace tcpstat::render
