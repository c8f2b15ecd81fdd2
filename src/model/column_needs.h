#pragma once
// What has to be read so that a column has values: for lists, for summaries by a key, and for filters.

#include <cstdint>

#include "model/column.h"

namespace tcpstat::inline model {

/// Whether the processes that hold a socket have to be looked for.
enum class OwnersNeed : std::uint8_t {
  none,
  helpful,   ///< the column shows something without them
  required,  ///< the column shows these processes
};

/// What the kernel reports of a socket on request only, because it doubles the size of a dump.
struct RowParts {
  bool tcp_info = false;
  bool memory = false;  ///< INET_DIAG_SKMEMINFO
  bool congestion = false;
  bool congestion_values = false;  ///< what BBR or DCTCP report about themselves

  RowParts& operator|=(const RowParts& other);
};

struct ColumnNeeds {
  RowParts parts = {};
  bool netlink_alone = false;  ///< /proc does not have it
  bool rates = false;          ///< two samples of tcp_info
  bool places = false;         ///< in which unit, container or pod a process or a control group runs
  bool namespaces = false;     ///< what network namespaces are called
  OwnersNeed owners = OwnersNeed::none;

  ColumnNeeds& operator|=(const ColumnNeeds& other);
};

ColumnNeeds needs_of(const Column& column);

}  // namespace tcpstat::inline model
