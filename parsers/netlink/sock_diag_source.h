#pragma once
// Sockets of a live namespace, from sock_diag(7).

#include <memory>

#include "parsers/source/source.h"

namespace tcpstat::netlink {

std::unique_ptr<source::Source> make_netlink_source(const source::SourceOptions& options);

}  // namespace tcpstat::netlink
