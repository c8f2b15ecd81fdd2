#pragma once
// The part of a filter that the kernel can evaluate, as a tree of ports, addresses, families, devices and marks. It
// matches every row that the filter matches, and maybe more: Filter::matches() evaluates everything again, so that all
// sources agree.

#include "filter/filter.h"

namespace tcpstat::netlink::inet_diag {

enum class Wanted : std::uint8_t {
  matches,         ///< rows that the filter matches
  and_half_opens,  ///< and each half-open request of a listener that it matches, to be counted
};

/// Which tests the kernel may be asked.
enum class KernelTests : std::uint8_t {
  all,
  oldest,  ///< without devices (Linux 4.8) and marks (4.9, CAP_NET_ADMIN), which a kernel may refuse
};

/// With more ports and addresses than this the kernel takes longer to test a row than to send it: each test takes 20
/// ns, sending a row 1.4 µs (Linux 6.18).
inline constexpr std::size_t kMostTests = 64;

/// The tree matches everything if nothing can be left to the kernel.
filter::Expression kernel_part(const filter::Filter& filter, Wanted wanted, KernelTests tests = KernelTests::all);

/// The tree with devices by index, as the kernel compares them. `index_of` is as if_nametoindex(3): a device for which
/// it returns zero stays a name, which is left to the filter.
filter::Expression with_device_indexes(const filter::Expression& tree, unsigned (*index_of)(const char*));

}  // namespace tcpstat::netlink::inet_diag
