#pragma once
// The members of kernel structures that our BPF programs read, and no more. Offsets come from the running kernel's BTF
// (CO-RE): members may stand elsewhere there, or inside an anonymous union, and are found by name. So the machine that
// builds needs no BTF.

#ifdef __bpf__  // the C library has other structures of these names

#include <linux/types.h>

// Since Linux 6.10. The numbers, too, come from the running kernel.
enum sk_rst_reason {
  SK_RST_REASON_NOT_SPECIFIED,
  SK_RST_REASON_TCP_INVALID_ACK_SEQUENCE,
  SK_RST_REASON_TCP_RFC7323_PAWS,
  SK_RST_REASON_TCP_TOO_OLD_ACK,
  SK_RST_REASON_TCP_ACK_UNSENT_DATA,
  SK_RST_REASON_TCP_FLAGS,
  SK_RST_REASON_TCP_OLD_ACK,
  SK_RST_REASON_TCP_ABORT_ON_DATA,
  SK_RST_REASON_INVALID_SYN,
  SK_RST_REASON_TCP_ABORT_ON_CLOSE,
  SK_RST_REASON_TCP_ABORT_ON_LINGER,
  SK_RST_REASON_TCP_ABORT_ON_MEMORY,
  SK_RST_REASON_TCP_STATE,
  SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT,
  SK_RST_REASON_TCP_DISCONNECT_WITH_DATA,
};

enum sock_flags { SOCK_DEAD, SOCK_DONE };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct in6_addr {
  union {
    __u8 u6_addr8[16];
  } in6_u;
};
struct ns_common {
  unsigned int inum;
};
struct netns_ipv4 {
  __u8 sysctl_tcp_synack_retries;
};
struct net {
  struct ns_common ns;
  struct netns_ipv4 ipv4;
};
typedef struct {
  struct net* net;
} possible_net_t;
typedef struct {
  __s64 counter;
} atomic64_t;
struct sock;
struct sock_common {
  __be32 skc_daddr, skc_rcv_saddr;
  __u32 skc_portpair;  // the next two
  __be16 skc_dport;
  __u16 skc_num;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  int skc_bound_dev_if;
  possible_net_t skc_net;
  struct sock* skc_listener;
  struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
  atomic64_t skc_cookie;
  unsigned long skc_flags;
};
struct sock {
  struct sock_common __sk_common;
  __u16 sk_protocol;
  __u32 sk_max_ack_backlog;
  int sk_err, sk_err_soft;
};
struct inet_sock {
  struct sock sk;
  __be16 inet_sport;
};
typedef struct {
  int counter;
} atomic_t;
struct request_sock_queue {
  atomic_t qlen;
};
struct inet_connection_sock {
  struct request_sock_queue icsk_accept_queue;
  __u8 icsk_syn_retries;
};
struct tcp_sock {
  __u64 bytes_received, bytes_sent, bytes_retrans;
  __u32 snd_una, write_seq;
  __u8 syn_data_acked : 1;
};
struct timer_list {
  void (*function)(struct timer_list*);
};
struct request_sock {
  struct sock_common __req_common;
  __u8 num_timeout : 7;
  struct timer_list rsk_timer;
};
struct inet_request_sock {
  __u16 acked : 1;
};
struct tcp_request_sock {
  __u64 snt_synack;
  __u32 snt_isn;
};
struct inet_timewait_sock {
  struct sock_common __tw_common;
  struct timer_list tw_timer;
  volatile unsigned char tw_substate;
};
struct task_struct {
  int tgid;
  struct task_struct* group_leader;
  char comm[16];
};
struct inode {
  unsigned long i_ino;
};
struct file {
  struct inode* f_inode;
};
struct socket;
struct seq_file;
struct bpf_iter_meta {
  struct seq_file* seq;
};
struct bpf_iter__task_file {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
  __u32 fd;
  struct file* file;
};
#pragma clang attribute pop

#endif
