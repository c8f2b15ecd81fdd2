// A kernel without netlink, as containers with a strict seccomp profile know it.
#pragma once

namespace tcpstat::lab {

/// From now on socket(AF_NETLINK, …) fails with `error` in this process and all that it starts. Cannot be undone.
void deny_netlink(int error);

}  // namespace tcpstat::lab
