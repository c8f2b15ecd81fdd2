#pragma once
// What owners.bpf.c writes, as owner_rows reads it. Plain C: both compilers take it.

#include <linux/types.h>

/* A socket of the process whose owner_process stands before it; or, with inode 0, the head of one. */
struct owner_row {
  __u64 inode;
  __u32 pid;
  __u32 fd;
};
struct owner_process {
  struct owner_row head; /* inode 0 */
  char name[16];
};
