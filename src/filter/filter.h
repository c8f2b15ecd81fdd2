#pragma once
// Which rows the user wants: an AND of conditions, each an OR of alternatives. An empty condition lets all rows pass.
// It is evaluated here for every source; parsers/netlink/kernel_part.h has what the kernel evaluates as well.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "filter/comm.h"
#include "filter/expression_match.h"
#include "filter/port_range.h"
#include "model/address.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/state.h"

namespace tcpstat::filter {

/// `ADDR[/LEN][:PORT]`; no prefix: any address, no ports: any port.
struct EndpointPattern {
  std::optional<Prefix> prefix;
  std::optional<PortRange> ports;

  [[nodiscard]] bool matches(const Endpoint& endpoint) const {
    return (!ports || ports->has(endpoint.port)) && (!prefix || prefix->contains(endpoint.address));
  }
};

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
  std::vector<std::uint32_t> pids;
  std::vector<std::string> processes;  ///< whole names, of which the kernel keeps kLongestComm bytes
  /// Must match as well; null: there is none. If it names states, `states` has only those in which a row may match.
  std::shared_ptr<const Expression> expression;
  std::shared_ptr<const Matcher> matcher;     ///< of `expression`
  ExpressionNeeds needs;                      ///< of `expression`
  Names* names = nullptr;                     ///< for words of `expression`; set by settle()
  std::vector<std::string> expression_users;  ///< users that `expression` names

  [[nodiscard]] bool has_family(Family family) const { return family == Family::ipv4 ? ipv4 : ipv6; }
  /// True if deciding needs to know the owners of a socket.
  [[nodiscard]] bool needs_owners() const { return !pids.empty() || !processes.empty() || needs.owners(); }
  [[nodiscard]] bool has_users() const { return !users.empty(); }
  /// True if anything but state and family is asked for.
  [[nodiscard]] bool has_conditions() const { return has_options() || needs_owners() || expression != nullptr; }
  /// True if sockets may be left out for anything but their state.
  [[nodiscard]] bool has_conditions_or_family() const { return has_conditions() || !ipv4 || !ipv6; }
  /// True if anything but state, family and an expression is asked for.
  [[nodiscard]] bool has_options() const {
    return !local.empty() || !remote.empty() || !ports.empty() || !local_ports.empty() || !remote_ports.empty() ||
           has_users() || !pids.empty() || !processes.empty();
  }
  /// True where every condition is known to hold.
  [[nodiscard]] bool matches(const Connection& row, Ends ends = Ends::of_row) const;
  /// A listener matches ports by its local port and never matches a condition on the remote end.
  [[nodiscard]] bool matches(const Listener& row) const;
  /// True where no condition is known not to hold, but for those that no row of this kind answers.
  [[nodiscard]] bool could_match(const Connection& row) const;
  [[nodiscard]] bool could_match(const Listener& row) const;
  /// The same for a filter without options, in less time.
  [[nodiscard]] bool matches_without_options(const Connection& row) const {
    return states.has(row.state) && has_family(row.family) &&
           (matcher == nullptr || matches_expression(row, Ends::of_row));
  }

 private:
  [[nodiscard]] bool matches_socket(const Socket& row) const;
  [[nodiscard]] bool matches_owners(const Socket& row) const;
  [[nodiscard]] bool matches_options(const Connection& row, Ends ends) const;
  [[nodiscard]] bool matches_options(const Listener& row) const;
  template <typename Row>
  [[nodiscard]] bool could_match_expression(const Row& row) const;
  template <typename Row>
  [[nodiscard]] bool matches_expression(const Row& row, Ends ends) const;
};

/// The pattern as a tree.
Expression expression_of(Side side, const EndpointPattern& pattern);
/// Gives the filter the names of the host whose rows it sees.
void settle(Filter& filter, Names& names);
/// Adds an expression to what the filter asks for.
void add_expression(Filter& filter, Expression expression);
/// Drops conditions on owners, so that the others can be checked before owners are looked for.
void drop_owners(Filter& filter);

}  // namespace tcpstat::filter
