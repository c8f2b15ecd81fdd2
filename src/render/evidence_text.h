#pragma once
// One piece of evidence as people read it. It may contain hostile text: whoever prints it escapes it.

#include <string>

#include "base/text_buffer.h"
#include "report/finding.h"

namespace tcpstat::render {

/// "stale half-opens 97 % (limit 80 %): speaks for a flood (+3) · sock_diag"
std::string evidence_text(const Evidence& evidence);
/// A number with few digits: 257, 0.5, 12.3.
void append_number(TextBuffer& out, double value);

}  // namespace tcpstat::render
