#include "detect/measurements.h"

namespace tcpstat::detect::handshake_fates {
namespace {

constexpr RuleInfo kRule = {
    "handshake-fates",
    "what became of handshakes, one by one?",
    "net/ipv4/inet_connection_sock.c, reqsk_timer_handler(): a request lives as long as its timer",
    {}};

// Numbers for the reader; what they say of a flood is cohort-fate's, embryonic-resets' and cookie-answers'.
void judge(const ListenerView& host, const Thresholds&, Measurements& signals) {
  if (host.input.counted == nullptr) return;
  const HandshakeFates& fates = host.input.counted->all;
  const auto add = [&signals](std::string_view what, std::uint64_t count) {
    signals.add("handshakes_" + std::string(what), static_cast<double>(count), "", std::nullopt, "", 0, "bpf");
  };
  add("completed", fates.completed);
  add("by_cookie", fates.cookie);
  add("reset", fates.reset);
  add("expired", fates.expired);
  add("pruned", fates.pruned);
  if (fates.closed > 0) add("of_closed_listeners", fates.closed);
  if (host.input.counted->missed > 0) add("events_missed", host.input.counted->missed);
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::host, "check --exact", judge};

}  // namespace tcpstat::detect::handshake_fates
