#pragma once
// Lines of check and audit as a page for a terminal: wrapped, and coloured by severity.

#include <string_view>

#include "render/documents.h"

namespace tcpstat::render {

/// Writes `text`, which must be safe to print. Without a width nothing is wrapped. A command to run is never broken, so
/// that it can be copied.
void write_judgement_page(const Page& page, std::string_view text);

/// Whether that page and a prompt below it fit into the terminal's lines; true if their number is not known.
bool fits_screen(const Page& page, std::string_view text);

}  // namespace tcpstat::render
