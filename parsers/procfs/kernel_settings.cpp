#include "parsers/procfs/kernel_settings.h"

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "parsers/procfs/proc_file.h"
#include "parsers/procfs/text_cursor.h"

namespace tcpstat::procfs {
namespace {

// Room for 32768 ports that do not touch: proc_do_large_bitmap() (kernel/sysctl.c) answers the first read(2) only.
constexpr std::size_t kLongestPortList = std::size_t{32768} * 6 + 1;
// Nearly every host has none or a few. The kernel clears as much memory as it is asked to fill.
constexpr std::size_t kShortPortList = 1024;

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::optional<std::array<std::optional<std::uint64_t>, 3>> three_numbers(std::string_view line) {
  std::array<std::optional<std::uint64_t>, 3> numbers;
  for (auto& number : numbers) {
    number = number_of<std::uint64_t>(take_word(line));
    if (!number) return std::nullopt;
  }
  if (!take_word(line).empty()) return std::nullopt;
  return numbers;
}

template <typename Number>
std::optional<Number> one_number(std::string_view text) {
  std::string_view line = first_line(text);
  const std::string_view word = take_word(line);
  if (!take_word(line).empty()) return std::nullopt;
  return number_of<Number>(word);
}

template <typename Table, typename Facts>
void read_each(const Table& table, const std::string& sys, Facts& to) {
  for (const auto& info : table) {
    auto& value = to.*info.member;
    using Number = typename std::remove_reference_t<decltype(value)>::value_type;
    if (const auto text = read_small_file(sys + std::string(info.file))) value = one_number<Number>(*text);
  }
}

}  // namespace

std::optional<std::int64_t> setting_value(std::string_view text) { return one_number<std::int64_t>(text); }

std::optional<PortRange> port_range(std::string_view text) {
  std::string_view line = first_line(text);
  const auto first = number_of<std::uint16_t>(take_word(line));
  const auto last = number_of<std::uint16_t>(take_word(line));
  if (!first || !last || *first > *last || !take_word(line).empty()) return std::nullopt;
  return PortRange{*first, *last};
}

std::optional<std::uint32_t> reserved_ports_in(std::string_view text, PortRange range) {
  std::string_view line = first_line(text);
  std::string_view list = take_word(line);
  if (!take_word(line).empty()) return std::nullopt;
  if (list.empty()) return 0;  // as on nearly every host, without a table of all ports
  // At each port, the items that begin minus those that end: a list that was written by hand may name a port twice.
  std::vector<std::int32_t> edges(65537);
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    const std::size_t dash = item.find('-');
    const auto first = number_of<std::uint16_t>(item.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_of<std::uint16_t>(item.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    ++edges[*first];
    --edges[*last + std::size_t{1}];
  }
  std::uint32_t count = 0;
  std::int32_t open = 0;
  for (std::size_t port = 0; port <= range.last; ++port) {
    open += edges[port];
    if (open > 0 && port >= range.first) ++count;
  }
  return count;
}

std::optional<std::chrono::milliseconds> uptime_of(std::string_view text) {
  std::string_view line = first_line(text);
  const std::string_view word = take_word(line);
  const std::size_t point = word.find('.');
  const auto seconds = number_of<std::uint32_t>(word.substr(0, point));
  if (!seconds || point == std::string_view::npos || word.size() - point != 3) return std::nullopt;
  const auto hundredths = number_of<std::uint32_t>(word.substr(point + 1));
  if (!hundredths) return std::nullopt;
  return std::chrono::seconds(*seconds) + std::chrono::milliseconds(*hundredths * 10);
}

KernelLimits read_kernel_limits(const std::string& proc_root) {
  KernelLimits limits;
  read_each(kTimerSettings, proc_root + "/sys/", limits);
  return limits;
}

std::optional<PortRange> read_port_range(const std::string& proc_root) {
  const auto text = read_small_file(proc_root + "/sys/net/ipv4/ip_local_port_range");
  return text ? port_range(*text) : std::nullopt;
}

KernelSettings read_kernel_settings(const std::string& proc_root, const KernelLimits& limits) {
  const std::string sys = proc_root + "/sys/";
  KernelSettings settings;
  static_cast<KernelLimits&>(settings) = limits;
  read_each(kOtherSettings, sys, settings);
  if (const auto text = read_small_file(sys + "net/ipv4/ip_local_port_range")) {
    if (const auto range = port_range(*text)) {
      settings.first_local_port = range->first;
      settings.last_local_port = range->last;
      const std::string reserved = sys + "net/ipv4/ip_local_reserved_ports";
      auto list = read_whole_file(reserved, kShortPortList);
      // A list that leaves no room for another range may have been cut.
      if (list && list->size() + sizeof ",65535-65535\n" > kShortPortList) {
        list = read_whole_file(reserved, kLongestPortList);
      }
      if (list) settings.reserved_ports = reserved_ports_in(*list, *range);
    }
  }
  if (const auto text = read_small_file(sys + "net/ipv4/tcp_mem")) {
    if (const auto pages = three_numbers(*text)) settings.tcp_mem_pages = *pages;
  }
  return settings;
}

}  // namespace tcpstat::procfs
