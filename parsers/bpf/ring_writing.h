#pragma once
// What all programs of a trace share: the filter, and the ring buffer that their records go into. C for the kernel
// alone.

#ifdef __bpf__

#define PROTOCOL_TCP 6
#define MOST_PORTS 8

// The filter, constant from load on: the verifier removes what is not asked for.
const volatile __u32 wanted_netns = 0;   // inode; 0: all
const volatile __u16 wanted_family = 0;  // 0: both
const volatile __u32 port_ranges = 0;    // how many of the following; 0: all ports
const volatile __u16 first_port[MOST_PORTS] = {};
const volatile __u16 last_port[MOST_PORTS] = {};

// How many bytes may wait before the reader is woken; the reader raises the number while records come fast.
volatile __u32 wake_at = 0;
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 22);
} ring SEC(".maps");

// Records for which the ring had no room, by processor.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} dropped SEC(".maps");

static __always_inline int port_is_wanted(__u16 port) {
  if (port_ranges == 0) return 1;
#pragma unroll
  for (int i = 0; i < MOST_PORTS; ++i) {
    if (i < port_ranges && port >= first_port[i] && port <= last_port[i]) return 1;
  }
  return 0;
}

// A zeroed record, except for the addresses and what follows them, which the caller must write. Null if the ring is
// full.
static __always_inline struct ring_record* new_record(__u32 size, __u64 socket, __u8 kind) {
  struct ring_record* record = bpf_ringbuf_reserve(&ring, size, 0);
  if (!record) return 0;
  __builtin_memset(record, 0, __builtin_offsetof(struct ring_record, addresses));
  record->socket = socket;
  record->processor = bpf_get_smp_processor_id();
  record->kind = kind;
  return record;
}

// Like new_record(), with the time and the count of lost records. A record that finds no room is counted as lost.
static __always_inline struct ring_record* counted_record(__u32 size, __u64 socket, __u8 kind) {
  const __u32 zero = 0;
  __u64* lost = bpf_map_lookup_elem(&dropped, &zero);
  if (!lost) return 0;
  struct ring_record* record = new_record(size, socket, kind);
  if (!record) {
    __sync_fetch_and_add(lost, 1);
    return 0;
  }
  record->time = bpf_ktime_get_ns();
  record->lost = *lost;
  return record;
}

static __always_inline void submit(struct ring_record* record) {
  __u64 how = 0;
  if (wake_at != 0) {
    // Wakes the reader once, when the mark is passed, or a few times if several processors pass it together. A reader
    // that lags behind is awake already, and waking it for each record would cost more than all the rest.
    const __u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
    const int passes = waiting >= wake_at && waiting < wake_at + 4 * (RING_WHOLE + BPF_RINGBUF_HDR_SZ);
    how = passes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
  }
  bpf_ringbuf_submit(record, how);
}

#endif
