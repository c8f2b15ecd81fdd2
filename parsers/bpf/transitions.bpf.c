// The programs that run in the kernel where sockets change state: they choose, copy, and hand over through a ring buffer.
#include <asm/errno.h>
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "fate_counts.h"
#include "kernel_types.h"
#include "request_reading.h"
#include "request_work.h"
#include "ring_record.h"
#include "ring_writing.h"
#include "timed_sockets.h"

#define PROTOCOL_MPTCP 262
#define TCP_STATE_SYN_SENT 2
#define TCP_STATE_FIN_WAIT1 4
#define TCP_STATE_FIN_WAIT2 5
#define TCP_STATE_TIME_WAIT 6
#define TCP_STATE_CLOSE 7
#define TCP_STATE_LAST_ACK 9
#define TCP_STATE_CLOSING 11

char LICENSE[] SEC("license") = "Dual MIT/GPL";

// Processes that the reader starts are followed, and theirs. Its own number is that of its PID namespace, whose file is
// this device and inode; all other numbers are the kernel's own.
const volatile __u32 followed_parent = 0;  // 0: nobody is followed
const volatile __u64 namespace_device = 0;
const volatile __u64 namespace_inode = 0;

// What else is told, besides steps.
const volatile __u8 tells_actors = 0;
const volatile __u8 tells_lives = 0;  // what a connection has carried, when its handshake began

// Transitions that `rescue` found `guarded` to have missed.
volatile __u64 rescued = 0;

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1 << 14);
  __type(key, __u32);
  __type(value, __u8);
} followed SEC(".maps");

static __always_inline int is_followed(__u32 process) { return bpf_map_lookup_elem(&followed, &process) != 0; }

struct told {
  __u8 kind;
  __u8 from;
  __u8 to;
  __u8 flags;
  __u8 reason;
};

// Where the current process is the one that did it, by a system call. Elsewhere it is anybody: the peer over loopback,
// or whom the packet interrupted.
static __always_inline void tell_actor(struct sock* sk, __u8 from, __u8 to) {
  const int acts = (from == TCP_STATE_CLOSE && (to == TCP_STATE_LISTEN || to == TCP_STATE_SYN_SENT)) ||
                   (from == TCP_STATE_LISTEN && to == TCP_STATE_CLOSE) || (to == TCP_STATE_FIN_WAIT1 && from != to) ||
                   to == TCP_STATE_LAST_ACK;
  struct bpf_pidns_info self = {};
  if (!acts || bpf_get_ns_current_pid_tgid(namespace_device, namespace_inode, &self, sizeof self) != 0) return;
  // Not counted where it is lost: the transition behind it is.
  struct ring_record* record = new_record(RING_LONG, (__u64)sk, RING_ACTOR);
  if (!record) return;
  record->netns = self.tgid;
  bpf_get_current_comm(record->addresses, 16);
  submit(record);
}

static __always_inline int has_carried(const struct sock* sk, __u8 from, __u8 to) {
  return to == TCP_STATE_CLOSE && from != TCP_STATE_CLOSE && from != TCP_STATE_LISTEN &&
         sk->sk_protocol == PROTOCOL_TCP;
}

// When the handshake began that is over with this step; 0: that is not known.
static __always_inline __u64 beginning_of(const struct sock* sk, __u8 from, __u8 to) {
  if (request_timer == 0 || from != TCP_STATE_SYN_RECV || to != TCP_STATE_ESTABLISHED) return 0;
  struct grown* grown = my_grown();
  return grown && grown->socket == (__u64)sk ? grown->began_ns : 0;
}

// tcp_fin() sets it.
static __always_inline __u64 fin_has_come(const struct sock* sk) {
  return sk->__sk_common.skc_flags >> bpf_core_enum_value(enum sock_flags, SOCK_DONE) & 1;
}

static __always_inline void write_carried(struct ring_record* record, struct sock* sk) {
  const struct tcp_sock* tcp = (const struct tcp_sock*)sk;
  record->sent = BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
  // A FIN that came is counted as a byte.
  record->received = BPF_CORE_READ(tcp, bytes_received) - fin_has_come(sk);
}

// tcp_rcv_state_process() ends a socket when its FIN, the last byte, is acknowledged; tcp_write_err() stores its error
// first.
static __always_inline __u8 close_of(struct sock* sk, __u8 from) {
  const struct tcp_sock* tcp = (const struct tcp_sock*)sk;
  const int sent_fin = from == TCP_STATE_FIN_WAIT2 || from == TCP_STATE_CLOSING || from == TCP_STATE_LAST_ACK;
  if (sent_fin && fin_has_come(sk) && BPF_CORE_READ(tcp, snd_una) == BPF_CORE_READ(tcp, write_seq)) {
    return RING_CLOSE_BOTH_FINS;
  }
  const int soft = sk->sk_err_soft;
  return sk->sk_err == (soft != 0 ? soft : ETIMEDOUT) ? RING_CLOSE_GAVE_UP : RING_CLOSE_OTHER;
}

