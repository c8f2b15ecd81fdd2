// The programs that count what becomes of handshakes where listeners keep requests. A request lives exactly as long as its
// timer (net/ipv4/inet_connection_sock.c), and the tracepoints of timers say when that starts, is cancelled and runs out.
//
// A cancelled timer alone says little: it completes the handshake if the listener's copy, the connection, came just before
// on the same processor; it fires if its expiry comes next; it starts anew where the client repeats its SYN; and else the
// request was reset. So the last one is taken back when a later event says better.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "fate_counts.h"
#include "kernel_types.h"
#include "request_reading.h"

#define PROTOCOL_TCP 6
#define TCP_STATE_ESTABLISHED 1
#define TCP_STATE_SYN_RECV 3
#define MOST_LISTENERS 1024

char LICENSE[] SEC("license") = "Dual MIT/GPL";

const volatile __u32 wanted_netns = 0;   // inode; 0: all
const volatile __u64 request_timer = 0;  // address of reqsk_timer_handler()

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, MOST_LISTENERS);
  __type(key, struct fate_key);
  __type(value, struct fate_counts);
} counts SEC(".maps");

// Events that only the sum over all listeners has, because there are too many listeners.
volatile __u64 listeners_left_out = 0;

// What this processor is at.
struct work {
  __u64 child;   // a connection that was just made; 0: none, or it has its request
  __u64 ended;   // the request that was counted as reset last
  __u32 isn;     // of that: the next one may get the same memory
  __u64 firing;  // the request whose timer runs out
  struct fate_key key;
  __u32 fate;  // of `firing`, if its timer does not start anew
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct work);
} works SEC(".maps");

static __always_inline struct work* my_work(void) {
  const __u32 zero = 0;
  return bpf_map_lookup_elem(&works, &zero);
}

static __always_inline void add_to(const struct fate_key* key, __u32 fate, __u64 how_many) {
  struct fate_counts* found = bpf_map_lookup_elem(&counts, key);
  if (!found) {
    const struct fate_counts none = {};
    bpf_map_update_elem(&counts, key, &none, BPF_NOEXIST);
    found = bpf_map_lookup_elem(&counts, key);
  }
  if (found && fate < FATES) found->of[fate] += how_many;
  if (!found && key->port != 0) __sync_fetch_and_add(&listeners_left_out, 1);
}

static __always_inline void add(const struct fate_key* listener, __u32 fate, __u64 how_many) {
  const struct fate_key all = {.netns = listener->netns};
  add_to(&all, fate, how_many);
  if (listener->port != 0) add_to(listener, fate, how_many);
}

// The address of the request whose timer is the first argument; 0: it is another timer, or of another namespace.
static __always_inline __u64 request_of(const void* arguments) {
  __u64 timer = 0;  // as a number: the verifier refuses arithmetic on a pointer
  if (bpf_probe_read_kernel(&timer, sizeof timer, arguments) != 0) return 0;
  const __u64 address = timer - bpf_core_field_offset(struct request_sock, rsk_timer);
  const struct request_sock* request = (const struct request_sock*)address;
  if (wanted_netns == 0) return address;
  return BPF_CORE_READ(request, __req_common.skc_net.net, ns.inum) == wanted_netns ? address : 0;
}

static __always_inline void describe(const struct sock* listener, struct fate_key* key) {
  __builtin_memset(key, 0, sizeof *key);
  key->netns = BPF_CORE_READ(listener, __sk_common.skc_net.net, ns.inum);
  key->family = BPF_CORE_READ(listener, __sk_common.skc_family);
  key->port = BPF_CORE_READ(listener, __sk_common.skc_num);
  key->interface = BPF_CORE_READ(listener, __sk_common.skc_bound_dev_if);
  if (key->family == FAMILY_INET6) {
    BPF_CORE_READ_INTO(&key->address, listener, __sk_common.skc_v6_rcv_saddr);
  } else {
    const __be32 address = BPF_CORE_READ(listener, __sk_common.skc_rcv_saddr);
    __builtin_memcpy(key->address, &address, sizeof address);
  }
}

// A SYN+ACK was sent again, and the client has not sent the ACK that only data is waited for after (TCP_DEFER_ACCEPT).
static __always_inline int is_late(const struct request_sock* request) {
  return BPF_CORE_READ_BITFIELD_PROBED(request, num_timeout) != 0 &&
         BPF_CORE_READ_BITFIELD_PROBED((const struct inet_request_sock*)request, acked) == 0;
}

