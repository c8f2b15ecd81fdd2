#include "detect/measurements.h"
#include "detect/queue_limit.h"

namespace tcpstat::detect {
namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"pressure", 0.45, "ratio", "above half the kernel gives requests fewer rounds, which holds slow floods there"},
    {"saturated", 0.9, "ratio", "the next SYNs get cookies, or are dropped"},
};

// A full queue is pressure, not proof: crowds fill it too. The level asks for it, the score does not.
void judge(const ListenerView& listener, const Limits& limit, Measurements& signals) {
  signals.half_open = static_cast<double>(listener.now->half_open);
  signals.add("half_opens", signals.half_open, "", std::nullopt, "sockets", 0, "sock_diag");
  const auto most = queue_limit(*listener.now, listener.input.facts.settings);
  if (!most) return;
  signals.limit = static_cast<double>(*most);
  signals.fill = signals.half_open / *signals.limit;
  signals.add("queue_fill", signals.fill, ">=", limit(*signals.fill >= limit("saturated") ? "saturated" : "pressure"),
              "ratio", 0, "sock_diag");
}

}  // namespace

constinit const Heuristic queue_fill_heuristic = {
    {"queue-fill", "how full is the SYN queue?",
     "net/ipv4/inet_connection_sock.c, reqsk_timer_handler(), inet_csk_reqsk_queue_is_full()", kThresholds},
    Scope::listener,
    "the backlog (netlink) and tcp_syncookies",
    judge};

}  // namespace tcpstat::detect
