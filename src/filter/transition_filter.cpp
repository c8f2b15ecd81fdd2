#include "filter/transition_filter.h"

namespace tcpstat::filter {
namespace {

bool wants_in(const Filter& filter, const Transition& transition, Seen seen) {
  if (!seen) return false;
  if (*seen == State::listen) {
    Listener row;
    row.family = transition.local->address.family;
    row.local = *transition.local;
    return filter.matches(row);
  }
  Connection row;
  row.state = *seen;
  row.family = transition.local->address.family;
  row.local = *transition.local;
  if (transition.remote) {
    row.remote = *transition.remote;
    return filter.matches(row, Ends::of_transition);
  }
  // A socket that is only bound has no remote end; in any other state the record lacks it.
  return filter.matches(row, *seen == State::close ? Ends::of_row : Ends::remote_unknown);
}

}  // namespace

bool wants(const Filter& filter, const Transition& transition) {
  if (!transition.local) return false;
  return wants_in(filter, transition, transition.from.seen()) || wants_in(filter, transition, transition.to.seen());
}

}  // namespace tcpstat::filter
