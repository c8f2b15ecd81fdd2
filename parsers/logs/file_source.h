#pragma once
// Sockets that were saved: text of /proc, dumps of netlink, rows of ndjson.

#include <memory>
#include <string>

#include "parsers/source/source.h"

namespace tcpstat::logs {

/// `path` is "-" for standard input. Names are those of the file: its host may be another.
std::unique_ptr<source::Source> make_file_source(const source::SourceOptions& options, std::string path);

}  // namespace tcpstat::logs
