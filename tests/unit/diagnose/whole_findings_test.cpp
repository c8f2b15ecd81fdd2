// Each rule's finding as a whole: severity, subject, value and limits, message, evidence and the command to type.

#include <doctest/doctest.h>

#include <array>
#include <sstream>

#include "base/utf8.h"
#include "render/headline.h"
#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

const Owner kOwner{55, 9, "worker"};

std::string text(const std::vector<Finding>& findings) {
  std::ostringstream out;
  const auto number = [&](const char* what, const std::optional<double>& value) {
    if (value) out << what << *value;
  };
  for (const Finding& one : findings) {
    // Behind "TCPSTAT CRITICAL - ", and before " (and 2 more)", in 80 columns.
    CAPTURE(one.message);
    CHECK_FALSE(render::headline_within(one.brief.empty() ? one.message : one.brief, 48).text.ends_with("..."));
    out << one.rule << ' ' << name(one.severity) << ' ' << one.subject.text();
    number(" ", one.value);
    out << ' ' << one.unit;
    number(" w=", one.warning);
    number(" c=", one.critical);
    out << '\n' << one.message << "\nwhy: " << one.why << "\ndo: " << one.advice << "\nrun: " << one.next << '\n';
    for (const Evidence& piece : one.evidence) {
      out << "  " << piece.quantity;
      number(" ", piece.value);
      if (piece.limit) out << ' ' << piece.op;
      number(" ", piece.limit);
      out << ' ' << piece.unit << " (" << piece.source << ")\n";
    }
  }
  return out.str();
}

std::string said(void (*make)(Diagnosing&)) {
  Diagnosing run;
  make(run);
  return "\n" + text(run.finish());
}

Connection with_timer(State state, TimerKind timer, std::uint32_t tries) {
  Connection row = served(state);
  row.timer = timer;
  row.timer_ms = 500;
  row.retransmits = tries;
  row.send_queue = 1000;
  return row;
}

Listener full_queue(std::uint16_t port, std::uint32_t waiting, std::uint32_t limit) {
  Listener row = listener(endpoint("0.0.0.0", port));
  row.accept_queue = waiting;
  row.accept_limit = limit;
  return row;
}

}  // namespace

