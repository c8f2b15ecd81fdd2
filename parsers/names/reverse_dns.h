#pragma once
// Host names of addresses (getnameinfo(3)), many at once and never for longer than a set time.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "model/address.h"

namespace tcpstat::names {

/// Asks for all addresses and returns the names that came within `limit`. Questions that are still open then are left
/// to end by themselves in the background.
std::map<Address, std::string> resolve_hosts(const std::vector<Address>& addresses, std::chrono::milliseconds limit);

}  // namespace tcpstat::names
