#pragma once
// Half-open connections alone, from /proc/net/tcp or tcp6: the kernel writes every row, but only these are decoded.

#include <cstdint>
#include <string>

#include "model/sink.h"

namespace tcpstat::procfs {

/// Pushes the rows in SYN_RECV among the first `most_rows` of this host's file, or until Flow::stop, without age and
/// flags. A row may come twice. A file that cannot be read has none.
void read_half_open_rows(const std::string& path, std::uint64_t most_rows, Sink& sink);

}  // namespace tcpstat::procfs
