#pragma once
// What lines of check and of audit are made of. Text comes out safe to print, and without what monitoring systems read as
// something else.

#include <string>
#include <string_view>
#include <vector>

#include "base/text_buffer.h"
#include "render/documents.h"
#include "report/check_report.h"

namespace tcpstat::render {

/// Without a bar: a real Nagios took "ev|il=9999" in the text for performance data.
void append_text(TextBuffer& out, std::string_view text);
/// Without a semicolon too: a real Nagios makes a colon of one in the first line, and there "-w 1:" is another range than
/// "-w 1".
void append_in_first_line(TextBuffer& out, std::string_view text);
/// The same of a sentence, which has a comma instead before a clause.
void append_headline(TextBuffer& out, std::string_view text);
/// "TCPSTAT CRITICAL - "
void append_status(TextBuffer& out, Severity status);
/// Columns for what stands behind that: where a terminal is wider than 80, more is said at once.
std::size_t room_for_headline(const Page& page, Severity status);
/// "note: …" of each warning, but what the headline and the lines of namespaces say already. Alike notes of several
/// namespaces are one, unless the evidence is told too.
void append_notes(TextBuffer& out, const Coverage& coverage, std::string_view headline, Detail detail);
void append_upper(TextBuffer& out, std::string_view word);
/// "netns web: ", where there are several.
void append_namespace(TextBuffer& out, std::string_view netns);
/// Of a finding, for where it is not told whole.
const std::string& short_words(const Finding& finding);
/// "web, db and 3 others"; all of them with the evidence.
std::string some_of(const std::vector<std::string>& namespaces, Detail detail);
/// "WARNING netns web: 3 CLOSE_WAIT …", a line for each of the namespaces; one line for all that the same kept shut.
/// `told`: the findings that stand below, of which short words do here.
void append_namespace_verdicts(TextBuffer& out, const std::vector<const NamespaceVerdict*>& verdicts,
                               const std::vector<const Finding*>& told, Detail detail);

}  // namespace tcpstat::render
