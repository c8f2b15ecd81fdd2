#include <array>

#include "explain/ladder.h"

namespace tcpstat::explain {
namespace {

constexpr ScriptStep act(std::size_t end, machine::Event event, std::string_view words) {
  return {Op::act, end, event, words};
}
constexpr ScriptStep kArrive{Op::arrive};
constexpr ScriptStep kArriveOnce{Op::arrive_once};
constexpr ScriptStep kLose{Op::lose};
constexpr ScriptStep kDelay{Op::delay};
constexpr ScriptStep kCatchUp{Op::catch_up};
constexpr std::size_t kLeft = 0;
constexpr std::size_t kRight = 1;

constexpr std::array kHandshake = {act(kRight, machine::Event::open_passive, "listen()"),
                                   act(kLeft, machine::Event::open_active, "connect()"), kArrive};
constexpr std::array kClose = {act(kLeft, machine::Event::close, "close()"), kArrive,
                               act(kRight, machine::Event::close, "close()"), kArrive,
                               act(kLeft, machine::Event::time_wait_timeout, "2 MSL are over")};
constexpr std::array kSimultaneousOpen = {act(kLeft, machine::Event::open_active, "connect()"),
                                          act(kRight, machine::Event::open_active, "connect()"), kArrive};
constexpr std::array kSimultaneousClose = {act(kLeft, machine::Event::close, "close()"),
                                           act(kRight, machine::Event::close, "close()"), kArrive,
                                           act(kLeft, machine::Event::time_wait_timeout, "2 MSL are over"),
                                           act(kRight, machine::Event::time_wait_timeout, "2 MSL are over")};
constexpr std::array kHalfClose = {act(kLeft, machine::Event::close, "shutdown(SHUT_WR)"), kArrive,
                                   act(kRight, machine::Event::send, "write()"),           kArrive,
                                   act(kRight, machine::Event::close, "close()"),          kArrive};
constexpr std::array kReset = {act(kLeft, machine::Event::abort, "close(), SO_LINGER 0"), kArrive};
constexpr std::array kRefused = {act(kLeft, machine::Event::open_active, "connect()"), kArrive};
// RFC 9293 §3.5 fig. 8: line 2 of the figure is late, and lines 3 to 5 overtake it.
constexpr std::array kOldDuplicate = {act(kRight, machine::Event::open_passive, "listen()"),
                                      act(kLeft, machine::Event::open_active, "connect()"),
                                      kDelay,
                                      ScriptStep{Op::old_syn, kLeft, {}, "a SYN of an older attempt turns up"},
                                      kArriveOnce,
                                      kArriveOnce,
                                      kArriveOnce,
                                      kCatchUp,
                                      kArrive};
constexpr std::array kNoAnswer = {act(kLeft, machine::Event::open_active, "connect()"), kLose,
                                  act(kLeft, machine::Event::retransmission_timeout, "1 s without answer"), kLose,
                                  act(kLeft, machine::Event::retransmission_give_up, "retries used up")};
constexpr std::array kQueueFull = {act(kRight, machine::Event::open_passive, "listen(); the queue is full"),
                                   act(kLeft, machine::Event::open_active, "connect()"),
                                   kLose,
                                   act(kLeft, machine::Event::retransmission_timeout, "1 s without answer"),
                                   kLose,
                                   act(kLeft, machine::Event::retransmission_timeout, "1 s later; a place is free"),
                                   kArrive};
constexpr std::array kSynFlood = {act(kRight, machine::Event::open_passive, "listen()"),
                                  act(kLeft, machine::Event::open_active, "forged source"),
                                  kArriveOnce,
                                  kLose,
                                  act(kRight, machine::Event::retransmission_timeout, "1 s without answer"),
                                  kLose,
                                  act(kRight, machine::Event::retransmission_timeout, "2 s without answer"),
                                  kLose,
                                  act(kRight, machine::Event::retransmission_give_up, "retries used up")};
constexpr std::array kLostLastAck = {act(kLeft, machine::Event::close, "close()"),
                                     kArrive,
                                     act(kRight, machine::Event::close, "close()"),
                                     kArriveOnce,
                                     kLose,
                                     act(kRight, machine::Event::retransmission_timeout, "0.2 s without ACK"),
                                     kArrive,
                                     act(kLeft, machine::Event::time_wait_timeout, "2 MSL are over")};

constexpr std::array<LadderEnd, 2> kRoles = {{{"client"}, {"server"}}};
constexpr std::array<LadderEnd, 2> kPeers = {{{"one end"}, {"the other"}}};
constexpr std::array<LadderEnd, 2> kClosers = {{{"active close"}, {"passive close"}}};
constexpr std::array<LadderEnd, 2> kAlone = {{{"client"}, {"nobody", Presence::nobody}}};
constexpr std::array<LadderEnd, 2> kForged = {{{"forged", Presence::nobody}, {"listener"}}};

constexpr auto kLifecycles = std::to_array<Lifecycle>({
    {"handshake", "how a connection opens: three segments (RFC 9293 §3.5 fig. 6)", kRoles, Start::closed, kHandshake,
     "The SYN,ACK answers the client's SYN and asks back with a SYN of its own. Until the client's ACK comes, the "
     "connection is half-open and the server's side is in SYN_RECV: as a rule for one round trip, so that it is hardly "
     "ever seen, unless the last ACK gets lost or a client leaves it out on purpose (tcpstat explain syn-flood).\n"
     "Linux keeps the half-open connection as a request and its listener in LISTEN; the new socket prints "
     "LISTEN>SYN_RECV and SYN_RECV>ESTABLISHED when the last ACK comes."},
    {"close", "how a connection ends when one side closes first: four segments (RFC 9293 §3.6 fig. 12)", kClosers,
     Start::established, kClose,
     "Who closes first closes actively and ends in TIME_WAIT, which Linux keeps for 60 s. The other end closes "
     "passively: its CLOSE_WAIT lasts until the program there closes.\n"
     "A connection is full duplex, and each direction is closed by itself: a FIN says that no more data comes this "
     "way, "
     "and the other way may still carry data (tcpstat explain half-close). FIN_WAIT1 and LAST_ACK last one round trip "
     "as a rule, so that they are rarely seen. A FIN that brings the ACK of ours along leads from FIN_WAIT1 to "
     "TIME_WAIT directly, in three segments."},
    {"simultaneous-open", "both ends connect to each other at once (RFC 9293 §3.5 fig. 7)", kPeers, Start::closed,
     kSimultaneousOpen,
     "The SYN,ACKs repeat a SYN that is known, so each is answered with an ACK, which completes it (§3.10.7.4). Linux "
     "since about 6.12 takes the SYN,ACK itself for that, as fig. 7 draws it."},
    {"simultaneous-close", "both ends close at once (RFC 9293 §3.6 fig. 13)", kPeers, Start::established,
     kSimultaneousClose,
     "The FINs cross: each comes before the ACK of the other. Both ends close actively, both pass CLOSING, which is "
     "rare, and both end in TIME_WAIT."},
    {"half-close", "one end is done sending and still reads (RFC 9293 §3.6)", kClosers, Start::established, kHalfClose,
     "FIN_WAIT2 and CLOSE_WAIT are the halves of a connection that is closed in one direction. They last as long as "
     "the "
     "end that still sends wants; while both programs hold their sockets, no timer closes them. Only where the peer is "
     "gone, keepalive or data that nobody acknowledges ends them."},
    {"reset", "one end aborts (RFC 9293 §3.10.5)", kPeers, Start::established, kReset,
     "No TIME_WAIT is left on either side. Linux sets ACK on such a RST, and also sends one when a program closes with "
     "data unread."},
    {"refused", "nobody listens (RFC 9293 §3.10.7.1)", kRoles, Start::closed, kRefused,
     "The RST acknowledges the SYN, which is how the client knows that it is meant. The program sees \"Connection "
     "refused\"."},
    {"old-duplicate", "an old SYN turns up before the new one (RFC 9293 §3.5 fig. 8)", kRoles, Start::closed,
     kOldDuplicate,
     "The server cannot know that the SYN is old, and answers. The client can: the ACK is not of the SYN that it has "
     "sent. Its RST takes the server back to LISTEN, and the new SYN, when it comes, opens the connection. On Linux "
     "the "
     "listener never left LISTEN: the RST drops the request."},
    {"no-answer", "the SYN gets lost, or a firewall drops it (RFC 9293 §3.8.3)", kAlone, Start::closed, kNoAnswer,
     "One retry is drawn; Linux makes tcp_syn_retries and tcp_syn_linear_timeouts of them. The program sees "
     "\"Connection timed out\"."},
    {"queue-full", "what a full queue does to clients: their SYNs are dropped (RFC 4987 §2)", kRoles, Start::closed,
     kQueueFull,
     "The backlog of listen() and tcp_max_syn_backlog limit the queue of half-open connections (tcpstat explain "
     "backlog). While it is full, ordinary SYNs are dropped without a word, unless SYN cookies answer them. Each "
     "client repeats its SYN after a second, and again later: the service seems slow, then down, although the program "
     "is idle and clients that are already connected notice nothing.\n"
     "A full accept queue does the same: SYNs are dropped, and so is the last ACK of a handshake. Then the client "
     "believes that it is connected, and this side stays in SYN_RECV.\n"
     "Look at: tcpstat -l; nstat -az TcpExtListenDrops TcpExtListenOverflows TcpExtTCPReqQFullDrop."},
    {"syn-flood", "SYNs with forged sources fill a listener with half-open requests (RFC 4987)", kForged, Start::closed,
     kSynFlood,
     "In a short time many SYNs come from forged addresses at which no host answers; a host that exists would refuse "
     "the SYN,ACK with a RST and so free the place. The server answers each, waits, and repeats its answer until "
     "tcp_synack_retries are used up, 63 s by default (two retries are drawn). So each forged SYN holds a place in the "
     "queue of half-open connections for long. When the queue is full, SYNs of ordinary clients are dropped and the "
     "service slows down (tcpstat explain queue-full), unless SYN cookies answer them, as Linux does by default. In "
     "the worst case the segments jam the network, too.\n"
     "It is a denial of service, from many hosts at once a distributed one (DDoS), and easy to see: many half-open "
     "connections, above all of random sources.\n"
     "On Linux each SYN is a request of its own beside the listener, which stays in LISTEN; SYN cookies answer without "
     "keeping one. What helps: tcpstat explain defences."},
    {"lost-last-ack", "why TIME_WAIT exists: the last ACK gets lost (RFC 9293 §3.6)", kClosers, Start::established,
     kLostLastAck,
     "The end in TIME_WAIT can acknowledge the repeated FIN; without it, the answer would be a RST. The wait also "
     "keeps late segments of this connection out of the next one on the same addresses and ports (RFC 1337)."},
});

}  // namespace

std::span<const Lifecycle> lifecycles() { return kLifecycles; }

const Lifecycle* find_lifecycle(std::string_view name) {
  for (const Lifecycle& lifecycle : kLifecycles) {
    if (lifecycle.name == name) return &lifecycle;
  }
  return nullptr;
}

}  // namespace tcpstat::explain
