#pragma once
// `check` and `audit` as text: one line that a monitoring system shows and a person reads at night, then long lines
// (Monitoring Plugins Development Guidelines). What follows a `|` is performance data, so no other text contains one,
// and the first line has no `;` before it.

#include <string_view>

#include "base/text_buffer.h"
#include "render/documents.h"
#include "report/check_report.h"

namespace tcpstat::render {

/// "TCPSTAT CRITICAL - … - run: … | syn_recv=257;;;0;257"; then each finding with its reason ("why:"), advice ("do:")
/// and command ("run:"), and a line for each blind spot.
void write_check_text(const Page& page, const CheckReport& report);
/// The first line, then a line for each check; with evidence also reason, cost and source of each.
void write_audit_text(const Page& page, const AuditReport& report);
/// "TCPSTAT UNKNOWN - …": nothing could be judged.
void write_unknown_text(const Page& page, std::string_view sentence);

/// "0.0.0.0:443: SYN verdict likely (flood: random sources), about 100 SYN/s never complete, queue full in 3 s", a
/// line.
void write_verdict(TextBuffer& out, const SynVerdict& verdict);

/// One to three lines for people: the verdicts of the half-open connections just listed.
void write_verdict_lines(const Page& page, const std::vector<SynVerdict>& verdicts,
                         const std::vector<Finding>& findings);

}  // namespace tcpstat::render
