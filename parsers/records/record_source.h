#pragma once
// The source of `--record`: the sample of a record at a time.

#include <memory>
#include <string>

#include "parsers/source/source.h"

namespace tcpstat::records {

/// `path` is a directory of `tcpstat record`, or one file of it; without a time the last sample is read.
std::unique_ptr<source::Source> make_record_source(const source::SourceOptions& options, std::string path);

}  // namespace tcpstat::records
