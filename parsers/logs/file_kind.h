#pragma once
// What a saved file is, by its first bytes.

#include <cstdint>
#include <string_view>

namespace tcpstat::logs {

enum class FileKind : std::uint8_t { empty, proc_text, netlink_dump, ndjson, unknown };

FileKind file_kind(std::string_view head);

}  // namespace tcpstat::logs
