#include "machine/linux_differences.h"

#include <array>

namespace tcpstat::machine {
namespace {

// From the tables and traces of Linux 6.18.
constexpr auto kDifferences = std::to_array<Difference>({
    {.from = State::listen,
     .to = State::syn_sent,
     .rfc9293 = "a listener may turn active with OPEN or SEND (§3.10.1, §3.10.2)",
     .linux_does = "connect() on a listener fails with EISCONN, send() with EPIPE",
     .why = "sockets have no such call (net/ipv4/af_inet.c, __inet_stream_connect())"},
    {.from = State::listen,
     .to = State::syn_recv,
     .rfc9293 = "LISTEN itself becomes SYN-RECEIVED on a SYN (fig. 5)",
     .linux_does = "the listener stays; a request socket waits, and a new socket prints LISTEN>SYN_RECV when the "
                   "handshake's ACK has come",
     .why = "one listener serves many peers (inet_csk_clone_lock())"},
    {.from = State::syn_recv,
     .to = State::listen,
     .rfc9293 = "RST in SYN-RECEIVED after a passive OPEN: back to LISTEN (note 1)",
     .linux_does = "the request is dropped and nothing is printed",
     .why = "the listener never left LISTEN (tcp_check_req())"},
    {.from = State::syn_recv,
     .to = State::listen,
     .rfc9293 = "SYN in the window in SYN-RECEIVED: back to LISTEN (§3.10.7.4)",
     .linux_does = "the request is reset and dropped",
     .why = "the listener never left LISTEN (tcp_check_req())"},
    {.from = State::syn_recv,
     .to = State::close_wait,
     .rfc9293 = "FIN in SYN-RECEIVED: CLOSE-WAIT (§3.10.7.4)",
     .linux_does = "SYN_RECV>ESTABLISHED, then ESTABLISHED>CLOSE_WAIT",
     .why = "the ACK of the same segment is processed first (tcp_rcv_state_process())"},
    {.from = State::fin_wait1,
     .to = State::time_wait,
     .rfc9293 = "FIN with the ACK of our FIN in FIN-WAIT-1: TIME-WAIT (note 2)",
     .linux_does = "FIN_WAIT1>FIN_WAIT2, then FIN_WAIT2>CLOSE",
     .why = "ACK and FIN of one segment are two steps (tcp_rcv_state_process(), tcp_fin())"},
    {.from = std::nullopt,
     .to = State::time_wait,
     .rfc9293 = "TIME-WAIT is a state of the connection",
     .linux_does = "TIME_WAIT is never printed; the socket prints >CLOSE, and a time-wait socket takes over",
     .why = "it is kept in a smaller object (tcp_time_wait())"},
    {.from = State::established,
     .to = State::fin_wait1,
     .rfc9293 = "FIN-WAIT-1 when the FIN is sent (§3.10.4)",
     .linux_does = "FIN_WAIT1 begins at close(); the FIN may wait behind data for minutes",
     .why = "the state changes before the queue is sent (tcp_close_state())"},
    {.from = State::fin_wait2,
     .to = State::close,
     .rfc9293 = "FIN-WAIT-2 lasts until the FIN comes",
     .linux_does = "FIN_WAIT2 without an owner ends after tcp_fin_timeout, and a late FIN gets a RST",
     .why = "a peer that never closes must not hold memory (tcp_time_wait())"},
    {.from = State::time_wait,
     .to = State::close,
     .rfc9293 = "2 MSL are four minutes (§3.4.2)",
     .linux_does = "TIME_WAIT lasts 60 s",
     .why = "TCP_TIMEWAIT_LEN (include/net/tcp.h)"},
    {.from = State::time_wait,
     .to = State::close,
     .rfc9293 = "RST in TIME-WAIT ends it (§3.10.7.4)",
     .linux_does = "a RST ends TIME_WAIT with tcp_rfc1337=0 and is ignored with 1",
     .why = "RFC 1337 (tcp_timewait_state_process())"},
    {.from = State::syn_sent,
     .to = State::close,
     .rfc9293 = "SYN retries go on for at least three minutes (MUST-23)",
     .linux_does = "SYN retries go on for 131 s by default (127 s before Linux 6.5)",
     .why = "tcp_syn_retries 6 and, since 6.5, tcp_syn_linear_timeouts 4 (ip-sysctl.rst)"},
    {.from = std::nullopt,
     .to = State::time_wait,
     .rfc9293 = "who sends a RST should enter TIME-WAIT (note 3)",
     .linux_does = "who sends a RST enters CLOSE",
     .why = "§3.10.5 says CLOSED, too (tcp_disconnect(), __tcp_close())",
     .from_any = {State::established, State::fin_wait1, State::fin_wait2, State::close_wait, State::closing,
                  State::last_ack}},
});

}  // namespace

std::span<const Difference> differences() { return kDifferences; }

}  // namespace tcpstat::machine
