#pragma once
// One row as the members of a JSON object. It is written by hand: a million rows must not become a million documents.
// Every key is always there; unknown is null.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_buffer.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/protocol.h"

namespace tcpstat::render {

struct JsonRowStyle {
  bool processes = false;   ///< else null
  bool tcp_info = false;    ///< else null
  std::uint64_t netns = 0;  ///< the network namespace of the run, whose text is at hand
  Protocol protocol = Protocol::tcp;
};

/// `{"type":…,"time":…,"host":…,"snapshot":…`: how each line of ndjson begins. The object stays open.
std::string ndjson_line_start(std::string_view type, std::string_view time, const std::optional<std::string>& host,
                              std::uint64_t snapshot);

/// Appends `"family":…,…` without braces. `netns` is that of the run and of rows that name none, as JSON
/// text.
void append_json_members(TextBuffer& out, const Connection& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style);
void append_json_members(TextBuffer& out, const Listener& row, Names& names, std::string_view netns,
                         const JsonRowStyle& style);

}  // namespace tcpstat::render
