#include "render/judgement_text.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/ascii.h"
#include "render/escape.h"
#include "render/evidence_text.h"
#include "render/headline.h"
#include "render/judgement_page.h"

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

/// A real Nagios took "ev|il=9999" in the text for performance data.
void append_text(TextBuffer& out, std::string_view text) { append_without(out, text, "|"); }

/// A real Nagios makes a colon of a semicolon in the first line, and there "-w 1:" is another range than "-w 1".
void append_in_first_line(TextBuffer& out, std::string_view text) { append_without(out, text, "|;"); }

/// Sentences have a semicolon before a clause, where a comma does too; a command that is changed must not look like one.
void append_headline(TextBuffer& out, std::string_view text) {
  constexpr std::string_view kClause = "; ";
  for (std::size_t at = text.find(kClause); at != std::string_view::npos; at = text.find(kClause)) {
    append_in_first_line(out, text.substr(0, at));
    out.append(", ");
    text.remove_prefix(at + kClause.size());
  }
  append_in_first_line(out, text);
}

void append_limit(TextBuffer& out, const std::optional<double>& value) {
  if (value) append_number(out, *value);
}

void append_performance(TextBuffer& out, const PerformanceValue& value) {
  out.append(value.label);
  out.append('=');
  if (value.value) {
    append_number(out, *value.value);
    out.append(value.unit);
  } else {
    out.append('U');
  }
  TextBuffer limits;
  std::size_t length = 0;
  const auto field = [&](const auto& append) {
    limits.append(';');
    const std::size_t before = limits.size();
    append();
    if (limits.size() > before) length = limits.size();
  };
  field([&] { append_text(limits, value.warning); });
  field([&] { append_text(limits, value.critical); });
  field([&] { append_limit(limits, value.least); });
  field([&] { append_limit(limits, value.most); });
  out.append(limits.view().substr(0, length));  // semicolons at the end are left out
}

void append_status(TextBuffer& out, Severity status) {
  out.append("TCPSTAT ");
  out.append(status_word(status));
  out.append(" - ");
}

/// Columns for what stands behind "TCPSTAT CRITICAL - ": where a terminal is wider than 80, more is said at once.
std::size_t room_for_headline(const Page& page, Severity status) {
  constexpr std::size_t kFirstLine = 80;
  constexpr std::size_t kAround = std::string_view("TCPSTAT  - ").size();
  return std::max(kFirstLine, page.width) - kAround - status_word(status).size();
}

/// What a line says already is not said again.
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

void append_evidence(TextBuffer& out, const Evidence& evidence) {
  out.append("  ");
  append_text(out, evidence_text(evidence));
  out.append('\n');
}

/// "netns web: ", where there are several.
void append_namespace(TextBuffer& out, std::string_view netns) {
  if (netns.empty()) return;
  out.append("netns ");
  append_text(out, netns);
  out.append(": ");
}

/// "WARNING netns web: 3 CLOSE_WAIT …"
void append_namespace_verdict(TextBuffer& out, const NamespaceVerdict& verdict) {
  out.append(status_word(verdict.status));
  out.append(' ');
  append_namespace(out, verdict.name);
  append_text(out, verdict.headline);
  out.append('\n');
}

void append_finding(TextBuffer& out, const Finding& finding, Detail detail) {
  append_upper(out, name(finding.severity));
  out.append(' ');
  append_text(out, finding.rule);
  out.append(": ");
  append_namespace(out, finding.netns);
  append_text(out, finding.message);
  out.append('\n');
  const auto line = [&](std::string_view what, std::string_view text) {
    if (text.empty()) return;
    out.append(what);
    append_text(out, text);
    out.append('\n');
  };
  line("  why: ", finding.why);
  if (detail == Detail::evidence) {
    for (const Evidence& evidence : finding.evidence) append_evidence(out, evidence);
  }
  line("  do: ", finding.advice);
  line("  run: ", finding.next);
}

/// What half-opens are where nobody attacks; empty if there is nothing to say of them.
std::string_view no_flood_words(AttackClass attack_class) {
  switch (attack_class) {
    case AttackClass::flash_crowd:
      return "a crowd of clients";
    case AttackClass::accept_queue:
      return "the accept queue overflows";
    case AttackClass::deferred_accept:
      return "idle clients wait for data (deferred accept)";
    case AttackClass::lossy_clients:
      return "segments of clients get lost";
    case AttackClass::return_path:
      return "SYN+ACKs do not arrive, or a replay";
    case AttackClass::port_scan:
      return "connections are refused";
    default:
      return name(attack_class);
  }
}

