#include "diagnose/left_services.h"

namespace tcpstat::diagnose {
namespace {

/// Fewer may be of a program that binds a port of its own for the connections that it opens, as NFS clients do.
constexpr std::uint32_t kLeast = 5;
/// FTP servers open data connections from there (RFC 959 §3.2).
constexpr std::uint16_t kFtpData = 20;

}  // namespace

void LeftServices::see(const Connection& row, const LocalPorts& ports) {
  if (row.state == State::syn_sent || row.state == State::close || ports.in_range(row.local.port)) return;
  Use& use = uses_[row.local.port];
  if (row.transparent == true) {
    use.proxied = true;
  } else if (row.transparent == false) {
    ++use.connections;
  } else {
    ++use.untold;
  }
}

void LeftServices::see(const Listener& row) {
  uses_[row.local.port].listened_on = true;
  has_proxy_ = has_proxy_ || row.transparent == true;
}

std::vector<std::uint16_t> LeftServices::ports() const {
  std::vector<std::uint16_t> out;
  for (std::uint32_t port = 1; port < uses_.size(); ++port) {
    const Use& use = uses_[port];
    const std::uint32_t connections = use.connections + (has_proxy_ ? 0 : use.untold);
    if (connections >= kLeast && !use.listened_on && !use.proxied && port != kFtpData) {
      out.push_back(static_cast<std::uint16_t>(port));
    }
  }
  return out;
}

}  // namespace tcpstat::diagnose
