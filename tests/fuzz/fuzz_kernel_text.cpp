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

  const SocketUsage usage = procfs::socket_usage(text, text);
  if (usage.inuse6) fuzz::must(text.find("TCP6:") != std::string_view::npos);
  const FilterCounters filters = procfs::filter_counters(text, text, text);
  if (filters.conntrack_drop) fuzz::must(text.find("drop") != std::string_view::npos);

  static_cast<void>(procfs::setting_value(text));
  static_cast<void>(procfs::uptime_of(text));
  if (const auto range = procfs::port_range(text)) fuzz::must(range->first <= range->last);
  constexpr std::uint16_t kFirst = 32768;
  constexpr std::uint16_t kLast = 60999;
  fuzz::must(procfs::reserved_ports_in(text, {kFirst, kLast}).value_or(0) <= kLast - kFirst + 1U);
  return 0;
}
