// The defences of a host as text.

#include <algorithm>
#include <string>
#include <vector>

#include "render/headline.h"
#include "render/judgement_page.h"
#include "render/judgement_text.h"
#include "render/judgement_words.h"

namespace tcpstat::render {
namespace {

/// In the order of the audit; on a terminal the worst first.
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

}  // namespace

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
  std::vector<const NamespaceVerdict*> verdicts;
  for (const NamespaceVerdict& verdict : report.namespaces) {
    // The lines below tell what was judged of the other namespaces.
    if (page.detail == Detail::evidence || !was_audited(report, verdict)) verdicts.push_back(&verdict);
  }
  append_namespace_verdicts(out, verdicts, {}, page.detail);
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
    if (check.namespaces.size() < report.namespaces.size()) line("netns: ", some_of(check.namespaces, page.detail));
    line("advice: ", check.advice);
    // Advice comes with its reason and its cost; on a terminal, checks without trouble stay short.
    const bool short_of_room = page.width != 0 && check.status < Severity::unknown;
    if (page.detail == Detail::evidence || (!check.advice.empty() && !short_of_room)) {
      line("why: ", check.reason);
      if (!check.advice.empty()) line("cost: ", check.cost);
      line("source: ", check.source);
    }
  }
  append_notes(out, report.reading.coverage, report.headline, page.detail);
  write_judgement_page(page, out.view());
}

}  // namespace tcpstat::render
