#include "explain/topics.h"

#include <array>

#include "base/ascii.h"

namespace tcpstat::explain {
namespace {

// Facts: RFC 4987; ip-sysctl.rst; net/ipv4/syncookies.c; net/ipv4/tcp_input.c, tcp_conn_request();
// include/net/inet_connection_sock.h, inet_csk_reqsk_queue_is_full(); include/net/sock.h, sk_acceptq_is_full();
// net/ipv4/tcp_minisocks.c, tcp_check_req(): tcp_abort_on_overflow; net/ipv4/tcp_timer.c, tcp_retransmit_timer():
// tcp_syn_linear_timeouts; net/ipv4/tcp.c, __tcp_close(): inet_csk_reset_keepalive_timer().
constexpr auto kTopics = std::to_array<Topic>({
    {.name = "half-open",
     .meaning = "a handshake that is not finished: SYN_SENT or SYN_RECV",
     .text =
         "SYN_RECV: this side has answered a SYN with SYN,ACK and waits for the ACK. SYN_SENT: this side has sent the "
         "SYN and waits for the answer. Either lasts one round trip as a rule; rows that stay for seconds are clients "
         "or servers that do not answer. Many of them in SYN_RECV, above all of random sources, are a SYN flood "
         "(tcpstat explain syn-flood), or the answers do not get through (tcpstat explain return-path).\n"
         "netstat -nt | grep SYN_RECV shows the same rows. On Linux -p of netstat shows programs; it does not choose a "
         "protocol, as -p TCP does on Windows.\n"
         "RFC 9293 §3.5.1 also calls a connection half-open that one end has lost, by a crash, while the other still "
         "believes in it. Such a row stands in ESTABLISHED until data, a keepalive probe or a timeout finds out.",
     .look = "tcpstat -s half-open\ntcpstat -s SYN_RECV\ntcpstat summary --by local_port,remote_prefix -s "
             "SYN_RECV\ntcpstat check"},
    {.name = "backlog",
     .meaning = "how many connections may wait at a listener, half-open and complete",
     .text =
         "listen(fd, backlog) is a wish: Linux takes it or net.core.somaxconn (4096 since Linux 5.4, before that 128), "
         "whichever is less. The number limits two queues.\n"
         "The SYN queue holds half-open requests: backlog at most, and backlog + 1 since Linux 6.14 and in stable "
         "kernels that took over its change. When it is full, the next SYNs get SYN cookies or are dropped. Without "
         "cookies, SYNs of new clients are dropped without an answer above three quarters of "
         "tcp_max_syn_backlog, too.\n"
         "The accept queue holds complete connections that the program has not taken yet, backlog + 1 at most. When it "
         "is full, SYNs and the last ACKs of handshakes are dropped; with net.ipv4.tcp_abort_on_overflow 1 such an ACK "
         "is answered with a RST instead.\n"
         "A larger somaxconn counts from the next listen() on, so restart the program. A larger queue bridges a longer "
         "burst; a program that accepts too slowly fills any queue.",
     .look = "tcpstat -l\ntcpstat audit\nnstat -az 'TcpExtListen*'"},
    {.name = "syncookies",
     .meaning = "SYN cookies: SYNs are answered without keeping anything of them",
     .text =
         "While the SYN queue is full, Linux puts a hash of addresses, ports and time (the cookie) into the sequence "
         "number of its SYN,ACK, and forgets the SYN. A client that is alive sends cookie + 1 back in its ACK; that is "
         "checked, and the connection is there at once. So forged SYNs keep nobody out.\n"
         "The price: a few sizes of MSS fit into the cookie, and window scaling and SACK survive only with timestamps. "
         "A SYN,ACK is not repeated, so that who loses a segment of the handshake waits longer.\n"
         "What was answered by a cookie is in no table: SYN_RECV stops growing when the SYN queue is full, and a flood "
         "looks smaller than it is. Counters show it.\n"
         "net.ipv4.tcp_syncookies: 1 (the default) when the queue is full, 2 always, 0 never. Cookies do not help "
         "against a full link, nor against connections that do complete.",
     .look = "nstat -az 'TcpExtSyncookies*'\ntcpstat check --interval "
             "5\ntcpstat audit"},
    {.name = "defences",
     .meaning = "what helps against SYN floods, and what each costs; none is complete",
     .text =
         "SYN cookies (tcp_syncookies 1): no room is needed (tcpstat explain syncookies).\n"
         "A larger queue (the program's backlog, somaxconn, tcp_max_syn_backlog): holds out longer and costs memory; a "
         "faster flood fills it, too (tcpstat explain backlog).\n"
         "Shorter timeouts: with tcp_synack_retries 2 a request is kept for 7 s instead of 63 s; clients on paths that "
         "lose much are cut off as well.\n"
         "On Windows SynAttackProtect shortened these timeouts once half-open connections piled up. Since Windows "
         "Vista and Server 2008 the protection is always on.\n"
         "In front of the server: SYNPROXY or a firewall that limits SYNs by source, and the provider. There would be "
         "no forged sources if every network let out only its own addresses (RFC 2827).\n"
         "None is complete. Against more packets than the link carries nothing helps but somebody upstream.",
     .look = "tcpstat audit\ntcpstat check --interval 5"},
    {.name = "filter",
     .meaning = "the language of filters: state syn-recv and sport = :443",
     .text =
         "Words that are neither options nor a verb are a filter: tests, joined by and, or, not and brackets. It reads "
         "what ss reads, and more. and may be left out; it binds before or, and not before both. Put it in quotes, "
         "because shells know < > ! and brackets.\n"
         "State: state syn-recv,time-wait or exclude established; names, numbers and groups as of --state.\n"
         "Ends: src and dst take ADDRESS[/LEN][:PORT], as src 10/8, dst [2001:db8::/32]:443 or src :80. An IPv4 prefix "
         "has v4-mapped rows too. sport, dport and port (either) compare: sport = 80,8000-8999, dport >= 1024, "
         "dport != :https. The remote end of LISTEN and CLOSE is * with port 0, as in ss.\n"
         "Socket: dev DEVICE (0: bound to none), fwmark MARK[/MASK], cgroup PATH, autobound (no value), family ipv4, "
         "netns NAME, user NAME, "
         "uid NUMBER, timer keepalive, v6only yes, ulp mptcp, mptcp_role joined, transparent "
         "yes, freebind no, congestion cubic.\n"
         "Process: pid NUMBER, process NAME, unit NAME, container NAME|ID, container_name NAME, pod UID, orphan "
         "REASON. What is unusual: "
         "flag NAME.\n"
         "Numbers: every column that holds one, by its name, with = != < <= > >=. Times have units (us ms s m h d) and "
         "names without theirs: rtt > 100ms, age >= 1m. Sizes may have k M G (1000) or Ki Mi Gi (1024): "
         "recvq > 64Ki. mem is the memory of a socket, sent_bps what it sends in a second, of two samples.\n"
         "What is not known is never true: a row without an RTT matches neither rtt > 1ms nor not rtt > 1ms. known rtt "
         "asks for that.",
     .look = "tcpstat 'state syn-recv and sport = :443'\ntcpstat '( dport = :5432 or dst 10/8 ) and not user "
             "root'\ntcpstat summary --by process 'state close-wait and recvq > 0'"},
    {.name = "active-close",
     .meaning = "to close first: FIN_WAIT1, FIN_WAIT2 or CLOSING, then TIME_WAIT",
     .text = "The side whose program closes first sends the first FIN. It waits for the ACK (FIN_WAIT1), then for the "
             "peer's FIN (FIN_WAIT2), and keeps the addresses for a while (TIME_WAIT), so that a FIN that comes again "
             "can be answered. The other side closes passively: tcpstat explain passive-close. Both: tcpstat explain "
             "close.",
     .look = "tcpstat -s FIN_WAIT1,FIN_WAIT2,CLOSING,TIME_WAIT"},
    {.name = "passive-close",
     .meaning = "to close after the peer: CLOSE_WAIT, LAST_ACK",
     .text = "The peer's FIN came and was acknowledged (CLOSE_WAIT). Now the program has to see whether it has data "
             "left to send, and close; no timer does it instead, but keepalive ends the connection where the peer is "
             "gone. Its FIN waits for the last ACK (LAST_ACK). The other side closes actively: tcpstat explain "
             "active-close. Both: tcpstat explain close.",
     .look = "tcpstat -s CLOSE_WAIT,LAST_ACK -p"},

    // The classes of half-open connections.
    {.name = "flood-single-source",
     .meaning = "a class of SYN verdicts: one address opens without end",
     .text = "One address sends most of the SYNs that never complete, and does not repeat them as a client would. Drop "
             "it in the firewall, unless it is a proxy that others come through.",
     .look = "tcpstat summary --by remote_address -s SYN_RECV"},
    {.name = "flood-subnet",
     .meaning = "a class of SYN verdicts: one network opens without end",
     .text = "The addresses are many and of one network: forged within it, or a network of hosts that were taken over. "
             "Limit SYNs of that network in the firewall; ask who runs it.",
     .look = "tcpstat summary --by remote_prefix -s SYN_RECV"},
    {.name = "flood-random-sources",
     .meaning = "a class of SYN verdicts: forged sources from everywhere",
     .text = "Hardly two SYNs have one source, and none of them answers: the addresses are forged. Blocking them is "
             "useless and hits those to whom they belong. See tcpstat explain defences.",
     .look = "tcpstat audit"},
    {.name = "flood-mixed",
     .meaning = "a class of SYN verdicts: a flood whose sources have no pattern, or are not seen",
     .text = "Several sources at once; or the table shows too few of them, because SYN cookies keep them out of it. "
             "Connection tracking or a capture of SYNs may show them. See tcpstat explain defences.",
     .look = "tcpstat summary --by remote_prefix -s SYN_RECV"},
    {.name = "flash-crowd",
     .meaning = "a class of SYN verdicts: many real clients at once",
     .text = "The half-opens are many and fresh: each completes after a round trip, and the next take its place. It is "
             "load and no attack.",
     .look = "tcpstat -l\ntcpstat check --interval 5"},
    {.name = "accept-queue-overflow",
     .meaning = "a class of SYN verdicts: the program accepts too slowly",
     .text = "The handshakes would complete, but the accept queue has no room, so that the kernel drops their last ACK "
             "and they stay in SYN_RECV. It is no flood: the program does not call accept() often enough. The rule: "
             "tcpstat explain accept-queue.",
     .look = "tcpstat -lp"},
    {.name = "deferred-accept",
     .meaning = "a class of SYN verdicts: clients that are connected and send nothing",
     .text = "The listener set TCP_DEFER_ACCEPT: a client that has answered stays in SYN_RECV until its first data "
             "comes. Such a row is no half-open handshake.",
     .look = "tcpstat -s SYN_RECV -o +FLAGS"},
    {.name = "lossy-clients",
     .meaning = "a class of SYN verdicts: real clients on paths that lose segments",
     .text = "SYN,ACKs had to be sent again, and then the handshakes did complete, or the clients repeat their SYNs. A "
             "flood does neither. Look at the network between.",
     .look = "tcpstat -s SYN_RECV -o +RETRANSMITS,FLAGS"},
    {.name = "return-path-or-replay",
     .meaning = "a class of SYN verdicts: SYNs are repeated and none completes",
     .text = "Real clients repeat a SYN that was not answered, so these may be real, and the SYN,ACKs do not reach "
             "them: a firewall, a route or a filter on the way out. Or somebody replays SYNs. The rule: tcpstat "
             "explain return-path.",
     .look = "tcpstat -s SYN_RECV -o +FLAGS\nip route get ADDRESS\nnft list ruleset"},
    {.name = "port-scan",
     .meaning = "a class of SYN verdicts: SYNs go where nobody listens",
     .text = "The host answers many SYNs with RST. Somebody tries ports, or a service is down and its clients are "
             "refused (tcpstat explain refused).",
     .look = "tcpstat -l\nnstat -az TcpOutRsts TcpAttemptFails"},
    {.name = "live-source-resets",
     .meaning = "a class of SYN verdicts: the sources answer SYN,ACKs with RST",
     .text = "Hosts that exist and have asked for nothing refuse our SYN,ACKs: their addresses are forged by somebody "
             "else. Health checks that end in a RST look alike.",
     .look = "tcpstat check --interval 5\nnstat -az TcpExtEmbryonicRsts TcpAttemptFails"},
    {.name = "saturated-undecided",
     .meaning = "a class of SYN verdicts: the queue is full of fresh requests, and one sample cannot tell why",
     .text = "A flood fills a queue and so does a crowd. What becomes of the requests decides, so look twice.",
     .look = "tcpstat check --interval 5"},

    {.name = "stray-syns",
     .meaning = "a class of SYN verdicts: SYNs that die, too few to matter",
     .text = "Some SYNs come from sources that never answer, and the SYN queue has room for all that can wait at this "
             "rate. Every public server gets them.",
     .look = "tcpstat -s SYN_RECV"},
    {.name = "syn-queue-too-small",
     .meaning = "a class of SYN verdicts: a crowd of clients before a SYN queue that is too short",
     .text = "The clients are real, and the queue has no room for what arrives within a round trip. Raise the backlog "
             "and tcp_max_syn_backlog, or turn SYN cookies on (tcpstat explain backlog).",
     .look = "tcpstat -l\ntcpstat audit"},

    // How sure a verdict is.
    {.name = "suspicious",
     .meaning = "a level of SYN verdicts: something speaks for a flood",
     .text = "The weights of the evidence add up to the first limit of the rule syn-flood. The levels above it are "
             "likely and under attack (tcpstat explain syn-flood).",
     .look = "tcpstat check -v"},
    {.name = "likely",
     .meaning = "a level of SYN verdicts: a flood in all probability",
     .text =
         "The weights of the evidence add up to the second limit of the rule syn-flood (tcpstat explain syn-flood).",
     .look = "tcpstat check -v"},
    {.name = "under-attack",
     .meaning = "a level of SYN verdicts: a flood, and the queue is under pressure",
     .text = "The weights of the evidence add up to the third limit of the rule syn-flood, and clients notice "
             "(tcpstat explain queue-full).",
     .look = "tcpstat check -v\ntcpstat explain defences"},

    // Why a socket has no owner.
    {.name = "not-accepted",
     .meaning = "a reason why a socket has no owner: no program has taken it yet",
     .text = "It waits in the accept queue of a listener (tcpstat explain backlog).",
     .look = "tcpstat -lp"},
    {.name = "closed-by-process",
     .meaning = "a reason why a socket has no owner: the program closed it",
     .text = "The kernel finishes the work: data that is left, the FIN, and the timers (tcpstat explain close).",
     .look = "tcpstat -s closing-side -o +ORPHAN,TIMER"},
    {.name = "not-permitted",
     .meaning = "a reason why a socket has no owner: some processes could not be looked into",
     .text = "The files of other users' processes are theirs. CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH together show "
             "them.",
     .look = ""},
    {.name = "owners-unread",
     .meaning = "a reason why a socket has no owner: the search for owners failed",
     .text = "The processes, or their files, could not be read, so that nothing is known of who holds the socket.",
     .look = ""},
    {.name = "other-pid-namespace",
     .meaning = "a reason why a socket has no owner: its holder may be in another PID namespace",
     .text = "From within a container only its own processes are seen; look from the host.",
     .look = ""},
    {.name = "no-process",
     .meaning = "a reason why a socket has no owner: no process holds it",
     .text = "It is the kernel's own, such as one of NFS, or on its way from one process to another.",
     .look = ""},

    // Timers, and how connections and requests end.
    {.name = "retransmit",
     .meaning = "a timer: what was sent waits for its acknowledgement",
     .text = "When it ends, the oldest segment goes out again, and the next wait is twice as long (RFC 6298). The "
             "first five retransmissions of a SYN are one second apart since Linux 6.5 (tcp_syn_linear_timeouts 4), "
             "and only then the wait doubles. Behind the word stand the seconds that are left and how often it was "
             "sent again: many times means that the peer is gone, or that the path loses everything.",
     .look = "tcpstat --sort RETRANSMITS:desc --limit 20"},
    {.name = "probe",
     .meaning = "a timer: data waits, and the peer's window is closed or nothing goes out here",
     .text = "A closed window lets no data through, and the segment that opens it may get lost. So the peer is "
             "asked again and again, at longer and longer intervals (RFC 9293 §3.8.6.1). A peer that answers "
             "does not read; one that does not answer is gone. The same timer runs where this host could not send "
             "anything.",
     .look = "tcpstat 'timer probe' -o +FLAGS\ntcpstat check"},
    {.name = "keepalive",
     .meaning = "a timer: when an idle peer is asked whether it is still there",
     .text = "A program asks for it with SO_KEEPALIVE. The first probe goes out after tcp_keepalive_time without "
             "a segment (7200 s by default), the others tcp_keepalive_intvl apart; after tcp_keepalive_probes of "
             "them without an answer the connection ends (RFC 9293 §3.8.4). FIN_WAIT2 without an owner shows the same "
             "timer where tcp_fin_timeout is above 60 s: it counts down the part above 60 s and asks nobody.",
     .look = "tcpstat 'timer keepalive'\ntcpstat explain keepalive-dead"},
    {.name = "absent",
     .meaning = "no socket at all: where a connection begins and where it is over",
     .text = "RFC 9293 calls that CLOSED. Tables print new where a socket appeared and gone where it vanished; "
             "JSON prints ABSENT. The state CLOSE is that of a socket which exists and has no connection.",
     .look = "tcpstat watch --events"},
    {.name = "orderly",
     .meaning = "how a connection ended: with the FINs of both sides",
     .text = "Both programs closed, and the peer has acknowledged that (tcpstat explain close). Where the program here "
             "closes first, the kernel usually swaps the full socket for a small one in FIN_WAIT2, before the peer "
             "closes; the trace shows that socket as closed without an ending, and the small socket's life goes on. "
             "The source tracefs does not see FINs: there LAST_ACK and CLOSING are orderly if they were left within "
             "200 ms, before retries can be used up.",
     .look = "tcpstat trace --lives"},
    {.name = "failed",
     .meaning = "how a connection ended: connect() came to nothing",
     .text = "Nobody answered the SYN, or the program gave up first. A peer that answers with a RST makes it "
             "refused (tcpstat explain refused).",
     .look = "tcpstat trace --lives"},
    {.name = "reset-peer",
     .meaning = "how a connection ended: by a RST of the peer",
     .text = "Its program aborted the connection, or closed it with data unread; its host has no such connection "
             "any more; or something on the way sent the RST in its name.",
     .look = "tcpstat trace --lives --only resets"},
    {.name = "reset-here",
     .meaning = "how a connection ended: by a RST of this host",
     .text = "A program aborted it, or closed it with data unread; or keepalive probes stayed unanswered, because "
             "the peer is gone. Newer kernels say why this host sent its RST, such as abort-on-close or "
             "keepalive-timeout; tcpstat prints that word after it.",
     .look = "tcpstat trace --lives --only resets"},
    {.name = "dropped",
     .meaning = "how a connection ended: this host ended it at once, by an RST or because the peer was gone",
     .text =
         "The source tracefs does not see what this host sends, so that either is possible. The source bpf says which "
         "(tcpstat explain reset-here, tcpstat explain timed-out).",
     .look = "tcpstat trace --lives --source bpf"},
    {.name = "timed-out",
     .meaning = "how a connection ended: the peer did not answer until the kernel gave up",
     .text = "Nobody sent a RST. The retries were used up, those of data, of a FIN or of a closed window: the peer "
             "is gone, or the path to it is. Where keepalive finds that out, Linux sends a RST (tcpstat explain "
             "reset-here).",
     .look = "tcpstat trace --lives"},
    {.name = "completed",
     .meaning = "how a half-open request ended: the handshake was finished",
     .text = "The last ACK came, and a connection took the place of the request (tcpstat explain handshake).",
     .look = "tcpstat trace --only half-open"},
    {.name = "expired",
     .meaning = "how a half-open request or TIME_WAIT ended: its time was up",
     .text = "For TIME_WAIT that is ordinary. A request that expires has had no answer to its last SYN,ACK: the "
             "client is gone, or there never was one.",
     .look = "tcpstat trace --only half-open"},
    {.name = "pruned",
     .meaning = "how a half-open request ended: early, because the queue was more than half full",
     .text = "So that young requests find room, Linux lets old ones go after fewer retries then. Many of these "
             "are a sign of a flood (tcpstat explain syn-flood).",
     .look = "tcpstat trace --only half-open\ntcpstat check"},
    {.name = "listener-gone",
     .meaning = "how a half-open request ended: nobody listens any more",
     .text = "The program closed its listener, or ended, while the handshake was under way.",
     .look = "tcpstat -l"},
    {.name = "cut-short",
     .meaning = "how TIME_WAIT, or FIN_WAIT2 without a process, ended: before its time",
     .text = "A new connection took the same addresses and ports, a RST came, or ss -K ended it. In FIN_WAIT2 data "
             "may have come after the program had closed: this host answers it with a RST, and the peer sees its "
             "connection reset (tcpstat explain TIME_WAIT).",
     .look = "tcpstat trace --only time-wait"},

    // What is said of transitions.
    {.name = "legal",
     .meaning = "a verdict on transitions: one or several ordinary steps",
     .text = "RFC 9293 and Linux have this step; between two samples it may also be a chain of such steps (tcpstat "
             "explain FROM:TO).",
     .look = "tcpstat watch --events"},
    {.name = "reachable",
     .meaning = "a verdict on pairs of states: through other states",
     .text = "Two samples of one connection may show the pair, and what lies between went unseen (tcpstat explain "
             "FROM:TO).",
     .look = ""},
    {.name = "reuse",
     .meaning = "a verdict on transitions: another connection on the same addresses and ports",
     .text = "No connection goes this way: it ended, and another one began, or the same descriptor was used again.",
     .look = "tcpstat watch --events"},
    {.name = "quirk",
     .meaning = "a verdict on transitions: Linux prints it, and it is no step of RFC 9293",
     .text = "Such as a state that is stored again when a program calls close() after shutdown(). It is harmless.",
     .look = "tcpstat explain FIN_WAIT1:FIN_WAIT1"},
    {.name = "illegal",
     .meaning = "a verdict on transitions: Linux never does this",
     .text = "In a recorded log: records were lost or are of several hosts, or the kernel has a bug.",
     .look = "tcpstat validate FILE"},
});

}  // namespace

std::span<const Topic> topics() { return kTopics; }

const Topic* find_topic(std::string_view name) {
  for (const Topic& topic : kTopics) {
    if (topic.name == name) return &topic;
  }
  return nullptr;
}

std::string as_name(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const char lower = ascii_lower(c);
    const bool part = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (part) {
      out += lower;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

}  // namespace tcpstat::explain
