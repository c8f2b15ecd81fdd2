#pragma once
// One row as the members of a JSON object, written by hand: a million rows must not become a million documents.
// Every key is always there; unknown is null.

#include "base/text_buffer.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/names.h"

namespace tcpstat {

struct JsonRowStyle {
  bool processes = false;  ///< else null
  bool tcp_info = false;   ///< else null
};

/// Appends `"family":…,…` without braces. `netns` is the row's, as JSON text.
void append_json_members(TextBuffer& out, const Connection& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style);
void append_json_members(TextBuffer& out, const Listener& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style);

}  // namespace tcpstat