static __always_inline void take_back(struct work* work, __u64 address) {
  if (work->ended != address) return;
  add(&work->key, FATE_RESET, -1);
  work->ended = 0;
}

SEC("tp_btf/timer_start")
int BPF_PROG(started, struct timer_list* timer) {
  if ((__u64)timer->function != request_timer) return 0;
  const __u64 address = request_of(ctx);
  struct work* work = my_work();
  if (address == 0 || !work) return 0;
  if (work->firing == address) {
    work->firing = 0;
  } else if (work->ended == address && work->isn == isn_of(address)) {
    take_back(work, address);
  } else {
    struct fate_key key;
    describe(BPF_CORE_READ((const struct request_sock*)address, __req_common.skc_listener), &key);
    add(&key, FATE_BORN, 1);
  }
  return 0;
}

SEC("tp_btf/timer_cancel")
int BPF_PROG(cancelled, struct timer_list* timer) {
  if ((__u64)timer->function != request_timer) return 0;
  const __u64 address = request_of(ctx);
  struct work* work = my_work();
  if (address == 0 || !work) return 0;
  const struct request_sock* request = (const struct request_sock*)address;
  describe(BPF_CORE_READ(request, __req_common.skc_listener), &work->key);
  if (is_of(request, work->child)) {
    add(&work->key, FATE_COMPLETED, 1);
    if (is_late(request)) add(&work->key, FATE_ANSWERED_LATE, 1);
    work->child = 0;
    work->ended = 0;
  } else {
    add(&work->key, FATE_RESET, 1);
    work->ended = address;
    work->isn = isn_of(address);
  }
  return 0;
}

SEC("tp_btf/timer_expire_entry")
int BPF_PROG(expires, struct timer_list* timer) {
  if ((__u64)timer->function != request_timer) return 0;
  const __u64 address = request_of(ctx);
  struct work* work = my_work();
  if (address == 0 || !work) return 0;
  take_back(work, address);
  work->ended = 0;
  const struct request_sock* request = (const struct request_sock*)address;
  const struct sock* listener = BPF_CORE_READ(request, __req_common.skc_listener);
  describe(listener, &work->key);
  work->firing = address;
  work->fate = fate_of(request, listener);
  if (is_late(request)) add(&work->key, FATE_UNANSWERED_AGAIN, 1);
  return 0;
}

SEC("tp_btf/timer_expire_exit")
int BPF_PROG(expired, struct timer_list* timer) {
  struct work* work = my_work();
  if (!work || work->firing == 0) return 0;
  // The request may be gone: its memory says nothing any more, its address does.
  __u64 address = 0;
  if (bpf_probe_read_kernel(&address, sizeof address, ctx) != 0) return 0;
  if (address - bpf_core_field_offset(struct request_sock, rsk_timer) != work->firing) return 0;
  work->firing = 0;
  work->ended = 0;
  add(&work->key, work->fate, 1);
  return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(stepped, struct sock* sk, int from, int to) {
  if (from != TCP_STATE_SYN_RECV && to != TCP_STATE_SYN_RECV) return 0;
  const __u32 netns = sk->__sk_common.skc_net.net->ns.inum;
  if (sk->sk_protocol != PROTOCOL_TCP || (wanted_netns != 0 && netns != wanted_netns)) return 0;
  struct work* work = my_work();
  __u64 address = 0;
  if (!work || bpf_probe_read_kernel(&address, sizeof address, ctx) != 0) return 0;
  const struct fate_key all = {.netns = netns};
  if (from == TCP_STATE_LISTEN && to == TCP_STATE_SYN_RECV) {
    work->child = address;
    add(&all, FATE_CONNECTIONS, 1);
    return 0;
  }
  if (work->child != address) return 0;
  work->child = 0;
  // Whose data came with the SYN (Fast Open) had no request in the queue either.
  const int fast_open = BPF_CORE_READ_BITFIELD_PROBED((const struct tcp_sock*)address, syn_data_acked);
  if (to == TCP_STATE_ESTABLISHED && !fast_open) add(&all, FATE_COOKIE, 1);
  return 0;
}