static __always_inline void write_ipv4(struct ring_record* record, const struct sock_common* common) {
  *(__u32*)record->addresses = common->skc_rcv_saddr;
  *(__u32*)(record->addresses + 4) = common->skc_daddr;
}

static __always_inline void write_ipv6(struct ring_record* record, const struct sock_common* common) {
  __builtin_memcpy(record->addresses, &common->skc_v6_rcv_saddr, 16);
  __builtin_memcpy(record->addresses + 16, &common->skc_v6_daddr, 16);
}

static __always_inline int hand_over(struct sock* sk, const struct told told) {
  struct sock_common* common = &sk->__sk_common;
  const __u16 protocol = sk->sk_protocol;
  if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_MPTCP) return 0;
  const __u16 family = common->skc_family;
  if (wanted_family != 0 && family != wanted_family) return 0;
  const __u32 netns = common->skc_net.net->ns.inum;
  if (wanted_netns != 0 && netns != wanted_netns) return 0;
  const __u16 remote_port = __builtin_bswap16(common->skc_dport);
  __u16 local_port = common->skc_num;
  // The port is given back before the state is CLOSE; inet_sport keeps it.
  if (local_port == 0) local_port = __builtin_bswap16(BPF_CORE_READ((struct inet_sock*)sk, inet_sport));
  // A port that is not there may still come: a life is handed over whole.
  if (local_port != 0 && remote_port != 0 && !port_is_wanted(local_port) && !port_is_wanted(remote_port)) return 0;

  if (tells_actors && told.kind == RING_TRANSITION) tell_actor(sk, told.from, told.to);

  const int carried = tells_lives && told.kind == RING_TRANSITION && has_carried(sk, told.from, told.to);
  const __u64 began_ns = tells_lives && told.kind == RING_TRANSITION ? beginning_of(sk, told.from, told.to) : 0;
  // What a size has room for is written where that is chosen: the verifier sees no further.
  __u8 flags = told.flags;
  struct ring_record* record;
  if (carried || began_ns != 0) {
    record = counted_record(RING_WHOLE, (__u64)sk, told.kind);
    if (!record) return 0;
    flags |= RING_HAS_MORE;
    record->began_ns = began_ns;
    record->received = 0;
    if (carried) write_carried(record, sk);
    if (family == FAMILY_INET6) {
      write_ipv6(record, common);
    } else {
      write_ipv4(record, common);
    }
  } else if (family == FAMILY_INET6) {
    record = counted_record(RING_LONG, (__u64)sk, told.kind);
    if (!record) return 0;
    write_ipv6(record, common);
  } else {
    record = counted_record(RING_SHORT, (__u64)sk, told.kind);
    if (!record) return 0;
    write_ipv4(record, common);
  }
  // Before Linux 6.15 the child of a listener is still its listener's copy here, cookie and all.
  const int copy = told.from == TCP_STATE_LISTEN && told.to == TCP_STATE_SYN_RECV && remote_port == 0;
  record->cookie = copy ? 0 : bpf_get_socket_cookie(sk);
  record->netns = netns;
  record->local_port = local_port;
  record->remote_port = remote_port;
  record->protocol = protocol;
  const __u32 interface = common->skc_bound_dev_if;
  record->interface = interface >> 16 ? 0 : interface;
  if (followed_parent != 0 && is_followed(bpf_get_current_pid_tgid() >> 32)) flags |= RING_FOLLOWED;
  record->flags = flags;
  record->family = family;
  record->from = told.from;
  record->to = told.to;
  record->reason = carried ? close_of(sk, told.from) : told.reason;
  submit(record);
  return 0;
}

// The kernel runs no program inside itself: a softirq that interrupts `guarded` on its processor has its own transitions
// skipped there (bpf_prog_info.recursion_misses, kernel/trace/bpf_trace.c, __bpf_trace_run()). `rescue` is attached behind
// it and takes those. Which ones `guarded` took it says here, by socket: between the two programs nothing else happens to
// that socket, because its lock is held. An entry stays where `rescue` itself was skipped; the next step of the same socket
// is another one and replaces it. Where two sockets share a place one may be taken twice, and the reader drops that.
#define MOST_TAKEN (1 << 14)
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, MOST_TAKEN);
  __type(key, __u32);
  __type(value, __u64);
} taken SEC(".maps");

struct step {
  volatile __u64* place;
  __u64 what;  // the socket, by the lower half of its address and its ports, and the two states
};

static __always_inline int find_step(struct sock* sk, int from, int to, struct step* step) {
  // Its lower half is a number; on the whole pointer the verifier refuses arithmetic, so the compiler must not go back to it.
  __u32 address = (__u64)sk;
  asm volatile("" : "+w"(address));
  const __u32 at = (address * 0x9E3779B1U >> 18) & (MOST_TAKEN - 1);
  step->place = bpf_map_lookup_elem(&taken, &at);
  const __u64 ports = (__u32)sk->__sk_common.skc_num << 8 ^ sk->__sk_common.skc_dport;
  step->what = (__u64)address << 32 | ports << 8 | (from & 15) << 4 | (to & 15);
  return step->place != 0;
}

