#include "filter/filter.h"

#include <algorithm>

#include "filter/expression_match.h"
#include "filter/no_names.h"
#include "filter/untold.h"

namespace tcpstat::filter {
namespace {

bool any_has(const std::vector<PortRange>& ranges, std::uint16_t port) {
  return std::any_of(ranges.begin(), ranges.end(), [port](const PortRange& r) { return r.has(port); });
}

bool any_matches(const std::vector<EndpointPattern>& patterns, const Endpoint& endpoint) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const EndpointPattern& p) { return p.matches(endpoint); });
}

template <typename T, typename U>
bool contains(const std::vector<T>& list, const U& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_named(std::string_view name, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](std::string_view word) { return is_process_name(name, word); });
}

}  // namespace

Expression expression_of(Side side, const EndpointPattern& pattern) {
  std::vector<Expression> both;
  if (pattern.prefix) both.emplace_back(Test(AddressTest{side, *pattern.prefix}));
  if (pattern.ports) both.emplace_back(Test(PortTest{side, *pattern.ports}));
  return Expression::all_of(std::move(both));
}

void settle(Filter& filter, Names& names) {
  filter.names = &names;
  if (filter.needs.columns.namespaces) names.find_namespaces();
}

void add_expression(Filter& filter, Expression expression) {
  filter.needs = needs_of(expression);
  filter.states = filter.states & possible_states(expression);
  filter.matcher = std::make_shared<const Matcher>(expression);
  filter.expression = std::make_shared<const Expression>(std::move(expression));
}

void drop_owners(Filter& filter) {
  filter.pids.clear();
  filter.processes.clear();
  if (!filter.needs.owners()) return;
  filter.expression = nullptr;
  filter.matcher = nullptr;
  filter.needs = {};
}

template <typename Row>
bool Filter::matches_expression(const Row& row, Ends ends) const {
  if (matcher == nullptr) return true;
  NoNames none;
  Names& known = names != nullptr ? *names : none;
  if constexpr (std::is_same_v<Row, Connection>) {
    return matcher->matches(row, known, ends);
  } else {
    return matcher->matches(row, known);
  }
}

template bool Filter::matches_expression(const Connection& row, Ends ends) const;

bool Filter::matches_owners(const Socket& row) const {
  if (!pids.empty() &&
      std::none_of(row.owners.begin(), row.owners.end(), [&](const Owner& o) { return contains(pids, o.pid); })) {
    return false;
  }
  return processes.empty() ||
         std::any_of(row.owners.begin(), row.owners.end(), [&](const Owner& o) { return is_named(o.name, processes); });
}

bool Filter::matches_socket(const Socket& row) const {
  if (!has_family(row.family)) return false;
  if (!local.empty() && !any_matches(local, row.local)) return false;
  if (!local_ports.empty() && !any_has(local_ports, row.local.port)) return false;
  return !has_users() || (row.uid && contains(users, *row.uid));
}

bool Filter::matches_options(const Connection& row, Ends ends) const {
  if (!states.has(row.state) || !matches_socket(row)) return false;
  // A CLOSE row is not connected, so its remote end means nothing.
  const bool has_remote = row.state != State::close && ends != Ends::remote_unknown;
  const bool has_local_port = ends == Ends::of_row || row.local.port != 0;
  if (!local_ports.empty() && !has_local_port) return false;
  if (!remote.empty() && !(has_remote && any_matches(remote, row.remote))) return false;
  if (!remote_ports.empty() && !(has_remote && any_has(remote_ports, row.remote.port))) return false;
  const auto has_port = [&] {
    return (has_local_port && any_has(ports, row.local.port)) || (has_remote && any_has(ports, row.remote.port));
  };
  return ports.empty() || has_port();
}

bool Filter::matches_options(const Listener& row) const {
  if (!states.has(State::listen) || !remote.empty() || !remote_ports.empty() || !matches_socket(row)) return false;
  return ports.empty() || any_has(ports, row.local.port);
}

bool Filter::matches(const Connection& row, Ends ends) const {
  return matches_options(row, ends) && matches_owners(row) && matches_expression(row, ends);
}

bool Filter::matches(const Listener& row) const {
  return matches_options(row) && matches_owners(row) && matches_expression(row, Ends::of_row);
}

template <typename Row>
bool Filter::could_match_expression(const Row& row) const {
  if (!matches_owners(row) && all_owners_known(row)) return false;
  NoNames none;
  return matcher == nullptr || matcher->could_match(row, names != nullptr ? *names : none);
}

bool Filter::could_match(const Connection& row) const {
  return matches_options(row, Ends::of_row) && could_match_expression(row);
}

bool Filter::could_match(const Listener& row) const { return matches_options(row) && could_match_expression(row); }

}  // namespace tcpstat::filter
