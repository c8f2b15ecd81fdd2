// A namespace with the whole zoo in it, fresh for one test.
#pragma once

#include "namespace.h"
#include "states.h"
#include "tun_peer.h"

namespace tcpstat::lab {

struct FreshNamespace {
  FreshNamespace() { enter_namespace(); }
};

struct EveryStateFixture {
  FreshNamespace fresh;
  TunPeer peer;
  EveryState zoo{peer};
};

/// Both live sources, as `--source` spells them.
inline constexpr const char* kSources[] = {"netlink", "proc"};

/// Whether a source can see a socket at all: bound-inactive ones are in no line of /proc/net/tcp.
inline bool visible(const Row& row, const std::string& source) { return source != "proc" || row.state != "CLOSE"; }

}  // namespace tcpstat::lab
