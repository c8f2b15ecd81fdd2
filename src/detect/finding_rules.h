#pragma once
// The rules of what detection can find, with their thresholds.

#include "report/rule.h"

namespace tcpstat::detect {

inline constexpr ThresholdInfo kFloodThresholds[] = {
    {"suspicious", 2, "points", "one strong signal, or several weak ones"},
    {"likely", 3.5, "points", "attacks reach it, look-alikes did not in any labelled run"},
    {"under_attack", 5, "points", "and the queue is under pressure: clients notice"},
    {"pressure", 0.45, "ratio",
     "share of the SYN queue that requests would fill at this rate; below it nobody is harmed"},
    {"over", 12, "s",
     "without a new request, and the flood has ended; pauses between the pulses of a flood are shorter"},
};
inline constexpr ThresholdInfo kStrayThresholds[] = {
    {"room", 0.1, "ratio", "of the SYN queue: more may grow into harm"},
    {"rate", 1.25, "/s", "scanners and forged answers of others leave as much anywhere"},
    {"rate_among_clients", 3, "/s", "where hardly any of the SYNs are of this kind"},
    {"share", 0.05, "ratio", "of all SYNs: hardly any"},
};
inline constexpr ThresholdInfo kQueueThresholds[] = {
    {"warning", 0.75, "ratio", "a burst of a third of the queue more, and connections are lost"},
    {"critical", 0.9, "ratio", "the program does not keep up"},
};
inline constexpr ThresholdInfo kDeferThresholds[] = {
    {"warning", 0.5, "ratio", "of the SYN queue: from here on the kernel drops them earlier"},
    {"critical", 0.9, "ratio", "of the SYN queue: the next clients get cookies, or nothing"},
};
inline constexpr ThresholdInfo kReturnPathThresholds[] = {
    {"unrouted", 1, "/s", "SYNs whose answers have no route: fewer are strays"},
    {"filtered", 1, "/s",
     "packets that rp_filter drops: worth knowing; a warning where no segment comes in beside them"},
};
inline constexpr ThresholdInfo kRefusedThresholds[] = {
    {"resets", 50, "/s", "or twice the completions: programs do not reset so many of their own connections"},
    {"notice", 5, "/s", "worth knowing: scanners leave fewer anywhere"},
    {"after_end", 1, "/s", "once a listener went away between two samples: its clients are still there"},
    {"ends", 2, "times", "that a listener ended from look to look: who restarts a service ends it once"},
};

inline constexpr RuleInfo kSynFloodRule = {"syn-flood", "is a listener under a SYN flood?", "RFC 4987",
                                           kFloodThresholds};
inline constexpr RuleInfo kStrayRule = {"stray-syns", "do a few SYNs die that harm nobody?", "RFC 4987 §2.1",
                                        kStrayThresholds};
inline constexpr RuleInfo kSmallQueueRule = {"syn-queue-small",
                                             "is a SYN queue too small for its clients?",
                                             "net/ipv4/tcp_input.c, tcp_conn_request(): tcp_max_syn_backlog; listen(2)",
                                             {}};
inline constexpr RuleInfo kResetRule = {
    "half-open-resets", "are handshakes given up by RST, as health checks do?", "RFC 9293 §3.10.7.4", {}};
inline constexpr RuleInfo kAcceptQueueRule = {"accept-queue", "does a program accept too slowly?",
                                              "listen(2); net/ipv4/tcp_ipv4.c, tcp_v4_syn_recv_sock()",
                                              kQueueThresholds};
inline constexpr RuleInfo kDeferredRule = {"deferred-accept", "do idle clients fill the SYN queue?",
                                           "tcp(7), TCP_DEFER_ACCEPT", kDeferThresholds};
inline constexpr RuleInfo kReturnPathRule = {
    "return-path", "do SYN+ACKs fail to reach their clients?",
    "RFC 6298 §5.5; RFC 3704; net/ipv4/inet_connection_sock.c, inet_csk_route_req(): OutNoRoutes",
    kReturnPathThresholds};
inline constexpr RuleInfo kLossyRule = {"lossy-clients", "do clients need several SYN+ACKs?", "RFC 6298 §5.5", {}};
inline constexpr RuleInfo kCrowdRule = {
    "flash-crowd", "does a crowd of real clients fill the SYN queue?", "RFC 4987 §3.6", {}};
inline constexpr RuleInfo kRefusedRule = {"refused-connections", "do connections come for which nothing listens?",
                                          "RFC 9293 §3.10.7.1; net/ipv4/tcp_ipv4.c, tcp_v4_send_reset(): OutRsts",
                                          kRefusedThresholds};
inline constexpr RuleInfo kBlindRule = {"syn-blind",
                                        "what can this way of looking not see?",
                                        "RFC 4987 §3.6; net/ipv4/tcp_input.c, tcp_conn_request()",
                                        {}};

}  // namespace tcpstat::detect
