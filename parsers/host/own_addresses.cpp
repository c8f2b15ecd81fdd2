#include "parsers/host/own_addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace tcpstat::host {

std::optional<std::vector<Address>> own_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return std::nullopt;
  std::vector<Address> all;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    Address address;
    if (one->ifa_addr->sa_family == AF_INET) {
      sockaddr_in found{};
      std::memcpy(&found, one->ifa_addr, sizeof found);
      address.family = Family::ipv4;
      std::memcpy(address.bytes.data(), &found.sin_addr, sizeof found.sin_addr);
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 found{};
      std::memcpy(&found, one->ifa_addr, sizeof found);
      address.family = Family::ipv6;
      std::memcpy(address.bytes.data(), &found.sin6_addr, sizeof found.sin6_addr);
    } else {
      continue;
    }
    all.push_back(address);
  }
  ::freeifaddrs(list);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace tcpstat::host
