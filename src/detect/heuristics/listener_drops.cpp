#include "detect/measurements.h"

namespace tcpstat::detect::listener_drops {
namespace {

constexpr RuleInfo kRule = {"listener-drops",
                            "which listener loses SYNs and ACKs?",
                            "include/net/sock.h, tcp_listendrop(); net/core/sock.c, sk_get_meminfo()",
                            {}};

// SK_MEMINFO_DROPS of a listener counts SYNs and ACKs that it lost, and repeated SYNs, bare ACKs and RSTs that its
// half-opens swallowed. It tells which listener the host's counters are about, and nothing more.
void judge(const ListenerView& listener, const Thresholds&, Measurements& signals) {
  if (!listener.seconds() || listener.before == nullptr) return;
  const auto more = growth(listener.before->drops, listener.now->drops);
  if (!more) return;
  signals.drops_per_s = static_cast<double>(*more) / *listener.seconds();
  signals.add("listener_drops", signals.drops_per_s, "", std::nullopt, "/s", 0, "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "two dumps with SKMEMINFO (netlink)", judge};

}  // namespace tcpstat::detect::listener_drops
