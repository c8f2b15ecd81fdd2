#pragma once
// Which rows the user wants: an AND of conditions, each an OR of alternatives. An empty condition lets all pass.
// Evaluated here for every source; what the kernel can evaluate as well is parsers/inet_diag_bytecode.h.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/address.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/state.h"

namespace tcpstat::filter {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 65535;

  [[nodiscard]] bool has(std::uint16_t port) const { return port >= first && port <= last; }
};

/// `ADDR[/LEN][:PORT]`; no prefix: any address, no ports: any port.
struct EndpointPattern {
  std::optional<Prefix> prefix;
  std::optional<PortRange> ports;

  [[nodiscard]] bool matches(const Endpoint& endpoint) const {
    return (!ports || ports->has(endpoint.port)) && (!prefix || prefix->contains(endpoint.address));
  }
};

/// TASK_COMM_LEN without its zero byte (include/linux/sched.h): the kernel cuts names of processes there.
inline constexpr std::size_t kLongestComm = 15;

struct Filter {
  StateSet states = StateSet::all();
  bool ipv4 = true;  ///< AF_INET sockets
  bool ipv6 = true;  ///< AF_INET6 sockets, v4-mapped ones included
  std::vector<EndpointPattern> local;
  std::vector<EndpointPattern> remote;
  std::vector<PortRange> ports;  ///< either side
  std::vector<PortRange> local_ports;
  std::vector<PortRange> remote_ports;
  std::vector<std::uint32_t> users;
  /// Names whose numbers the file alone knows; settle_users() adds those to `users`.
  std::vector<std::string> user_names;
  std::vector<std::uint32_t> pids;
  std::vector<std::string> processes;  ///< whole names, of which the kernel keeps kLongestComm bytes

  [[nodiscard]] bool has_family(Family family) const { return family == Family::ipv4 ? ipv4 : ipv6; }
  /// True if deciding needs to know the owners of a socket.
  [[nodiscard]] bool needs_owners() const { return !pids.empty() || !processes.empty(); }
  [[nodiscard]] bool has_users() const { return !users.empty() || !user_names.empty(); }
  /// True if anything but state and family is asked for.
  [[nodiscard]] bool has_conditions() const {
    return !local.empty() || !remote.empty() || !ports.empty() || !local_ports.empty() || !remote_ports.empty() ||
           has_users() || needs_owners();
  }
  [[nodiscard]] bool matches(const Connection& row) const;
  /// A listener matches ports by its local port and never matches a condition on the remote end.
  [[nodiscard]] bool matches(const Listener& row) const;

 private:
  [[nodiscard]] bool matches_socket(const Socket& row) const;
};

/// Finds the users that the filter knows by name only.
void settle_users(Filter& filter, const Names& names);

}  // namespace tcpstat::filter