/// "no sign of a SYN flood", "no SYN flood: the accept queue overflows"
void append_no_flood(TextBuffer& out, AttackClass attack_class) {
  const std::string_view words = no_flood_words(attack_class);
  out.append(words.empty() ? "no sign of a SYN flood" : "no SYN flood: ");
  append_text(out, words);
}

/// "0.0.0.0:443: SYN verdict likely (flood: random sources), about 100 SYN/s never complete, queue full in 3 s"
void append_verdict(TextBuffer& out, const SynVerdict& verdict) {
  append_namespace(out, verdict.netns);
  append_text(out, verdict.subject.text());
  if (verdict.level == AttackLevel::none) {
    out.append(": ");
    append_no_flood(out, verdict.attack_class);
  } else {
    out.append(": SYN verdict ");
    append_text(out, name(verdict.level));
    if (verdict.attack_class != AttackClass::none) {
      out.append(" (");
      append_text(out, name(verdict.attack_class));
      out.append(')');
    }
  }
  if (verdict.rate_per_s) {
    out.append(", about ");
    append_number(out, std::round(*verdict.rate_per_s * 10) / 10);
    out.append(" SYN/s never complete");
  }
  if (verdict.seconds_to_full && *verdict.seconds_to_full > 0) {
    out.append(", queue full in ");
    append_number(out, std::ceil(*verdict.seconds_to_full));
    out.append(" s");
  } else if (verdict.seconds_to_full) {
    out.append(", queue full");
  }
  out.append('\n');
}

/// " - run: tcpstat …", of the worst finding.
void append_next(TextBuffer& out, const std::vector<Finding>& findings) {
  if (findings.empty() || findings.front().severity < Severity::unknown || findings.front().next.empty()) return;
  out.append(" - run: ");
  append_in_first_line(out, findings.front().next);
}

void append_all_performance(TextBuffer& out, const std::vector<PerformanceValue>& values, std::string_view before) {
  for (const PerformanceValue& value : values) {
    out.append(before);
    append_performance(out, value);
    before = " ";
  }
}

/// What could not be seen, each sentence once, however many listeners it holds for.
std::vector<std::string_view> unseen(const CheckReport& report) {
  std::vector<std::string_view> out;
  const auto add = [&](std::string_view sentence) {
    if (std::find(out.begin(), out.end(), sentence) == out.end()) out.push_back(sentence);
  };
  for (const SynVerdict& verdict : report.verdicts) {
    for (const std::string& blind : verdict.blind) add(blind);
  }
  for (const std::string& sentence : report.not_seen) add(sentence);
  return out;
}

/// As the audit has them; on a terminal the worst first, because what scrolls away is what stands on top.
std::vector<const AuditCheck*> in_order(const AuditReport& report, const Page& page) {
  std::vector<const AuditCheck*> out;
  for (const AuditCheck& check : report.checks) out.push_back(&check);
  if (page.width == 0) return out;
  std::stable_sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->status > b->status; });
  return out;
}

bool was_audited(const AuditReport& report, const NamespaceVerdict& verdict) {
  return std::any_of(report.checks.begin(), report.checks.end(), [&](const AuditCheck& check) {
    return std::find(check.namespaces.begin(), check.namespaces.end(), verdict.name) != check.namespaces.end();
  });
}

/// "web, db and 3 others"; all of them with the evidence.
std::string named(const std::vector<std::string>& namespaces, Detail detail) {
  constexpr std::size_t kMost = 8;
  const std::size_t shown = detail == Detail::evidence || namespaces.size() <= kMost + 1 ? namespaces.size() : kMost;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : ", ") + namespaces[i];
  if (shown < namespaces.size()) out += " and " + std::to_string(namespaces.size() - shown) + " others";
  return out;
}

/// A finding and its verdict, and those of listener and host, share what they rest on.
bool was_told(const std::vector<Finding>& findings, const Evidence& evidence) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return std::any_of(finding.evidence.begin(), finding.evidence.end(), [&](const Evidence& told) {
      return told.quantity == evidence.quantity && told.value == evidence.value && told.source == evidence.source;
    });
  });
}

}  // namespace

