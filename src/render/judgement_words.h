#pragma once
// What lines of check and of audit are made of. Text comes out safe to print, and without characters that mean
// something to monitoring systems.

#include <string>
#include <string_view>
#include <vector>

#include "base/text_buffer.h"
#include "render/documents.h"
#include "report/check_report.h"

namespace tcpstat::render {

/// Escapes bars as well: a real Nagios took "ev|il=9999" in the text for performance data.
void append_text(TextBuffer& out, std::string_view text);
/// Escapes semicolons too: a real Nagios turns one in the first line into a colon, and "-w 1:" is another range than
/// "-w 1".
void append_in_first_line(TextBuffer& out, std::string_view text);
/// The same for a sentence; a semicolon before a clause becomes a comma.
void append_headline(TextBuffer& out, std::string_view text);
/// "TCPSTAT CRITICAL - "
void append_status(TextBuffer& out, Severity status);
/// How many columns the text behind that may have; a terminal that is wider than 80 has room for more.
std::size_t room_for_headline(const Page& page, Severity status);
/// "note: …" for each warning, except those that the headline or the lines of namespaces tell already. Notes that
/// several namespaces have in common are told once, unless the evidence is told too.
void append_notes(TextBuffer& out, const Coverage& coverage, std::string_view headline, Detail detail);
void append_upper(TextBuffer& out, std::string_view word);
/// "netns web: ", if there are several.
void append_namespace(TextBuffer& out, std::string_view netns);
/// The words for a finding that is not told whole.
const std::string& short_words(const Finding& finding);
/// "web, db and 3 others"; all of them with the evidence.
std::string some_of(const std::vector<std::string>& namespaces, Detail detail);
/// "WARNING netns web: 3 CLOSE_WAIT …", a line for each namespace; one line for all that could not be entered for the
/// same reason. `told`: the findings that follow below, so that short words will do here.
void append_namespace_verdicts(TextBuffer& out, const std::vector<const NamespaceVerdict*>& verdicts,
                               const std::vector<const Finding*>& told, Detail detail);

}  // namespace tcpstat::render
