#pragma once
// Reads netlink and /proc, and hands on what only one of them has.

#include <memory>

#include "parsers/source/source.h"

namespace tcpstat::host {

std::unique_ptr<source::Source> make_both_source(const source::SourceOptions& options);

}  // namespace tcpstat::host
