#pragma once
// Half-open connections alone, from /proc/net/tcp or tcp6: the kernel writes every row, but few are to be read.

#include <string>

#include "model/sink.h"

namespace tcpstat::procfs {

/// Pushes the rows in SYN_RECV of this host's file until its end or Flow::stop, without age and flags. A row may come
/// twice. A file that cannot be read has none.
void read_half_open_rows(const std::string& path, Sink& sink);

}  // namespace tcpstat::procfs
