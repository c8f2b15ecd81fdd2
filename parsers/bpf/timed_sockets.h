#pragma once
// The programs of a trace that follow requests and time-wait sockets. Of C for the kernel alone.

#ifdef __bpf__  // behind request_reading.h and ring_writing.h

#define TCP_STATE_NEW_SYN_RECV 12

// Addresses of reqsk_timer_handler() and tw_timer_handler(); 0: such sockets are not followed.
const volatile __u64 request_timer = 0;
const volatile __u64 time_wait_timer = 0;

// The connection that a listener made last on this processor: it completes a request.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} children SEC(".maps");

static __always_inline void remember_child(const void* arguments) {
  const __u32 zero = 0;
  __u64* child = bpf_map_lookup_elem(&children, &zero);
  if (child) bpf_probe_read_kernel(child, sizeof *child, arguments);
}

// A request and a time-wait socket live exactly as long as their timers (net/ipv4/inet_connection_sock.c,
// inet_timewait_sock.c). What a cancelled timer means the reader finds out: it may start anew, or be firing.
struct timed {
  __u64 address;  // 0: another timer
  int is_request;
};

static __always_inline struct timed timed_of(const void* arguments, const struct timer_list* timer) {
  struct timed out = {0, 0};
  const __u64 handler = (__u64)timer->function;
  if (handler != request_timer && handler != time_wait_timer) return out;
  __u64 address = 0;  // as a number: the verifier refuses arithmetic on a pointer
  if (bpf_probe_read_kernel(&address, sizeof address, arguments) != 0) return out;
  out.is_request = handler == request_timer;
  out.address = address - (out.is_request ? bpf_core_field_offset(struct request_sock, rsk_timer)
                                          : bpf_core_field_offset(struct inet_timewait_sock, tw_timer));
  return out;
}

static __always_inline __u8 end_of_request(__u64 address) {
  const struct request_sock* request = (const struct request_sock*)address;
  switch (fate_of(request, BPF_CORE_READ(request, __req_common.skc_listener))) {
    case FATE_LISTENER_GONE:
      return RING_ENDS_LISTENER_GONE;
    case FATE_PRUNED:
      return RING_ENDS_PRUNED;
    default:
      return RING_ENDS_EXPIRED;
  }
}

static __always_inline __u8 end_of_cancelled(__u64 address) {
  const __u32 zero = 0;
  __u64* child = bpf_map_lookup_elem(&children, &zero);
  if (!child || !is_of((const struct request_sock*)address, *child)) return RING_ENDS_NONE;
  *child = 0;
  return RING_ENDS_COMPLETED;
}

static __always_inline int hand_over_timed(const struct timed timed, __u8 kind, __u8 reason) {
  const __u64 address = timed.address;  // by itself: an access through `timed` would be looked for in the kernel
  const struct sock_common* common = (const struct sock_common*)address;
  const __u16 family = BPF_CORE_READ(common, skc_family);
  if (wanted_family != 0 && family != wanted_family) return 0;
  const __u32 netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
  if (wanted_netns != 0 && netns != wanted_netns) return 0;
  const __u16 remote_port = __builtin_bswap16(BPF_CORE_READ(common, skc_dport));
  const __u16 local_port = BPF_CORE_READ(common, skc_num);
  if (!port_is_wanted(local_port) && !port_is_wanted(remote_port)) return 0;
  struct ring_record* record = counted_record(address, kind);
  if (!record) return 0;
  record->cookie = BPF_CORE_READ(common, skc_cookie.counter);
  record->netns = netns;
  if (family == FAMILY_INET6) {
    BPF_CORE_READ_INTO(&record->local, common, skc_v6_rcv_saddr);
    BPF_CORE_READ_INTO(&record->remote, common, skc_v6_daddr);
  } else {
    BPF_CORE_READ_INTO((__u32*)record->local, common, skc_rcv_saddr);
    BPF_CORE_READ_INTO((__u32*)record->remote, common, skc_daddr);
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

SEC("tp_btf/timer_start")
int BPF_PROG(timer_started, struct timer_list* timer) {
  const struct timed timed = timed_of(ctx, timer);
  return timed.address == 0 ? 0 : hand_over_timed(timed, RING_TIMER_STARTED, RING_ENDS_NONE);
}

SEC("tp_btf/timer_cancel")
int BPF_PROG(timer_cancelled, struct timer_list* timer) {
  const struct timed timed = timed_of(ctx, timer);
  if (timed.address == 0) return 0;
  const __u8 end = timed.is_request ? end_of_cancelled(timed.address) : RING_ENDS_NONE;
  return hand_over_timed(timed, RING_TIMER_CANCELLED, end);
}

// What runs out on this processor. Behind it the socket may be gone, and its memory says nothing any more.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} firing SEC(".maps");

SEC("tp_btf/timer_expire_entry")
int BPF_PROG(timer_expires, struct timer_list* timer) {
  const struct timed timed = timed_of(ctx, timer);
  const __u32 zero = 0;
  __u64* now = bpf_map_lookup_elem(&firing, &zero);
  if (timed.address == 0 || !now) return 0;
  if (timed.is_request) bpf_probe_read_kernel(now, sizeof *now, ctx);
  const __u8 end = timed.is_request ? end_of_request(timed.address) : RING_ENDS_EXPIRED;
  return hand_over_timed(timed, RING_TIMER_EXPIRES, end);
}

SEC("tp_btf/timer_expire_exit")
int BPF_PROG(timer_expired, struct timer_list* timer) {
  const __u32 zero = 0;
  __u64* now = bpf_map_lookup_elem(&firing, &zero);
  __u64 address = 0;
  if (!now || *now == 0 || bpf_probe_read_kernel(&address, sizeof address, ctx) != 0 || address != *now) return 0;
  *now = 0;
  struct ring_record* record =
      counted_record(address - bpf_core_field_offset(struct request_sock, rsk_timer), RING_TIMER_EXPIRED);
  if (record) submit(record);
  return 0;
}

#endif
