#pragma once
// What becomes of requests, event by event of their timers. A request lives exactly as long as its timer
// (net/ipv4/inet_connection_sock.c), and the tracepoints of timers say when that starts, is cancelled and runs out.
//
// A cancelled timer alone says little. The handshake is complete if the listener's child, the connection, came just
// before on the same processor; the timer fires if its expiry comes next; it starts again if the client repeats its
// SYN; otherwise the request was reset. So a request counted as reset is taken back when a later event shows otherwise.
// C for the kernel alone.

#ifdef __bpf__  // behind request_reading.h

#define TCP_STATE_ESTABLISHED 1
#define TCP_STATE_SYN_RECV 3

// The including file says where counts go, and by which key.
static __always_inline void add(const struct fate_key* key, __u32 fate, __u64 how_many);
static __always_inline void describe(const struct request_sock* request, struct fate_key* key);

// What happened last on this processor.
struct work {
  __u64 child;   // a connection that was just made; 0: none, or it has its request
  __u64 ended;   // the request that was counted as reset last
  __u32 isn;     // its ISN: the next request may get the same memory
  __u64 firing;  // the request whose timer is firing
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

// The address of the request whose timer is the first argument; 0: it is another namespace's.
static __always_inline __u64 request_of(const void* arguments, __u32 netns) {
  __u64 timer = 0;  // as a number: the verifier refuses arithmetic on a pointer
  if (bpf_probe_read_kernel(&timer, sizeof timer, arguments) != 0) return 0;
  const __u64 address = timer - bpf_core_field_offset(struct request_sock, rsk_timer);
  const struct request_sock* request = (const struct request_sock*)address;
  if (netns == 0) return address;
  return BPF_CORE_READ(request, __req_common.skc_net.net, ns.inum) == netns ? address : 0;
}

// Whether a SYN+ACK was retransmitted although the client had not sent its ACK. With TCP_DEFER_ACCEPT a request that
// has the ACK still waits for data.
static __always_inline int is_late(const struct request_sock* request) {
  return BPF_CORE_READ_BITFIELD_PROBED(request, num_timeout) != 0 &&
         BPF_CORE_READ_BITFIELD_PROBED((const struct inet_request_sock*)request, acked) == 0;
}

static __always_inline void take_back(struct work* work, __u64 address) {
  if (work->ended != address) return;
  add(&work->key, FATE_RESET, -1);
  work->ended = 0;
}

// Returns whether the request is new; otherwise its timer starts again.
static __always_inline int count_start(struct work* work, __u64 address) {
  if (work->firing == address) {
    work->firing = 0;
    return 0;
  }
  if (work->ended == address && work->isn == isn_of(address)) {
    take_back(work, address);
    return 0;
  }
  struct fate_key key;
  describe((const struct request_sock*)address, &key);
  add(&key, FATE_BORN, 1);
  return 1;
}

// Returns whether the handshake is complete.
static __always_inline int count_cancelling(struct work* work, __u64 address) {
  const struct request_sock* request = (const struct request_sock*)address;
  describe(request, &work->key);
  if (is_of(request, work->child)) {
    add(&work->key, FATE_COMPLETED, 1);
    if (is_late(request)) add(&work->key, FATE_ANSWERED_LATE, 1);
    work->child = 0;
    work->ended = 0;
    return 1;
  }
  add(&work->key, FATE_RESET, 1);
  work->ended = address;
  work->isn = isn_of(address);
  return 0;
}

// Returns what the request ends by if its timer does not start again.
static __always_inline __u32 count_expiry(struct work* work, __u64 address) {
  take_back(work, address);
  work->ended = 0;
  const struct request_sock* request = (const struct request_sock*)address;
  describe(request, &work->key);
  work->firing = address;
  work->fate = fate_of(request, BPF_CORE_READ(request, __req_common.skc_listener));
  if (is_late(request)) add(&work->key, FATE_UNANSWERED_AGAIN, 1);
  return work->fate;
}

// The address of the request that has ended now; 0: none has. Its memory must not be read any more.
static __always_inline __u64 count_expired(struct work* work, const void* arguments) {
  __u64 timer = 0;
  if (work->firing == 0 || bpf_probe_read_kernel(&timer, sizeof timer, arguments) != 0) return 0;
  const __u64 address = timer - bpf_core_field_offset(struct request_sock, rsk_timer);
  if (address != work->firing) return 0;
  work->firing = 0;
  work->ended = 0;
  add(&work->key, work->fate, 1);
  return address;
}

// Counts a step of a TCP socket from or to SYN_RECV; `netns` is its namespace.
static __always_inline void count_step(struct work* work, __u64 address, int from, int to, __u32 netns) {
  const struct fate_key all = {.netns = netns};
  if (from == TCP_STATE_LISTEN && to == TCP_STATE_SYN_RECV) {
    work->child = address;
    add(&all, FATE_CONNECTIONS, 1);
    return;
  }
  if (work->child != address) return;
  work->child = 0;
  // A connection whose data came with the SYN (Fast Open) had no request in the queue either, but used no cookie.
  const int fast_open = BPF_CORE_READ_BITFIELD_PROBED((const struct tcp_sock*)address, syn_data_acked);
  if (to == TCP_STATE_ESTABLISHED && !fast_open) add(&all, FATE_COOKIE, 1);
}

#endif
