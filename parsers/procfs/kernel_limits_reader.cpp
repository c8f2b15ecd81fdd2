#include "parsers/procfs/kernel_limits_reader.h"

#include <charconv>

#include "parsers/procfs/small_file.h"

namespace tcpstat::procfs {
namespace {

std::optional<std::uint32_t> read_number(const std::string& path) {
  const std::optional<std::string> text = read_small_file(path);
  if (!text) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

KernelLimits read_kernel_limits(const std::string& proc_root) {
  const std::string ipv4 = proc_root + "/sys/net/ipv4/";
  return {.fin_timeout_s = read_number(ipv4 + "tcp_fin_timeout"),
          .synack_retries = read_number(ipv4 + "tcp_synack_retries"),
          .syn_retries = read_number(ipv4 + "tcp_syn_retries"),
          .syn_linear_timeouts = read_number(ipv4 + "tcp_syn_linear_timeouts"),
          .retries2 = read_number(ipv4 + "tcp_retries2"),
          .orphan_retries = read_number(ipv4 + "tcp_orphan_retries"),
          .rto_max_ms = read_number(ipv4 + "tcp_rto_max_ms"),
          .keepalive_time_s = read_number(ipv4 + "tcp_keepalive_time"),
          .keepalive_probes = read_number(ipv4 + "tcp_keepalive_probes"),
          .keepalive_interval_s = read_number(ipv4 + "tcp_keepalive_intvl")};
}

}  // namespace tcpstat::procfs