TEST_CASE("a leak") {
  CHECK(said([](Diagnosing& run) {
          run.processes.table[55] = 400;
          run.rows(100, served(State::close_wait), {{"last_ack_recv_ms", 90'000}}, kOwner);
        }) == R"(
close-wait-leak critical worker(55) 100 sockets w=10 c=100
worker(55) never closes 100 connections on :443 that the peer has closed, the oldest for 90 s, 25 % of its descriptors
why: a descriptor leak
do: restart it, which frees them for now; the program must close them
run: tcpstat --state CLOSE_WAIT -p -i --pid 55
  close_wait_read 100 >= 10 sockets (sock_diag)
  oldest_last_ack_s 90 >= 60 s (tcp_info)
  descriptors_lost 0.25 >= 0.25 ratio (/proc/PID/limits)
)");
}

TEST_CASE("a close that is not read") {
  CHECK(said([](Diagnosing& run) {
          Connection row = served(State::close_wait);
          row.recv_queue = 1;
          run.rows(12, row, {{"last_ack_recv_ms", 90'000}}, kOwner);
        }) == R"(
close-wait-not-read warning worker(55) 12 sockets w=10 c=100
worker(55) does not read 12 connections on :443 that the peer has closed, the oldest for 90 s
why: it is stuck, waits for another service, or is short of workers
do: find out what it waits for (its stack, its log); more workers help only if it is busy
run: tcpstat --state CLOSE_WAIT -p -i --pid 55
  close_wait_unread 12 >= 10 sockets (sock_diag)
  oldest_last_ack_s 90 >= 30 s (tcp_info)
)");
}

TEST_CASE("CLOSE_WAIT that grows from run to run, or whose age nobody knows") {
  CHECK(said([](Diagnosing& run) {
          run.earlier_close_waits = {10, 20, 30};
          run.rows(120, served(State::close_wait));
        }) == R"(
close-wait-leak critical host 120 sockets w=10 c=100
120 connections in CLOSE_WAIT, more in each of 3 runs (10 before)
why: a program does not close what its peers closed
do: find the program; restart it, which frees them for now
run: tcpstat summary --by process --state CLOSE_WAIT
  close_wait 120 >= 10 sockets (sock_diag)
  rises_in_a_row 3 >= 3 runs (state file)
  close_wait_three_runs_ago 10 sockets (state file)
close-wait-leak info host 120 sockets
120 connections in CLOSE_WAIT of unknown age
why: only --source netlink tells a leak from load
do: 
run: tcpstat --state CLOSE_WAIT -p -i --source netlink
  close_wait_without_age 120 >= 100 sockets (sock_diag)
)");
}

TEST_CASE("closes that nobody acknowledges") {
  CHECK(said([](Diagnosing& run) {
          run.rule_limits.limits.orphan_retries = 0;
          run.rows(15, with_timer(State::last_ack, TimerKind::retransmit, 4), {{"last_ack_recv_ms", 9'000}});
          Connection row = with_timer(State::fin_wait1, TimerKind::probe, 0);
          row.remote.address = address("203.0.113.9");
          run.rows(15, row, {{"snd_wnd", 0}, {"backoff", 5}, {"last_ack_recv_ms", 12'000}});
        }) == R"(
closing-stuck warning host 30 sockets w=20 c=200
30 connections cannot finish closing (15 FIN_WAIT1, 15 LAST_ACK), the oldest for 12 s
why: no answer from 2 peers
do: look at this host's way out
run: tcpstat --state FIN_WAIT1,LAST_ACK,CLOSING --sort retransmits:desc --limit 20
  unacknowledged_fins 30 >= 20 sockets (sock_diag)
  share_of_connections 1 >= 0.05 ratio (sock_diag)
  most_retransmits 4 >= 3 times (sock_diag)
  behind_closed_windows 15 sockets (sock_diag)
  not_sent 0 sockets (sock_diag)
  largest_of_one_peer 15 sockets (sock_diag)
  fin_wait1 15 sockets (sock_diag)
  last_ack 15 sockets (sock_diag)
  longest_s 102.2 s (net.ipv4.tcp_orphan_retries)
)");
}

TEST_CASE("a half-close that is held") {
  CHECK(said([](Diagnosing& run) {
          run.rows(12, served(State::fin_wait2), {{"last_ack_recv_ms", 90'000}}, kOwner);
        }) == R"(
half-close-held warning worker(55) 12 sockets w=10 c=100
worker(55) holds 12 connections on :443 that it shut down and never closed, the oldest for 90 s
why: the peers do not close either, and no timer ends them
do: let the program close them, or end them after a time-out
run: tcpstat --state FIN_WAIT2 -p -i --pid 55
  half_closed 12 >= 10 sockets (sock_diag)
  oldest_last_ack_s 90 >= 60 s (tcp_info)
)");
}

TEST_CASE("FIN_WAIT2 beyond half of the room") {
  CHECK(said([](Diagnosing& run) {
          run.rule_limits.settings.max_tw_buckets = 300;
          Connection row = served(State::fin_wait2);
          row.minisocket = true;
          row.inode = 0;
          row.timer = TimerKind::time_wait;
          row.age_ms = 30'000;
          run.rows(200, row);
        }) == R"(
fin-wait2-orphans critical host 200 sockets w=1000 c=150
200 closed connections whose peers do not close, the oldest for 30 s
why: most of one peer: 200 of 198.51.100.7
do: look there for CLOSE_WAIT
run: tcpstat summary --by remote_address,local_port --state FIN_WAIT2
  fin_wait2_orphans 200 >= 1000 sockets (sock_diag)
  share_of_connections 1 >= 0.1 ratio (sock_diag)
  largest_of_one_peer 200 sockets (sock_diag)
  fin_wait2_orphans 200 >= 150 sockets (net.ipv4.tcp_max_tw_buckets)
)");
}

TEST_CASE("full accept queues, with what they dropped") {
  CHECK(said([](Diagnosing& run) {
          run.before.emplace().counters.listen_overflows = 0;
          run.facts.counters.listen_overflows = 7;
          run.listener_drops = {{{endpoint("0.0.0.0", 443)}, 5}};
          Connection waiting = served(State::established);
          waiting.inode = 0;
          run.rows(3, waiting, {{"last_data_sent_ms", 4'000}});
          Listener full = full_queue(443, 129, 128);
          full.owners = {&kOwner, 1};
          run.row(full);
          run.row(full_queue(80, 80, 100));
        }) == R"(
accept-queue-full critical :443 1.00781 ratio w=0.75 c=0.9
:443 holds 129 connections that worker(55) has not accepted, with room for 129, the oldest for 4 s
why: full, new clients are dropped, it dropped 5 SYNs or ACKs just now
do: find out where worker(55) hangs or is slow (its stack, its log); raise its backlog afterwards
run: tcpstat -l -p --local-port 443
  accept_queue_fill 1.00781 >= 0.75 ratio (sock_diag)
  accept_queue 129 connections (sock_diag)
  accept_limit 128 connections (sock_diag)
  oldest_s 4 s (tcp_info)
  listen_overflows 7 connections (/proc/net/netstat ListenOverflows)
  listener_drops 5 segments (sock_diag)
accept-queue-full warning :80 0.8 ratio w=0.75 c=0.9
:80 holds 80 connections that the program has not accepted, with room for 101
why: nearly full
do: find out where the program hangs or is slow (its stack, its log); raise its backlog afterwards
run: tcpstat -l -p --local-port 80
  accept_queue_fill 0.8 >= 0.75 ratio (sock_diag)
  accept_queue 80 connections (sock_diag)
  accept_limit 100 connections (sock_diag)
  listen_overflows 7 connections (/proc/net/netstat ListenOverflows)
)");
}

TEST_CASE("accept queues that were full between the samples") {
  CHECK(said([](Diagnosing& run) {
          run.before.emplace().counters.listen_overflows = 0;
          run.facts.counters.listen_overflows = 7;
          run.listener_drops = {{{endpoint("0.0.0.0", 443)}, 5}};
        }) == R"(
accept-queue-full warning :443 7 connections w=1
7 SYNs or ACKs found the accept queue of :443 full just now, though it is not at this moment
why: bursts outrun its program
do: raise its backlog (listen(2)), and net.core.somaxconn where that is the limit
run: tcpstat -l -p --local-port 443
  listen_overflows 7 >= 1 connections (/proc/net/netstat ListenOverflows)
  listener_drops 5 segments (sock_diag)
)");
  CHECK(said([](Diagnosing& run) {
          run.before.emplace().counters.listen_overflows = 0;
          run.facts.counters.listen_overflows = 1;
          run.listener_drops = {{{endpoint("0.0.0.0", 443)}, 5}, {{endpoint("192.0.2.1", 80)}, 2}};
        }) == R"(
accept-queue-full warning host 1 connections w=1
1 SYN or ACK found an accept queue full just now, though it is not at this moment
why: bursts outrun a program behind :443, 192.0.2.1:80
do: raise its backlog (listen(2)), and net.core.somaxconn where that is the limit
run: tcpstat -l -p --sort accept_queue:desc
  listen_overflows 1 >= 1 connections (/proc/net/netstat ListenOverflows)
  listener_drops 5 segments (sock_diag)
  listener_drops 2 segments (sock_diag)
)");
}

TEST_CASE("data that is not read") {
  CHECK(said([](Diagnosing& run) {
          Connection row = served(State::established);
          row.recv_queue = 1000;
          run.rows(3, row, {{"last_data_recv_ms", 40'000}, {"rcv_wnd", 0}}, kOwner);
        }) == R"(
not-reading warning worker(55) 3 sockets w=1 c=10
worker(55) does not read 3 connections on :443 where data waits, the oldest for 40 s
why: it is stuck, or waits for something else
do: find out where it hangs (its stack, its log)
run: tcpstat --state ESTABLISHED -p -i --pid 55
  connections_not_read 3 >= 1 sockets (sock_diag)
  oldest_last_data_s 40 >= 30 s (tcp_info)
  unread_of_all 3000 bytes (sock_diag)
  full_of_all 3 sockets (sock_diag)
)");
}

TEST_CASE("peers that are gone") {
  CHECK(said([](Diagnosing& run) {
          run.rows(3, with_timer(State::established, TimerKind::retransmit, 4),
                   {{"rto_ms", 3'200}, {"backoff", 4}, {"last_ack_recv_ms", 60'000}});
          run.rows(3, with_timer(State::established, TimerKind::keepalive, 3), {{"last_ack_recv_ms", 200'000}});
          run.rows(3, with_timer(State::established, TimerKind::probe, 4),
                   {{"snd_wnd", 0}, {"last_ack_recv_ms", 20'000}});
        }) == R"(
zero-window-gone warning 198.51.100.7 4 probes w=3 c=6
3 of 9 connections wait for a peer with a closed window that no longer answers, the oldest for 20 s; 198.51.100.7
why: it is gone or cut off
do: see whether the peer is up and reachable
run: tcpstat --state ESTABLISHED -p -i --remote 198.51.100.7 --sort retransmits:desc --limit 20
  unanswered_probes 4 >= 3 probes (sock_diag)
  sockets 3 >= 1 sockets (sock_diag)
  share_of_open 0.333333 >= 0.1 ratio (sock_diag)
  largest_of_one_peer 3 sockets (sock_diag)
  peers 1 peers (sock_diag)
  oldest_s 20 s (tcp_info)
retransmitting warning 198.51.100.7 4 times w=3 c=6
3 of 9 connections wait for an answer to data sent again and again, the oldest for 5 s; 198.51.100.7
why: the peer is gone, or the path loses everything
do: see whether the peer is up and reachable
run: tcpstat --state ESTABLISHED -p -i --remote 198.51.100.7 --sort retransmits:desc --limit 20
  retransmits 4 >= 3 times (sock_diag)
  sockets 3 >= 1 sockets (sock_diag)
  share_of_open 0.333333 >= 0.1 ratio (sock_diag)
  largest_of_one_peer 3 sockets (sock_diag)
  peers 1 peers (sock_diag)
  oldest_s 5.7 s (tcp_info)
keepalive-dead warning 198.51.100.7 3 probes w=2 c=8
3 of 9 connections wait for an answer to keepalive probes, the oldest for 3 min; 198.51.100.7
why: the peer is gone
do: see whether the peer is up and reachable
run: tcpstat --state ESTABLISHED -p -i --remote 198.51.100.7 --sort retransmits:desc --limit 20
  unanswered_probes 3 >= 2 probes (sock_diag)
  sockets 3 >= 1 sockets (sock_diag)
  share_of_open 0.333333 >= 0.1 ratio (sock_diag)
  largest_of_one_peer 3 sockets (sock_diag)
  peers 1 peers (sock_diag)
  oldest_s 200 s (tcp_info)
)");
}

TEST_CASE("one peer that keeps its window closed") {
  CHECK(said([](Diagnosing& run) {
          run.rows(12, with_timer(State::established, TimerKind::probe, 0),
                   {{"snd_wnd", 0}, {"rto_ms", 200}, {"backoff", 8}});
        }) == R"(
zero-window-alive critical 198.51.100.7 101.7 s w=10 c=60
198.51.100.7 keeps the window closed for 101 s on 12 connections on :443
why: it answers and does not read, its program stands still; each holds 1 KB here
do: look at the program there
run: tcpstat --state ESTABLISHED -p -i --sort send_queue:desc --limit 20 --remote 198.51.100.7
  window_closed_s 101.7 >= 60 s (sock_diag)
  sockets 12 >= 1 sockets (sock_diag)
  largest_of_one_peer 12 >= 10 sockets (sock_diag)
  peers 1 peers (sock_diag)
  bytes_held 12000 bytes (sock_diag)
)");
}

TEST_CASE("a destination that answers neither attempts nor an open connection") {
  CHECK(said([](Diagnosing& run) {
          Connection row = connection(State::syn_sent, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
          row.timer = TimerKind::retransmit;
          row.timer_ms = 500;
          row.retransmits = 2;
          for (int i = 0; i < 4; ++i, ++row.local.port) run.rows(1, row, {}, kOwner);
          row.state = State::established;
          run.rows(1, row);
        }) == R"(
syn-sent-blackhole critical 198.51.100.7:443 4 sockets w=3 c=20
198.51.100.7:443 does not answer 4 connection attempts of worker(55), the oldest for 2 s, nor what 1 open connection to it sends
why: it is down, or a firewall drops the SYN
do: see whether it is up, and what drops the SYN on the way
run: tcpstat --state SYN_SENT -p --remote 198.51.100.7:443
  unanswered_syns 4 >= 3 sockets (sock_diag)
  most_retransmits 2 >= 2 times (sock_diag)
  oldest_s 2.5 s (sock_diag)
  working_connections 0 <= 0 sockets (sock_diag)
  unanswered_connections 1 sockets (sock_diag)
)");
}

TEST_CASE("a destination that does not answer, beside one that does") {
  CHECK(said([](Diagnosing& run) {
          Connection row = connection(State::syn_sent, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
          row.timer = TimerKind::retransmit;
          row.timer_ms = 500;
          row.retransmits = 3;
          for (int i = 0; i < 4; ++i, ++row.local.port) run.rows(1, row, {}, kOwner);
          row.state = State::established;
          row.retransmits = 0;
          run.rows(1, row);
        }) == R"(
syn-sent-blackhole warning 198.51.100.7:443 4 sockets w=3 c=20
198.51.100.7:443 does not answer 4 connection attempts of worker(55), the oldest for 3 s, though other connections to it work
why: its queue is full, or segments get lost
do: look at the accept queue there (tcpstat -l), then at the path
run: tcpstat --state SYN_SENT -p --remote 198.51.100.7:443
  unanswered_syns 4 >= 3 sockets (sock_diag)
  most_retransmits 3 >= 2 times (sock_diag)
  oldest_s 3.5 s (sock_diag)
  working_connections 1 sockets (sock_diag)
)");
}

TEST_CASE("what the host has too little of") {
  CHECK(said([](Diagnosing& run) {
          run.rule_limits.settings.tcp_mem_pages = {50, 100, 200};
          run.facts.usage.mem_pages = 195;
          run.rule_limits.settings.max_orphans = 100;
          run.facts.usage.orphan = 40;
          run.rule_limits.settings.max_tw_buckets = 100;
          run.facts.usage.tw = 80;
        }) == R"(
tcp-memory critical host 195 pages w=100 c=190
TCP holds 195 pages, of at most 200
why: segments are dropped and orphans reset
do: find out who holds it, then raise net.ipv4.tcp_mem
run: tcpstat --state ESTABLISHED,SYN_SENT,SYN_RECV,FIN_WAIT1,FIN_WAIT2,TIME_WAIT,CLOSE_WAIT,LAST_ACK,CLOSING --sort recv_queue:desc --limit 20 -p
  tcp_memory 195 >= 190 pages (/proc/net/sockstat)
orphans warning host 0.4 ratio w=0.25 c=0.5
40 connections that no process holds, tcp_max_orphans is 100
why: peers do not finish the close, and the kernel resets what is too much
do: find those peers; raise net.ipv4.tcp_max_orphans where memory allows
run: tcpstat summary --by state,remote_prefix --state FIN_WAIT1,LAST_ACK,CLOSING
  share_of_limit 0.4 >= 0.25 ratio (net.ipv4.tcp_max_orphans)
  orphans 40 sockets (/proc/net/sockstat)
time-wait-limit info host 0.8 ratio w=0.95
80 time-wait sockets, tcp_max_tw_buckets is 100
why: near the limit, which is harmless until it is reached
do: 
run: tcpstat summary --by remote_address,local_port --state TIME_WAIT
  time_wait 80 sockets (/proc/net/sockstat)
  share_of_limit 0.8 >= 0.7 ratio (net.ipv4.tcp_max_tw_buckets)
)");
  CHECK(said([](Diagnosing& run) {
          run.rule_limits.settings.tcp_mem_pages = {50, 100, 200};
          run.facts.usage.mem_pages = 150;
          run.rule_limits.settings.max_orphans = 100;
          run.facts.usage.orphan = 60;
        }) == R"(
orphans critical host 0.6 ratio w=0.25 c=0.5
60 connections that no process holds, tcp_max_orphans is 100
why: peers do not finish the close, and the kernel resets what is too much
do: find those peers; raise net.ipv4.tcp_max_orphans where memory allows
run: tcpstat summary --by state,remote_prefix --state FIN_WAIT1,LAST_ACK,CLOSING
  share_of_limit 0.6 >= 0.25 ratio (net.ipv4.tcp_max_orphans)
  orphans 60 sockets (/proc/net/sockstat)
tcp-memory warning host 150 pages w=100 c=190
TCP holds 150 pages, of at most 200
why: the kernel shrinks windows and buffers
do: find out who holds it, then raise net.ipv4.tcp_mem
run: tcpstat --state ESTABLISHED,SYN_SENT,SYN_RECV,FIN_WAIT1,FIN_WAIT2,TIME_WAIT,CLOSE_WAIT,LAST_ACK,CLOSING --sort recv_queue:desc --limit 20 -p
  tcp_memory 150 >= 100 pages (/proc/net/sockstat)
)");
}

TEST_CASE("ports that one destination takes") {
  CHECK(said([](Diagnosing& run) {
          run.rule_limits.settings.first_local_port = 40'000;
          run.rule_limits.settings.last_local_port = 40'099;
          Connection row = connection(State::established, endpoint("192.0.2.1", 40'000), endpoint("198.51.100.7", 443));
          for (int i = 0; i < 80; ++i, ++row.local.port) {
            row.state = i < 50 ? State::established : State::time_wait;
            run.diagnoser().connection(row);
          }
        }) == R"(
port-exhaustion warning 198.51.100.7:443 0.8 ratio w=0.7 c=0.9
80 of 100 local ports from 192.0.2.1 to 198.51.100.7:443 are taken, 30 by TIME_WAIT
why: new connections there are about to fail
do: share connections, or add a source or destination address
run: tcpstat summary --by state,process --remote 198.51.100.7:443
  ports_taken 0.8 >= 0.7 ratio (sock_diag)
  ports_in_time_wait 30 ports (sock_diag)
  ports_to_take 100 ports (net.ipv4.ip_local_port_range)
)");
}
