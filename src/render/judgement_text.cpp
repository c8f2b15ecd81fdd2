#include "render/judgement_text.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "render/escape.h"
#include "render/evidence_text.h"
#include "render/headline.h"
#include "render/judgement_page.h"
#include "render/judgement_words.h"

namespace tcpstat::render {
namespace {

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

void append_evidence(TextBuffer& out, const Evidence& evidence) {
  out.append("  ");
  append_text(out, evidence_text(evidence));
  out.append('\n');
}

/// "CRITICAL accept-queue-full: netns web: "
void append_rule(TextBuffer& out, const Finding& finding) {
  append_upper(out, name(finding.severity));
  out.append(' ');
  append_text(out, finding.rule);
  out.append(": ");
  append_namespace(out, finding.netns);
}

/// "  why: …", a line, if there is something to say.
void append_part(TextBuffer& out, std::string_view what, std::string_view text) {
  if (text.empty()) return;
  out.append(what);
  append_text(out, text);
  out.append('\n');
}

void append_finding(TextBuffer& out, const Finding& finding, Detail detail) {
  append_rule(out, finding);
  append_text(out, finding.message);
  out.append('\n');
  append_part(out, "  why: ", finding.why);
  if (detail == Detail::evidence) {
    for (const Evidence& evidence : finding.evidence) append_evidence(out, evidence);
  }
  append_part(out, "  do: ", finding.advice);
  append_part(out, "  run: ", finding.next);
}

/// What is wrong and what to type, if there is no room for more.
void append_short_finding(TextBuffer& out, const Finding& finding) {
  append_rule(out, finding);
  append_text(out, short_words(finding));
  out.append('\n');
  append_part(out, "  run: ", finding.next);
}

/// What half-opens come from if nobody attacks; empty if there is nothing to say about them.
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

/// What could not be seen; each sentence once, however many listeners it is true of.
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

/// Whether a finding that is told contains the sentence already.
bool is_part_of(const std::vector<const Finding*>& told, std::string_view sentence) {
  return std::any_of(told.begin(), told.end(),
                     [&](const Finding* one) { return one->message.find(sentence) != std::string::npos; });
}

/// Whether a finding has told the evidence: a finding and its verdict share it, and so do listener and host.
bool was_told(const std::vector<Finding>& findings, const Evidence& evidence) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return std::any_of(finding.evidence.begin(), finding.evidence.end(), [&](const Evidence& told) {
      return told.quantity == evidence.quantity && told.value == evidence.value && told.source == evidence.source;
    });
  });
}

/// Findings that are no problem are told only with -v, or if the first line could not tell all of one.
std::vector<const Finding*> told_findings(const Page& page, const CheckReport& report, const Headline& first) {
  std::vector<const Finding*> out;
  for (const Finding& finding : report.findings) {
    const bool begun = first.shortened && &finding == first.told;
    if (finding.severity >= Severity::unknown || page.detail == Detail::evidence || begun) out.push_back(&finding);
  }
  return out;
}

/// How many findings are told with all their parts, and how many at all.
struct Telling {
  std::size_t whole;
  std::size_t any;

  /// Tells less; false if only the first finding is left.
  bool shrink() {
    if (whole > 1) return --whole > 0;
    return any > 1 && --any > 0;
  }
};

struct ToldCheck {
  const Headline& first;
  const std::vector<const Finding*>& findings;
  Telling telling;
};

/// "-v adds 3 findings, and reason and advice of 2"
void append_left_out(TextBuffer& out, const ToldCheck& told) {
  const std::size_t gone = told.findings.size() - told.telling.any;
  const std::size_t shortened = told.telling.any - told.telling.whole;
  if (gone + shortened == 0) return;
  out.append("-v adds ");
  if (gone > 0) {
    out.number(gone);
    out.append(gone == 1 ? " finding" : " findings");
  }
  if (shortened > 0) {
    out.append(gone > 0 ? ", and reason and advice of " : "reason and advice of ");
    out.number(shortened);
    if (gone == 0) out.append(shortened == 1 ? " finding" : " findings");
  }
  out.append('\n');
}

void append_check(TextBuffer& out, const Page& page, const CheckReport& report, const ToldCheck& told) {
  append_status(out, report.status);
  append_headline(out, told.first.text);
  // On a terminal the command stands below its finding, and the numbers at the end, if at all.
  if (page.width == 0) {
    append_next(out, report.findings);
    append_all_performance(out, report.performance, " | ");
  }
  out.append('\n');
  if (told.first.shortened && told.first.told == nullptr) {
    append_text(out, report.headline);
    out.append('\n');
  }
  std::vector<const NamespaceVerdict*> verdicts;
  for (const NamespaceVerdict& verdict : report.namespaces) {
    if (verdict.status >= Severity::unknown || page.detail == Detail::evidence) verdicts.push_back(&verdict);
  }
  append_namespace_verdicts(out, verdicts, page.width == 0 ? std::vector<const Finding*>{} : told.findings,
                            page.detail);
  for (std::size_t i = 0; i < told.telling.any; ++i) {
    if (i < told.telling.whole) {
      append_finding(out, *told.findings[i], page.detail);
    } else {
      append_short_finding(out, *told.findings[i]);
    }
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
    if (page.width != 0 && is_part_of(told.findings, sentence)) continue;
    out.append("not seen: ");
    append_text(out, sentence);
    out.append('\n');
  }
  append_notes(out, report.reading.coverage, report.headline, page.detail);
  append_left_out(out, told);
  // If there is trouble, the numbers could push the first line off a screen of 24 lines.
  const bool has_room = report.status < Severity::unknown || page.detail == Detail::evidence;
  if (page.width != 0 && has_room && !report.performance.empty()) {
    append_all_performance(out, report.performance, "numbers: ");
    out.append('\n');
  }
}

}  // namespace

void write_check_text(const Page& page, const CheckReport& report) {
  const Headline first = headline_within(report, room_for_headline(page, report.status));
  const std::vector<const Finding*> told = told_findings(page, report, first);
  // Findings shrink from the last one on, so that the first line does not leave the screen; the worst is told whole.
  Telling telling{told.size(), told.size()};
  TextBuffer out;
  append_check(out, page, report, {first, told, telling});
  while (page.detail == Detail::findings && !fits_screen(page, out.view()) && telling.shrink()) {
    out.clear();
    append_check(out, page, report, {first, told, telling});
  }
  write_judgement_page(page, out.view());
}

void write_unknown_text(const Page& page, std::string_view sentence) {
  TextBuffer out;
  append_status(out, Severity::unknown);
  append_headline(out, sentence);
  out.append('\n');
  write_judgement_page(page, out.view());
}

void write_verdict(TextBuffer& out, const SynVerdict& verdict) { append_verdict(out, verdict); }

static void append_verdict_lines(TextBuffer& out, const std::vector<SynVerdict>& verdicts,
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

void write_verdict_lines(const Page& page, const std::vector<SynVerdict>& verdicts,
                         const std::vector<Finding>& findings) {
  TextBuffer lines;
  append_verdict_lines(lines, verdicts, findings);
  write_judgement_page(page, lines.view());
}

}  // namespace tcpstat::render
