#pragma once
// The addresses of the devices in the network namespace that the calling thread is in.

#include <optional>
#include <vector>

#include "model/address.h"

namespace tcpstat::host {

/// In order, each once; nothing if they cannot be read (getifaddrs(3)).
std::optional<std::vector<Address>> own_addresses();

}  // namespace tcpstat::host
