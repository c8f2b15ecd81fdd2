#pragma once
// Sockets of a live namespace, from /proc/net/tcp and tcp6.

#include <memory>

#include "parsers/source/source.h"

namespace tcpstat::procfs {

std::unique_ptr<source::Source> make_proc_source(const source::SourceOptions& options);

}  // namespace tcpstat::procfs
