#pragma once
// One record of the ring buffer, as the programs in transitions.bpf.c write it and bpf_record reads it. Plain C: both
// compilers take it.

#include <linux/types.h>

enum ring_record_kind {
  RING_TRANSITION = 1, /* all members */
  RING_RESET = 2,      /* the socket has received an RST that it obeys: no states */
  RING_RESET_SENT = 3, /* an RST was sent for the socket: no states, but a reason */
  /* The timer of a request or a time-wait socket: `socket` is its address; `from` its state, TCP_NEW_SYN_RECV,
     TCP_FIN_WAIT2 or TCP_TIME_WAIT; `to` how many SYN+ACKs of a request were not answered in time; no protocol. */
  RING_TIMER_STARTED = 4,
  RING_TIMER_CANCELLED = 5, /* reason: RING_ENDS_COMPLETED or none */
  RING_TIMER_EXPIRES = 6,   /* reason: what it ends by if the timer does not start anew */
  RING_TIMER_EXPIRED = 7,   /* address and time alone */
  /* Belongs to the next transition of the same socket. */
  RING_ACTOR = 8, /* `netns` is the process that did it; with its name, and no addresses */
};
/* Why this host sent an RST, in numbers of our own: those of the kernel's enum sk_rst_reason are not the same in all
   versions. 0: the kernel does not say. */
enum ring_reset_reason {
  RING_REASON_NONE,
  RING_REASON_INVALID_ACK,
  RING_REASON_PAWS,
  RING_REASON_OLD_ACK,
  RING_REASON_UNSENT_ACK,
  RING_REASON_FLAGS,
  RING_REASON_ABORT_ON_DATA,
  RING_REASON_INVALID_SYN,
  RING_REASON_ABORT_ON_CLOSE,
  RING_REASON_ABORT_ON_LINGER,
  RING_REASON_ABORT_ON_MEMORY,
  RING_REASON_ABORT,
  RING_REASON_KEEPALIVE_TIMEOUT,
  RING_REASON_DISCONNECT_WITH_DATA,
  RING_REASON_OTHER,
};
/* What a TCP socket itself says of its step to CLOSE. */
enum ring_close {
  RING_CLOSE_UNKNOWN,
  RING_CLOSE_BOTH_FINS, /* the peer's FIN came, and that of this host was acknowledged */
  RING_CLOSE_GAVE_UP,   /* the kernel waited for the peer in vain */
  RING_CLOSE_OTHER,
};
enum ring_record_flags {
  RING_RESCUED = 1,  /* by the second program, because the first was running on this processor */
  RING_FOLLOWED = 2, /* the current process is one that is followed; whether it caused the step depends on the step */
  RING_HAS_MORE = 4, /* RING_WHOLE bytes; else RING_LONG with IPv6 or a name, else RING_SHORT */
};

/* How a request or a time-wait socket ends. */
enum ring_end {
  RING_ENDS_NONE,
  RING_ENDS_COMPLETED,
  RING_ENDS_EXPIRED,
  RING_ENDS_PRUNED,
  RING_ENDS_LISTENER_GONE,
};

/* Cut off behind the last member that the record has. */
struct ring_record {
  __u64 time;   /* CLOCK_MONOTONIC, ns */
  __u64 socket; /* address of the kernel: an identity, never to be shown */
  __u64 cookie; /* as in sock_diag; 0: none */
  __u32 netns;  /* inode */
  __u32 lost;   /* records that found no room on this processor so far, modulo 2^32 */
  __u16 local_port;
  __u16 remote_port; /* of this host's byte order */
  __u16 protocol;
  __u16 processor;
  __u8 kind;
  __u8 flags;
  __u8 family; /* AF_INET or AF_INET6 */
  __u8 from;   /* TCP_ESTABLISHED = 1, … */
  __u8 to;
  __u8 reason; /* enum ring_reset_reason, enum ring_end; of a transition enum ring_close */
  union {
    __u16 isn;       /* of a request: tells it from the next one that gets the same memory */
    __u16 interface; /* of a transition: index of the device that it is bound to; 0: none, or more than fits */
  };
  __u8 addresses[32]; /* local and remote, of 4 or 16 bytes each; RING_ACTOR: a name of 16 bytes */
  /* With RING_HAS_MORE: */
  union {
    __u64 sent;     /* of a transition to CLOSE: bytes, without those that were sent again */
    __u64 began_ns; /* of a request, and of what it became: when its first SYN+ACK was sent; 0: that is not known */
  };
  __u64 received;
};

/* Records are as short as possible, because their bytes move from one processor to another. */
#define RING_SHORT (__builtin_offsetof(struct ring_record, addresses) + 8)
#define RING_LONG __builtin_offsetof(struct ring_record, sent)
#define RING_WHOLE sizeof(struct ring_record)