// What follows from a step for the counts of requests, whichever program takes it.
static __always_inline void count_connection(const void* arguments, struct sock* sk, int from, int to) {
  if (request_timer == 0 || (from != TCP_STATE_SYN_RECV && to != TCP_STATE_SYN_RECV)) return;
  const __u32 netns = sk->__sk_common.skc_net.net->ns.inum;
  if (sk->sk_protocol != PROTOCOL_TCP || (wanted_netns != 0 && netns != wanted_netns)) return;
  struct work* work = my_work();
  __u64 address = 0;
  if (work && bpf_probe_read_kernel(&address, sizeof address, arguments) == 0)
    count_step(work, address, from, to, netns);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(guarded, struct sock* sk, int from, int to) {
  struct step step;
  if (find_step(sk, from, to, &step)) *step.place = step.what;
  count_connection(ctx, sk, from, to);
  return hand_over(sk, (struct told){RING_TRANSITION, from, to, 0, 0});
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(rescue, struct sock* sk, int from, int to) {
  struct step step;
  if (!find_step(sk, from, to, &step)) return 0;
  const __u64 found = *step.place;
  if (found >> 8 == step.what >> 8) *step.place = 0;
  if (found == step.what) return 0;
  __sync_fetch_and_add(&rescued, 1);
  count_connection(ctx, sk, from, to);
  return hand_over(sk, (struct told){RING_TRANSITION, from, to, RING_RESCUED, 0});
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(reset_received, struct sock* sk) { return hand_over(sk, (struct told){RING_RESET, 0, 0, 0, 0}); }

// Of the running kernel's number, ours.
#define IS_REASON(kernel, ours)                                    \
  if (bpf_core_enum_value_exists(enum sk_rst_reason, kernel) &&    \
      reason == bpf_core_enum_value(enum sk_rst_reason, kernel)) { \
    return ours;                                                   \
  }
static __always_inline __u8 known_reason(__u32 reason) {
  IS_REASON(SK_RST_REASON_NOT_SPECIFIED, RING_REASON_NONE)
  IS_REASON(SK_RST_REASON_TCP_INVALID_ACK_SEQUENCE, RING_REASON_INVALID_ACK)
  IS_REASON(SK_RST_REASON_TCP_RFC7323_PAWS, RING_REASON_PAWS)
  IS_REASON(SK_RST_REASON_TCP_TOO_OLD_ACK, RING_REASON_OLD_ACK)
  IS_REASON(SK_RST_REASON_TCP_OLD_ACK, RING_REASON_OLD_ACK)
  IS_REASON(SK_RST_REASON_TCP_ACK_UNSENT_DATA, RING_REASON_UNSENT_ACK)
  IS_REASON(SK_RST_REASON_TCP_FLAGS, RING_REASON_FLAGS)
  IS_REASON(SK_RST_REASON_TCP_ABORT_ON_DATA, RING_REASON_ABORT_ON_DATA)
  IS_REASON(SK_RST_REASON_INVALID_SYN, RING_REASON_INVALID_SYN)
  IS_REASON(SK_RST_REASON_TCP_ABORT_ON_CLOSE, RING_REASON_ABORT_ON_CLOSE)
  IS_REASON(SK_RST_REASON_TCP_ABORT_ON_LINGER, RING_REASON_ABORT_ON_LINGER)
  IS_REASON(SK_RST_REASON_TCP_ABORT_ON_MEMORY, RING_REASON_ABORT_ON_MEMORY)
  IS_REASON(SK_RST_REASON_TCP_STATE, RING_REASON_ABORT)
  IS_REASON(SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT, RING_REASON_KEEPALIVE_TIMEOUT)
  IS_REASON(SK_RST_REASON_TCP_DISCONNECT_WITH_DATA, RING_REASON_DISCONNECT_WITH_DATA)
  return RING_REASON_OTHER;
}

// For whom, if for anybody: a port that nobody listens on has no socket, a listener lives on, a request or a time-wait
// socket is no full one.
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent, struct sock* sk) {
  if (!sk) return 0;
  const __u8 state = sk->__sk_common.skc_state;
  if (state == TCP_STATE_LISTEN || state == TCP_STATE_TIME_WAIT || state == TCP_STATE_NEW_SYN_RECV) return 0;
  // Linux 6.10 gives the reason as third argument; elsewhere the verifier never sees this branch.
  const __u8 reason = bpf_core_type_exists(enum sk_rst_reason) ? known_reason(ctx[2]) : RING_REASON_NONE;
  return hand_over(sk, (struct told){RING_RESET_SENT, 0, 0, 0, reason});
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct* parent, struct task_struct* child) {
  const __u32 from = parent->tgid;
  const __u32 to = child->tgid;
  if (followed_parent == 0 || from == to) return 0;  // a thread is no process
  struct bpf_pidns_info self = {};
  if (!is_followed(from) && (bpf_get_ns_current_pid_tgid(namespace_device, namespace_inode, &self, sizeof self) != 0 ||
                             self.tgid != followed_parent)) {
    return 0;
  }
  const __u8 yes = 1;
  bpf_map_update_elem(&followed, &to, &yes, BPF_ANY);
  return 0;
}
