// The user who may do nothing.
#pragma once

namespace tcpstat::lab {

/// Becomes uid and gid 65534 with no group, no capability and an empty bounding set. Cannot be undone.
void drop_privileges();

}  // namespace tcpstat::lab
