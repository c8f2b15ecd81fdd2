// The programs that count what becomes of handshakes, by listener.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "fate_counts.h"
#include "kernel_types.h"
#include "request_reading.h"
#include "request_work.h"

#define PROTOCOL_TCP 6
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

// Events that a listener, or all of a namespace, lack, because there are too many listeners.
volatile __u64 listeners_left_out = 0;

static __always_inline void add_to(const struct fate_key* key, __u32 fate, __u64 how_many) {
  struct fate_counts* found = bpf_map_lookup_elem(&counts, key);
  if (!found) {
    const struct fate_counts none = {};
    bpf_map_update_elem(&counts, key, &none, BPF_NOEXIST);
    found = bpf_map_lookup_elem(&counts, key);
  }
  if (found && fate < FATES) found->of[fate] += how_many;
  if (!found) __sync_fetch_and_add(&listeners_left_out, 1);
}

static __always_inline void add(const struct fate_key* listener, __u32 fate, __u64 how_many) {
  const struct fate_key all = {.netns = listener->netns};
  add_to(&all, fate, how_many);
  if (listener->port != 0) add_to(listener, fate, how_many);
}

static __always_inline void describe(const struct request_sock* request, struct fate_key* key) {
  const struct sock* listener = BPF_CORE_READ(request, __req_common.skc_listener);
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

SEC("tp_btf/timer_start")
int BPF_PROG(started, struct timer_list* timer) {
  if ((__u64)timer->function != request_timer) return 0;
  const __u64 address = request_of(ctx, wanted_netns);
  struct work* work = my_work();
  if (address != 0 && work) count_start(work, address);
  return 0;
}

SEC("tp_btf/timer_cancel")
int BPF_PROG(cancelled, struct timer_list* timer) {
  if ((__u64)timer->function != request_timer) return 0;
  const __u64 address = request_of(ctx, wanted_netns);
  struct work* work = my_work();
  if (address != 0 && work) count_cancelling(work, address);
  return 0;
}

SEC("tp_btf/timer_expire_entry")
int BPF_PROG(expires, struct timer_list* timer) {
  if ((__u64)timer->function != request_timer) return 0;
  const __u64 address = request_of(ctx, wanted_netns);
  struct work* work = my_work();
  if (address != 0 && work) count_expiry(work, address);
  return 0;
}

SEC("tp_btf/timer_expire_exit")
int BPF_PROG(expired, struct timer_list* timer) {
  struct work* work = my_work();
  if (work) count_expired(work, ctx);
  return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(stepped, struct sock* sk, int from, int to) {
  if (from != TCP_STATE_SYN_RECV && to != TCP_STATE_SYN_RECV) return 0;
  const __u32 netns = sk->__sk_common.skc_net.net->ns.inum;
  if (sk->sk_protocol != PROTOCOL_TCP || (wanted_netns != 0 && netns != wanted_netns)) return 0;
  struct work* work = my_work();
  __u64 address = 0;
  if (work && bpf_probe_read_kernel(&address, sizeof address, ctx) == 0) count_step(work, address, from, to, netns);
  return 0;
}
