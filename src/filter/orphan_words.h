#pragma once
// The reasons why no process holds a socket, as the words of a filter.

#include <algorithm>
#include <array>
#include <string_view>

#include "model/connection.h"

namespace tcpstat::filter {

/// Whether only a search for owners gives this reason; the others follow from state and inode.
inline bool found_by_search(std::string_view orphan) {
  constexpr std::array kSearched = {Orphan::owners_unread, Orphan::not_permitted, Orphan::other_pid_namespace,
                                    Orphan::no_process};
  return std::any_of(kSearched.begin(), kSearched.end(), [&](Orphan one) { return name(one) == orphan; });
}

}  // namespace tcpstat::filter
