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
constexpr std::array kNoAnswer = {act(kLeft, machine::Event::open_active, "connect()"), kLose,
                                  act(kLeft, machine::Event::retransmission_timeout, "1 s without answer"), kLose,
                                  act(kLeft, machine::Event::retransmission_give_up, "retries used up")};
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

constexpr std::array<std::string_view, 2> kRoles = {"client", "server"};
constexpr std::array<std::string_view, 2> kPeers = {"one end", "the other"};

constexpr auto kLifecycles = std::to_array<Lifecycle>({
    {"handshake", "how a connection opens: three segments (RFC 9293 §3.5 fig. 6)", kRoles, Start::closed, kHandshake,
     "Linux keeps the half-open connection as a request and its listener in LISTEN; the new socket prints "
     "LISTEN>SYN_RECV and SYN_RECV>ESTABLISHED when the last ACK comes."},
    {"close", "how a connection ends when one side closes first (RFC 9293 §3.6 fig. 12)", kPeers, Start::established,
     kClose,
     "Who closes first ends in TIME_WAIT, which Linux keeps for 60 s. CLOSE_WAIT lasts until the program there "
     "closes."},
    {"simultaneous-open", "both ends connect to each other at once (RFC 9293 §3.5 fig. 7)", kPeers, Start::closed,
     kSimultaneousOpen,
     "The SYN,ACKs repeat a SYN that is known, so each is answered with an ACK, which completes it (§3.10.7.4). Linux "
     "since "
     "about 6.12 takes the SYN,ACK itself for that, as fig. 7 draws it."},
    {"simultaneous-close", "both ends close at once (RFC 9293 §3.6 fig. 13)", kPeers, Start::established,
     kSimultaneousClose, "The FINs cross, so both ends pass CLOSING and both end in TIME_WAIT."},
    {"half-close", "one end is done sending and still reads (RFC 9293 §3.6)", kPeers, Start::established, kHalfClose,
     "FIN_WAIT2 and CLOSE_WAIT last as long as the end that still sends wants; while both programs hold their sockets, "
     "no "
     "timer ends them."},
    {"reset", "one end aborts (RFC 9293 §3.10.5)", kPeers, Start::established, kReset,
     "No TIME_WAIT is left on either side. Linux also sends a RST when a program closes with data unread."},
    {"refused", "nobody listens (RFC 9293 §3.10.7.1)", kRoles, Start::closed, kRefused,
     "The program sees \"Connection refused\"."},
    {"no-answer", "the SYN gets lost, or a firewall drops it (RFC 9293 §3.8.3)", kRoles, Start::closed, kNoAnswer,
     "One retry is drawn; Linux makes tcp_syn_retries and tcp_syn_linear_timeouts of them. The program sees "
     "\"Connection "
     "timed out\"."},
    {"syn-flood",
     "SYNs with forged sources fill a listener with half-open requests (RFC 4987)",
     {"forged", "listener"},
     Start::closed,
     kSynFlood,
     "Two retries are drawn; tcp_synack_retries is how many there are. On Linux each SYN is a request of its own "
     "beside the "
     "listener, which stays in LISTEN; SYN cookies answer without keeping one."},
    {"lost-last-ack", "why TIME_WAIT exists: the last ACK gets lost (RFC 9293 §3.6)", kPeers, Start::established,
     kLostLastAck, "The end in TIME_WAIT can acknowledge the repeated FIN; without it, the answer would be a RST."},
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
