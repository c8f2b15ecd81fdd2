#pragma once
// What handshakes.bpf.c counts, and under which key, as handshake_counter reads it. Plain C: both compilers take it.

#include <linux/types.h>

enum handshake_fate {
  FATE_COMPLETED,
  FATE_RESET,         /* an RST of the client, a SYN in the window of the request, ss -K */
  FATE_EXPIRED,       /* its last SYN+ACK was not answered either */
  FATE_PRUNED,        /* earlier than that, because the queue was more than half full */
  FATE_LISTENER_GONE, /* nobody listens any more */
  FATE_COOKIE,        /* completed without a request */
  FATE_BORN,
  FATE_ANSWERED_LATE,    /* completed after a SYN+ACK was sent again */
  FATE_UNANSWERED_AGAIN, /* timers that ran out after a SYN+ACK was sent again: one for each round */
  FATE_CONNECTIONS,      /* connections that listeners made, in any way */
  FATES,
};

struct fate_key {
  __u8 address[16]; /* of the listener; IPv4: the first four bytes */
  __u32 netns;      /* inode */
  __u16 port;       /* 0: all listeners of the namespace together */
  __u8 family;      /* AF_INET or AF_INET6 */
  __u8 spare;       /* 0 */
  __u32 interface;  /* that the listener is bound to; 0: none */
};

/* Modulo 2^64, by processor: what one processor took back may be what another one counted. */
struct fate_counts {
  __u64 of[FATES];
};
