#pragma once
// How BPF programs read the kernel's requests. A request is recognized by its timer, lives as long as that, and is
// completed by the child socket that was cloned from the listener just before on the same processor. C for the kernel
// alone.

#ifdef __bpf__  // behind fate_counts.h and kernel_types.h

#define FAMILY_INET6 10
#define TCP_STATE_LISTEN 10

/// Whether `child`, which may be 0, is the connection that came from this request.
static __always_inline int is_of(const struct request_sock* request, __u64 child) {
  const struct sock* sk = (const struct sock*)child;
  if (child == 0 || BPF_CORE_READ(sk, __sk_common.skc_portpair) != BPF_CORE_READ(request, __req_common.skc_portpair)) {
    return 0;
  }
  // An IPv6 listener's IPv4 client stands in both; a listener's copy holds one of the two.
  if (BPF_CORE_READ(request, __req_common.skc_family) != FAMILY_INET6) {
    return BPF_CORE_READ(sk, __sk_common.skc_daddr) == BPF_CORE_READ(request, __req_common.skc_daddr);
  }
  __u64 theirs[2] = {};
  __u64 wanted[2] = {};
  BPF_CORE_READ_INTO(&theirs, sk, __sk_common.skc_v6_daddr);
  BPF_CORE_READ_INTO(&wanted, request, __req_common.skc_v6_daddr);
  return theirs[0] == wanted[0] && theirs[1] == wanted[1];
}

/// How the request ends, decided as reqsk_timer_handler() does.
static __always_inline __u32 fate_of(const struct request_sock* request, const struct sock* listener) {
  if (BPF_CORE_READ(listener, __sk_common.skc_state) != TCP_STATE_LISTEN) return FATE_LISTENER_GONE;
  const struct inet_connection_sock* queue = (const struct inet_connection_sock*)listener;
  __u8 rounds = BPF_CORE_READ(queue, icsk_syn_retries);
  if (rounds == 0) rounds = BPF_CORE_READ(listener, __sk_common.skc_net.net, ipv4.sysctl_tcp_synack_retries);
  if (BPF_CORE_READ_BITFIELD_PROBED(request, num_timeout) >= rounds) return FATE_EXPIRED;
  const __u32 waiting = BPF_CORE_READ(queue, icsk_accept_queue.qlen.counter);
  const __u32 backlog = BPF_CORE_READ(listener, sk_max_ack_backlog);
  return waiting * 2 > (backlog > 8 ? backlog : 8) ? FATE_PRUNED : FATE_EXPIRED;
}

/// Tells requests apart that get the same memory one after the other.
static __always_inline __u32 isn_of(__u64 request) {
  return BPF_CORE_READ((const struct tcp_request_sock*)request, snt_isn);
}

#endif
