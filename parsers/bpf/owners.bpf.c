// The program that lists which processes hold which sockets: the kernel calls it for each descriptor of each table of
// descriptors (kernel/bpf/task_iter.c), and what it writes is read like a file.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "kernel_types.h"
#include "owner_row.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

// The process of the last row.
volatile __u32 last_process = 0;

SEC("iter/task_file")
int list_sockets(struct bpf_iter__task_file* ctx) {
  struct task_struct* task = ctx->task;
  struct file* file = ctx->file;
  if (!task || !file) return 0;
  // Of any protocol: to look for it costs two more cache lines, which is most of what a socket costs here.
  const int is_socket = bpf_sock_from_file(file) != 0;
  struct {
    struct owner_process process;
    struct owner_row row;
  } text = {};
  text.row.pid = task->tgid;
  text.row.fd = ctx->fd;
  if (is_socket) text.row.inode = file->f_inode->i_ino;
  struct seq_file* to = ctx->meta->seq;
  if (last_process == text.row.pid) {
    if (is_socket) bpf_seq_write(to, &text.row, sizeof text.row);
    return 0;
  }
  text.process.head.pid = text.row.pid;
  BPF_CORE_READ_STR_INTO(&text.process.name, task, group_leader, comm);
  const long failed =
      is_socket ? bpf_seq_write(to, &text, sizeof text) : bpf_seq_write(to, &text.process, sizeof text.process);
  // Where the page is full, the kernel calls once more for the same descriptor.
  if (failed == 0) last_process = text.row.pid;
  return 0;
}
