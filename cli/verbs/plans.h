#pragma once
// What the words of the user mean to those who do the work.

#include "cli/options/request.h"
#include "parsers/host/opened_host.h"

namespace tcpstat::cli::verbs {

host::HostOptions host_options(const options::Request& request);

}  // namespace tcpstat::cli::verbs
