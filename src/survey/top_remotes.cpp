#include "survey/top_remotes.h"

namespace tcpstat {

Prefix remote_prefix(const Address& address) {
  const Address plain = address.unmapped();
  return prefix_of(plain,
                   plain.family == Family::ipv4 ? TopRemotes::kPrefixIpv4 : TopRemotes::kPrefixIpv6);
}

void TopRemotes::add(const Connection& row) {
  addresses_.add(row.remote.address.unmapped());
  prefixes_.add(remote_prefix(row.remote.address).network);
}

std::vector<TopEntry> TopRemotes::addresses() const {
  std::vector<TopEntry> out;
  for (const auto& entry : addresses_.top(kShown)) {
    out.push_back({to_string(entry.key), entry.count, addresses_.error()});
  }
  return out;
}

std::vector<TopEntry> TopRemotes::prefixes() const {
  std::vector<TopEntry> out;
  for (const auto& entry : prefixes_.top(kShown)) {
    out.push_back({to_string(remote_prefix(entry.key)), entry.count, prefixes_.error()});
  }
  return out;
}

}  // namespace tcpstat
