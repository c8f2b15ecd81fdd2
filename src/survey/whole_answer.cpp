#include "survey/whole_answer.h"

#include <algorithm>
#include <string>

#include "report/ask_for_all.h"

namespace tcpstat::survey {
namespace {

bool is_of_ipv6(const std::optional<Prefix>& prefix) {
  return prefix && prefix->network.family == Family::ipv6 && prefix->network.unmapped().family == Family::ipv6;
}

/// Whether only sockets of IPv6 can match.
bool needs_ipv6(const filter::Expression& expression) {
  using Kind = filter::Expression::Kind;
  const auto& parts = expression.parts();
  switch (expression.kind()) {
    case Kind::test: {
      const auto* family = std::get_if<filter::FamilyTest>(&expression.test());
      const auto* address = std::get_if<filter::AddressTest>(&expression.test());
      return (family != nullptr && family->family == Family::ipv6) ||
             (address != nullptr && is_of_ipv6(address->prefix));
    }
    case Kind::all_of:
      return std::any_of(parts.begin(), parts.end(), needs_ipv6);
    case Kind::any_of:
      return !parts.empty() && std::all_of(parts.begin(), parts.end(), needs_ipv6);
    case Kind::negation:
      break;
  }
  return false;
}

bool needs_ipv6(const std::vector<filter::EndpointPattern>& ends) {
  return !ends.empty() && std::all_of(ends.begin(), ends.end(),
                                      [](const filter::EndpointPattern& end) { return is_of_ipv6(end.prefix); });
}

bool needs_ipv6(const filter::Filter& filter) {
  return !filter.ipv4 || needs_ipv6(filter.local) || needs_ipv6(filter.remote) ||
         (filter.expression != nullptr && needs_ipv6(*filter.expression));
}

std::string names(StateSet set) {
  std::string text;
  for (const StateInfo& state : states()) {
    if (set.has(state.state)) text += (text.empty() ? "" : ", ") + std::string(state.name);
  }
  return text;
}

}  // namespace

void ask_for_all_that_match(const filter::Filter& filter, bool saved, Coverage& coverage) {
  ask_for_all(coverage);
  if (!coverage.complete || coverage.saw_nothing()) return;
  const std::string where = saved ? " were not saved" : " do not show here";
  // -a, and all states but some, mean those that there are to see.
  const bool most = filter.states.size() * 2 > StateSet::all().size();
  const StateSet lacking = filter.states - coverage.visible;
  if (!most && !lacking.empty()) coverage.lose("states_not_shown", "sockets in " + names(lacking) + where);
  if (!coverage.ipv6 && needs_ipv6(filter)) coverage.lose("family_not_shown", "IPv6 sockets" + where);
}

}  // namespace tcpstat::survey
