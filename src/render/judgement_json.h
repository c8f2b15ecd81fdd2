#pragma once
// Verdicts and findings as JSON, written without a document in memory: a flood on many listeners has hundreds of pieces
// of evidence, and a list is not to take much longer for them.

#include <vector>

#include "base/text_buffer.h"
#include "report/finding.h"

namespace tcpstat::render {

/// Appends `"verdicts":[…],"findings":[…]`.
void append_json_judgements(TextBuffer& out, const std::vector<SynVerdict>& verdicts,
                            const std::vector<Finding>& findings);

}  // namespace tcpstat::render
