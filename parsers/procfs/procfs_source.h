#pragma once
// Sockets of a live namespace, from /proc/net/tcp and tcp6.

#include <memory>
#include <string>

#include "parsers/source/source.h"

namespace tcpstat::procfs {

/// Whether the path is in procfs, where the kernel makes files as they are read; otherwise they are copies, perhaps of
/// another host.
bool is_live(const std::string& path);

std::unique_ptr<source::Source> make_proc_source(const source::SourceOptions& options);

}  // namespace tcpstat::procfs
