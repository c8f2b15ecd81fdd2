#pragma once
// Sockets that were saved: text of /proc, dumps of netlink, rows of ndjson.

#include <memory>
#include <string>

#include "parsers/source/source.h"

namespace tcpstat::logs {

/// `path` is "-" for standard input. `host_names` stand in where the file brings no names.
std::unique_ptr<source::Source> make_file_source(const source::SourceOptions& options, std::string path,
                                                 Names& host_names);

}  // namespace tcpstat::logs