void write_check_text(const Page& page, const CheckReport& report) {
  TextBuffer out;
  const Headline first = headline_within(report, room_for_headline(page, report.status));
  append_status(out, report.status);
  append_headline(out, first.text);
  // On a terminal the command stands below its finding, and the numbers at the end, if at all.
  if (page.width == 0) {
    append_next(out, report.findings);
    append_all_performance(out, report.performance, " | ");
  }
  out.append('\n');
  if (first.shortened && first.told == nullptr) {
    append_text(out, report.headline);
    out.append('\n');
  }
  for (const NamespaceVerdict& verdict : report.namespaces) {
    if (verdict.status >= Severity::unknown || page.detail == Detail::evidence) append_namespace_verdict(out, verdict);
  }
  for (const Finding& finding : report.findings) {
    // What is no problem is told to those who ask, and where the first line began to tell it.
    const bool begun = first.shortened && &finding == first.told;
    if (finding.severity >= Severity::unknown || page.detail == Detail::evidence || begun)
      append_finding(out, finding, page.detail);
  }
  for (const SynVerdict& verdict : report.verdicts) {
    if (page.detail == Detail::evidence) {
      append_verdict(out, verdict);
      for (const Evidence& evidence : verdict.evidence) {
        if (!was_told(report.findings, evidence)) append_evidence(out, evidence);
      }
    }
  }
  for (const std::string_view sentence : unseen(report)) {
    out.append("not seen: ");
    append_text(out, sentence);
    out.append('\n');
  }
  append_notes(out, report.reading.coverage, report.headline);
  // Beside trouble they would push the first line off a screen of 24 lines.
  const bool has_room = report.status < Severity::unknown || page.detail == Detail::evidence;
  if (page.width != 0 && has_room && !report.performance.empty()) {
    append_all_performance(out, report.performance, "numbers: ");
    out.append('\n');
  }
  write_judgement_page(page, out.view());
}

void write_audit_text(const Page& page, const AuditReport& report) {
  TextBuffer out;
  const Headline first = headline_within(report.headline, room_for_headline(page, report.status));
  append_status(out, report.status);
  append_headline(out, first.text);
  out.append('\n');
  if (first.shortened) {
    append_text(out, report.headline);
    out.append('\n');
  }
  for (const NamespaceVerdict& verdict : report.namespaces) {
    // What was judged of the others stands in the lines below.
    if (page.detail == Detail::evidence || !was_audited(report, verdict)) append_namespace_verdict(out, verdict);
  }
  std::size_t widest = 0;
  for (const AuditCheck& check : report.checks) widest = std::max(widest, check.name.size());
  constexpr std::size_t kStatusWidth = 10;  // "CRITICAL" and two blanks
  for (const AuditCheck* one : in_order(report, page)) {
    const AuditCheck& check = *one;
    const std::string_view word = name(check.status);
    append_upper(out, word);
    out.append(kStatusWidth - word.size(), ' ');
    out.append(check.name);
    out.append(widest - check.name.size() + 2, ' ');
    append_text(out, check.value ? std::string_view(*check.value) : "-");
    out.append('\n');
    const auto line = [&](std::string_view what, std::string_view text) {
      if (text.empty()) return;
      out.append(kStatusWidth, ' ');
      out.append(what);
      append_text(out, text);
      out.append('\n');
    };
    if (check.namespaces.size() < report.namespaces.size()) line("netns: ", named(check.namespaces, page.detail));
    line("advice: ", check.advice);
    // Who is told to change something is told why and at what price; on a terminal what is no trouble stays short.
    const bool short_of_room = page.width != 0 && check.status < Severity::unknown;
    if (page.detail == Detail::evidence || (!check.advice.empty() && !short_of_room)) {
      line("why: ", check.reason);
      if (!check.advice.empty()) line("cost: ", check.cost);
      line("source: ", check.source);
    }
  }
  append_notes(out, report.reading.coverage, report.headline);
  write_judgement_page(page, out.view());
}

void write_unknown_text(const Page& page, std::string_view sentence) {
  append_status(page.out, Severity::unknown);
  append_headline(page.out, sentence);
  page.out.append('\n');
}

void write_verdict(TextBuffer& out, const SynVerdict& verdict) { append_verdict(out, verdict); }

void write_verdict_lines(TextBuffer& out, const std::vector<SynVerdict>& verdicts,
                         const std::vector<Finding>& findings) {
  constexpr int kMostLines = 3;
  int lines = 0;
  for (const Finding& finding : findings) {
    if (finding.severity < Severity::unknown) continue;
    if (lines == kMostLines - 1) break;  // the last is for what to type
    append_escaped(out, finding.message);
    out.append('\n');
    ++lines;
  }
  if (lines > 0) {
    for (const Finding& finding : findings) {
      if (finding.severity < Severity::unknown || finding.next.empty()) continue;
      out.append("run: ");
      append_escaped(out, finding.next);
      out.append('\n');
      return;
    }
    return;
  }
  if (verdicts.empty()) return;
  const SynVerdict& worst = verdicts.front();
  if (worst.level == AttackLevel::none) {
    append_no_flood(out, worst.attack_class);
    out.append('\n');
  } else {
    append_verdict(out, worst);
  }
  for (const std::string& blind : worst.blind) {
    if (++lines == kMostLines) return;
    out.append("not seen: ");
    append_escaped(out, blind);
    out.append('\n');
  }
}

}  // namespace tcpstat::render
