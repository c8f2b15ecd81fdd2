#pragma once
// What has to be looked for so that a column has values. Lists, summaries by a key and filters ask the same.

#include <cstdint>

#include "model/column.h"

namespace tcpstat::inline model {

/// Of the processes that hold a socket.
enum class OwnersNeed : std::uint8_t {
  none,
  helpful,   ///< the column tells something without them
  required,  ///< it shows them
};

/// What the kernel tells of a socket only if it is asked, because it doubles the size of a dump.
struct RowParts {
  bool tcp_info = false;
  bool memory = false;  ///< INET_DIAG_SKMEMINFO
  bool congestion = false;
  bool congestion_values = false;  ///< what BBR or DCTCP say of themselves

  RowParts& operator|=(const RowParts& other);
};

struct ColumnNeeds {
  RowParts parts = {};
  bool netlink_alone = false;  ///< /proc does not tell
  bool rates = false;          ///< two samples of tcp_info
  bool places = false;         ///< where a process, or what belongs to a control group, runs
  bool namespaces = false;     ///< what network namespaces are called
  OwnersNeed owners = OwnersNeed::none;

  ColumnNeeds& operator|=(const ColumnNeeds& other);
};

ColumnNeeds needs_of(const Column& column);

}  // namespace tcpstat::inline model
