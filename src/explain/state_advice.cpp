#include "explain/state_advice.h"

#include <algorithm>
#include <array>

namespace tcpstat::explain {
namespace {

constexpr auto kAdvice = std::to_array<StateAdvice>({
    {.state = State::established,
     .role = "either side of an open connection",
     .seen = "most rows of a busy host: it lasts as long as both programs want",
     .who = "either program, by closing; or a RST, a timeout of data in flight, keepalive",
     .many = "Ordinary load. Rows with RECV_QUEUE above 0 wait for their program to read, rows with SEND_QUEUE above 0 "
             "for the peer. Rows without an owner wait for accept().",
     .look = "tcpstat -s ESTABLISHED --sort send_queue:desc --limit 20\ntcpstat summary --by local_port,remote_prefix "
             "-s ESTABLISHED",
     .sections = "§3.5, §3.10.7.4"},
    {.state = State::syn_sent,
     .role = "active open: connect() has sent its SYN",
     .seen = "hardly ever: one round trip as a rule, unless nobody answers",
     .who = "the peer, by SYN,ACK (it opens) or RST (it refuses); else the retries end it",
     .many = "Peers that do not answer: down, or behind a firewall that drops the SYN, or their queues are full. "
             "Seconds in this state mean retransmissions.",
     .look = "tcpstat -s SYN_SENT -p\ntcpstat summary --by remote_address -s SYN_SENT",
     .sections = "§3.5, §3.10.7.3"},
    {.state = State::syn_recv,
     .role = "passive open: the server has answered a SYN",
     .seen = "hardly ever: one round trip as a rule, unless the client's last ACK gets lost or is left out on purpose",
     .who = "the peer, by the handshake's last ACK; else tcp_synack_retries ends it",
     .many = "A SYN flood if the sources are many and none completes; a full accept queue if the clients have answered "
             "and the rows still stay here; else slow or lossy peers.",
     .look = "tcpstat -l\ntcpstat summary --by local_port,remote_prefix -s SYN_RECV",
     .sections = "§3.5, §3.10.7.4"},
    {.state = State::fin_wait1,
     .role = "active close: this side closed first",
     .seen = "rarely: one round trip as a rule, because the ACK should come at once",
     .who = "the peer, by acknowledging our FIN",
     .many = "Peers that do not read: the FIN waits behind data (SEND_QUEUE above 1), or peers that are gone without a "
             "word.",
     .look = "tcpstat -s FIN_WAIT1 --sort send_queue:desc",
     .sections = "§3.6, §3.10.4"},
    {.state = State::fin_wait2,
     .role = "active close: this side closed, the other may have data to send first",
     .seen = "now and then: a connection that is half closed, until the peer's program closes, too",
     .who = "the peer's program, by closing; without an owner here, tcp_fin_timeout",
     .many = "Peers that have not closed: look for CLOSE_WAIT there. Rows with an owner are half-closed on purpose or "
             "forgotten.",
     .look = "tcpstat -s FIN_WAIT2 -p\ntcpstat summary --by remote_address -s FIN_WAIT2",
     .sections = "§3.6, §3.10.7.4"},
    {.state = State::time_wait,
     .role = "active close: this side closed first, or both did",
     .seen =
         "often: each stands for 60 s on Linux; RFC 9293 asks for 2 MSL, twice the longest life of a segment in the "
         "network, which it sets to 2 minutes, so for four minutes (§3.4.2)",
     .who = "a timer of 60 s; or a new connection on the same tuple",
     .many = "This side closes first, often, which is ordinary for clients and proxies. Trouble only where ephemeral "
             "ports towards one address run out.",
     .look = "tcpstat summary --by remote_address -s TIME_WAIT\ntcpstat -s TIME_WAIT --sort age_ms:desc --limit 20",
     .sections = "§3.4.2, §3.6.1, §3.10.8"},
    {.state = State::close,
     .role = "none: the beginning and the end of a connection",
     .seen = "only as sockets that are bound and no more, by netlink since Linux 6.8",
     .who = "its program, by listen(), connect() or close()",
     .many =
         "Sockets that are bound and do nothing: a program between bind() and its next call, or one that forgot them.",
     .look = "tcpstat -s CLOSE -p",
     .sections = "§3.3.2"},
    {.state = State::close_wait,
     .role = "passive close: the peer closed first, and we have acknowledged that",
     .seen =
         "for a moment, while the program sees whether it has data left to send, or for as long as it sends; a minute "
         "without data going out means as a rule that it has forgotten to close",
     .who = "our program, by closing its socket: no timer closes it instead; where the peer is gone, keepalive or data "
            "that nobody acknowledges ends it",
     .many = "A program that does not close its sockets after the peer did: a leak if the number only grows.",
     .look = "tcpstat -s CLOSE_WAIT -p\ntcpstat summary --by process -s CLOSE_WAIT",
     .sections = "§3.6, §3.10.4"},
    {.state = State::last_ack,
     .role = "passive close: our FIN follows the peer's",
     .seen = "rarely: one round trip as a rule",
     .who = "the peer, by acknowledging our FIN",
     .many = "Connections leave this state within a round trip as a rule, so many rows mean that the path loses "
             "segments or that peers vanish before the end.",
     .look = "tcpstat -s LAST_ACK --sort send_queue:desc",
     .sections = "§3.6, §3.10.7.4"},
    {.state = State::listen,
     .role = "passive open: the server's socket waits and can accept",
     .seen = "always, one row a socket",
     .who = "nothing: a connection request makes a new socket, and the listener itself stays",
     .many = "Ordinary: one row for each service and address. ACCEPT_QUEUE near ACCEPT_LIMIT: the program accepts too "
             "slowly.",
     .look = "tcpstat -lp",
     .sections = "§3.10.1, §3.10.7.2"},
    {.state = State::closing,
     .role = "both sides close actively: the FINs crossed",
     .seen = "rarely: only if both sides close within one round trip, and the peer's FIN comes before the ACK of ours",
     .who = "the peer, by acknowledging our FIN",
     .many = "Connections leave this state within a round trip as a rule, so many rows mean that segments of a "
             "simultaneous close got lost or that a FIN waits behind a closed window.",
     .look = "tcpstat -s CLOSING --sort send_queue:desc",
     .sections = "§3.6, §3.10.7.4"},
});
static_assert(kAdvice.size() == kStateCount);

}  // namespace

const StateAdvice& advice(State state) {
  return *std::find_if(kAdvice.begin(), kAdvice.end(), [&](const StateAdvice& row) { return row.state == state; });
}

}  // namespace tcpstat::explain
