#pragma once
// What a saved file is, by its first bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tcpstat::logs {

enum class FileKind : std::uint8_t {
  empty,  ///< nothing, or blanks
  proc_text,
  netlink_dump,
  ndjson,
  foreign_dump,  ///< of a host of the other byte order
  gzip,
  xz,
  zstd,
  bzip2,
  trace_dat,  ///< trace-cmd's
  perf_data,
  packets,  ///< a capture, as tcpdump writes it
  record,   ///< of `tcpstat record`
  utf16,
  table,     ///< columns for people: of ss, netstat, lsof or tcpstat
  document,  ///< JSON that is no line for each row
  unknown,
};

FileKind file_kind(std::string_view head);

/// Why a file of this kind is refused, and how another program or host can help to read it. `name` is what the user
/// calls the file, `reader` what reads the result from standard input. Nothing for the other kinds.
std::optional<Error> refusal(FileKind kind, const std::string& name, std::string_view reader);

}  // namespace tcpstat::logs
