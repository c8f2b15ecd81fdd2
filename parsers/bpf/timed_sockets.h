#pragma once
// The programs of a trace that count requests, and follow them and time-wait sockets. C for the kernel alone.

#ifdef __bpf__  // behind request_work.h and ring_writing.h

#define TCP_STATE_NEW_SYN_RECV 12

// Addresses of reqsk_timer_handler() and tw_timer_handler(); 0: nothing is told or counted of such sockets.
const volatile __u64 request_timer = 0;
const volatile __u64 time_wait_timer = 0;

// Whether records of them are written; otherwise requests are only counted.
const volatile __u8 tells_minisockets = 0;
// Whether requests that begin or become connections are recorded too, and not only those that end otherwise.
const volatile __u8 tells_every_request = 0;

// What became of the requests that passed the filter.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct fate_counts);
} fates SEC(".maps");

static __always_inline void add(const struct fate_key* key, __u32 fate, __u64 how_many) {
  const __u32 zero = 0;
  struct fate_counts* counts = bpf_map_lookup_elem(&fates, &zero);
  if (counts && fate < FATES) counts->of[fate] += how_many;
}

static __always_inline void describe(const struct request_sock* request, struct fate_key* key) {}

// The connection that a request became last on this processor.
struct grown {
  __u64 socket;
  __u64 began_ns;  // when the first SYN+ACK was sent
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct grown);
} grown_connections SEC(".maps");

static __always_inline struct grown* my_grown(void) {
  const __u32 zero = 0;
  return bpf_map_lookup_elem(&grown_connections, &zero);
}

static __always_inline __u64 beginning_of_request(__u64 address) {
  return BPF_CORE_READ((const struct tcp_request_sock*)address, snt_synack) * 1000;
}

// A request and a time-wait socket live exactly as long as their timers (net/ipv4/inet_connection_sock.c,
// inet_timewait_sock.c). The reader finds out what a cancelled timer means: it may start again, or be firing.
struct timed {
  __u64 address;  // 0: another timer, or of another namespace
  int is_request;
};

static __always_inline struct timed timed_of(const void* arguments, const struct timer_list* timer) {
  struct timed out = {0, 0};
  const __u64 handler = (__u64)timer->function;
  if (handler != request_timer && (!tells_minisockets || handler != time_wait_timer)) return out;
  if (handler == request_timer) {
    out.is_request = 1;
    out.address = request_of(arguments, wanted_netns);
    return out;
  }
  __u64 address = 0;
  if (bpf_probe_read_kernel(&address, sizeof address, arguments) != 0) return out;
  out.address = address - bpf_core_field_offset(struct inet_timewait_sock, tw_timer);
  return out;
}

static __always_inline __u8 end_by_fate(__u32 fate) {
  switch (fate) {
    case FATE_LISTENER_GONE:
      return RING_ENDS_LISTENER_GONE;
    case FATE_PRUNED:
      return RING_ENDS_PRUNED;
    default:
      return RING_ENDS_EXPIRED;
  }
}

static __always_inline int hand_over_timed(const struct timed timed, __u8 kind, __u8 reason) {
  const __u64 address =
      timed.address;  // copied: CO-RE would relocate an access through `timed` as a structure of the kernel
  const struct sock_common* common = (const struct sock_common*)address;
  const __u16 family = BPF_CORE_READ(common, skc_family);
  if (wanted_family != 0 && family != wanted_family) return 0;
  const __u32 netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
  if (wanted_netns != 0 && netns != wanted_netns) return 0;
  const __u16 remote_port = __builtin_bswap16(BPF_CORE_READ(common, skc_dport));
  const __u16 local_port = BPF_CORE_READ(common, skc_num);
  if (!port_is_wanted(local_port) && !port_is_wanted(remote_port)) return 0;
  struct ring_record* record = counted_record(RING_WHOLE, address, kind);
  if (!record) return 0;
  record->flags = RING_HAS_MORE;
  record->began_ns = timed.is_request ? beginning_of_request(address) : 0;
  record->received = 0;
  record->cookie = BPF_CORE_READ(common, skc_cookie.counter);
  record->netns = netns;
  if (family == FAMILY_INET6) {
    BPF_CORE_READ_INTO((struct in6_addr*)record->addresses, common, skc_v6_rcv_saddr);
    BPF_CORE_READ_INTO((struct in6_addr*)(record->addresses + 16), common, skc_v6_daddr);
  } else {
    __builtin_memset(record->addresses, 0, sizeof record->addresses);
    BPF_CORE_READ_INTO((__u32*)record->addresses, common, skc_rcv_saddr);
    BPF_CORE_READ_INTO((__u32*)(record->addresses + 4), common, skc_daddr);
  }
  record->local_port = local_port;
  record->remote_port = remote_port;
  record->protocol = PROTOCOL_TCP;
  record->family = family;
  record->reason = reason;
  if (timed.is_request) {
    record->from = TCP_STATE_NEW_SYN_RECV;
    record->to = BPF_CORE_READ_BITFIELD_PROBED((const struct request_sock*)address, num_timeout);
    record->isn = isn_of(address);
  } else {
    record->from = BPF_CORE_READ((const struct inet_timewait_sock*)address, tw_substate);
  }
  submit(record);
  return 0;
}

static __always_inline struct work* work_of(const struct timed timed) { return timed.is_request ? my_work() : 0; }

SEC("tp_btf/timer_start")
int BPF_PROG(timer_started, struct timer_list* timer) {
  const struct timed timed = timed_of(ctx, timer);
  if (timed.address == 0) return 0;
  struct work* work = work_of(timed);
  const int is_new = work && count_start(work, timed.address);
  if (!tells_minisockets || (is_new && !tells_every_request)) return 0;
  return hand_over_timed(timed, RING_TIMER_STARTED, RING_ENDS_NONE);
}

SEC("tp_btf/timer_cancel")
int BPF_PROG(timer_cancelled, struct timer_list* timer) {
  const struct timed timed = timed_of(ctx, timer);
  if (timed.address == 0) return 0;
  struct work* work = work_of(timed);
  const __u64 child = work ? work->child : 0;
  const int is_completed = work && count_cancelling(work, timed.address);
  if (!tells_minisockets) return 0;
  if (is_completed && !tells_every_request) {
    struct grown* grown = my_grown();
    if (grown) *grown = (struct grown){child, beginning_of_request(timed.address)};
    return 0;
  }
  return hand_over_timed(timed, RING_TIMER_CANCELLED, is_completed ? RING_ENDS_COMPLETED : RING_ENDS_NONE);
}

SEC("tp_btf/timer_expire_entry")
int BPF_PROG(timer_expires, struct timer_list* timer) {
  const struct timed timed = timed_of(ctx, timer);
  if (timed.address == 0) return 0;
  struct work* work = work_of(timed);
  const __u8 end = work ? end_by_fate(count_expiry(work, timed.address)) : RING_ENDS_EXPIRED;
  return tells_minisockets ? hand_over_timed(timed, RING_TIMER_EXPIRES, end) : 0;
}

// From here on the request may be freed, so its memory must not be read.
SEC("tp_btf/timer_expire_exit")
int BPF_PROG(timer_expired, struct timer_list* timer) {
  struct work* work = my_work();
  const __u64 address = work ? count_expired(work, ctx) : 0;
  if (address == 0 || !tells_minisockets) return 0;
  struct ring_record* record = counted_record(RING_SHORT, address, RING_TIMER_EXPIRED);
  if (!record) return 0;
  __builtin_memset(record->addresses, 0, 8);
  submit(record);
  return 0;
}

#endif
