// Text of /proc/net and of sysctls: whatever it is, numbers or nothing; and what the beginning of a file tells does
// not contradict the whole.

#include "fuzz.h"
#include "parsers/procfs/filter_counters.h"
#include "parsers/procfs/kernel_counters.h"
#include "parsers/procfs/kernel_settings.h"
#include "parsers/procfs/socket_usage.h"

using namespace tcpstat;

namespace {

KernelCounters counters_of(std::string_view text) {
  KernelCounters counters;
  procfs::add_counters("snmp", text, counters);
  procfs::add_counters("netstat", text, counters);
  return counters;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  // Names may come twice in a file that no kernel wrote; then the last one counts, which a beginning does not have.
  const KernelCounters whole = counters_of(text);
  const bool once = text.find("ListenDrops") == text.rfind("ListenDrops");
  const std::optional<std::uint64_t> part = counters_of(text.substr(0, size / 2)).listen_drops;
  if (once && part) fuzz::must(part == whole.listen_drops);

  SocketUsage usage;
  procfs::add_socket_usage(text, usage);
  if (usage.inuse6) fuzz::must(text.find("TCP6:") != std::string_view::npos);
  FilterCounters filters;
  for (const auto& counter : kFilterCounters) procfs::add_filter_counters(counter.file, text, filters);
  if (filters.conntrack_drop) fuzz::must(text.find("drop") != std::string_view::npos);

  static_cast<void>(procfs::setting_value(text));
  static_cast<void>(procfs::uptime_of(text));
  if (const auto range = procfs::port_range(text)) fuzz::must(range->first <= range->last);
  constexpr std::uint16_t kFirst = 32768;
  constexpr std::uint16_t kLast = 60999;
  fuzz::must(procfs::reserved_ports_in(text, {kFirst, kLast}).value_or(0) <= kLast - kFirst + 1U);
  return 0;
}
