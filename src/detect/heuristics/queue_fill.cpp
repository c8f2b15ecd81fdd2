#include <algorithm>

#include "detect/measurements.h"
#include "detect/queue_limit.h"

namespace tcpstat::detect::queue_fill {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"pruned", 0.4, "ratio", "near half of the limit the kernel drops requests of the third round: that is no answer"},
    {"pressure", 0.45, "ratio", "above half the kernel gives requests fewer rounds, which holds slow floods there"},
    {"saturated", 0.9, "ratio", "the next SYNs get cookies, or are dropped"},
};
constexpr RuleInfo kRule = {"queue-fill", "how full is the SYN queue?",
                            "net/ipv4/inet_connection_sock.c, reqsk_timer_handler(), inet_csk_reqsk_queue_is_full()",
                            kThresholds};
using Limits = LimitsOf<kRule>;

// A full queue is no proof, because crowds fill it too: it weighs nothing. The level depends on it.
void judge(const ListenerView& listener, const Thresholds& thresholds, Measurements& signals) {
  const Limits limit(thresholds);
  signals.half_open = static_cast<double>(listener.now->half_open);
  signals.add("half_opens", signals.half_open, "", std::nullopt, "sockets", 0, "sock_diag");
  const auto most = queue_limit(*listener.now, listener.input.facts.settings);
  if (!most) return;
  signals.limit = static_cast<double>(*most);
  signals.fill = signals.half_open / *signals.limit;
  double lately = *signals.fill;
  if (listener.before != nullptr) {
    lately = std::max(lately, static_cast<double>(listener.before->half_open) / *signals.limit);
  }
  signals.saturated = answer(*signals.fill >= limit("saturated"));
  signals.saturated_lately = answer(lately >= limit("saturated"));
  signals.pressed_lately = answer(lately >= limit("pressure"));
  signals.may_be_pruned = answer(*signals.fill >= limit("pruned"));
  const double against = signals.saturated == Answer::yes ? limit("saturated") : limit("pressure");
  signals.add("queue_fill", signals.fill, ">=", against, "ratio", 0, "sock_diag");
}

}  // namespace

constinit const Heuristic heuristic = {kRule, Scope::listener, "the backlog (netlink) and tcp_syncookies", judge};

}  // namespace tcpstat::detect::queue_fill
