#pragma once
// What is counted before TCP sees a packet: /proc/net/stat/nf_conntrack, /proc/net/stat/synproxy and
// /proc/net/softnet_stat, from text: pure. Each has one line of hexadecimal 32-bit numbers per CPU; the first two begin
// with a line of names (net/netfilter/nf_conntrack_standalone.c, ct_cpu_seq_show(); nf_synproxy_core.c,
// synproxy_cpu_seq_show()), softnet_stat has dropped packets second (net/core/net-procfs.c, softnet_seq_show()).

#include <string_view>

#include "model/kernel_facts.h"

namespace tcpstat::procfs {

/// Sums the columns of `file` ("stat/nf_conntrack", …) over the CPUs; a column that a CPU's line lacks has no sum.
/// Empty text: unknown. False if the text was cut or a value is no number; a missing column is no failure, because
/// kernels differ in their columns.
bool add_filter_counters(std::string_view file, std::string_view text, FilterCounters& to);

}  // namespace tcpstat::procfs
