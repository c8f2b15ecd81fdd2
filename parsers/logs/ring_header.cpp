#include "parsers/logs/ring_header.h"

#include "base/saturated.h"
#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

/// From "187/2042", how many entries are kept, and how many were overwritten.
std::optional<OverwrittenEntries> entries_of(std::string_view kept_of_all) {
  const std::size_t slash = kept_of_all.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto kept = saturated_number(kept_of_all.substr(0, slash));
  const auto all = saturated_number(kept_of_all.substr(slash + 1));
  if (!kept || !all || *all < *kept) return std::nullopt;
  return OverwrittenEntries{*all - *kept, *kept};
}

/// "# entries-in-buffer/entries-written: 187/2042   #P:2" (kernel/trace/trace.c, print_event_info()), and with
/// options/latency-format "# latency: 0 us, #187/2042, CPU#0 | (…" (print_trace_header()).
std::optional<OverwrittenEntries> entries_in_header(std::string_view line) {
  const std::string_view what = take_word(line);
  if (what == "entries-in-buffer/entries-written:") return entries_of(take_word(line));
  if (what != "latency:") return std::nullopt;
  take_word(line);
  take_word(line);
  std::string_view numbers = take_word(line);
  if (!numbers.starts_with('#') || !numbers.ends_with(',')) return std::nullopt;
  numbers.remove_prefix(1);
  numbers.remove_suffix(1);
  return entries_of(numbers);
}

/// "##### CPU 1 buffer started ####": only a ring that overwrote entries is said to begin somewhere
/// (kernel/trace/trace.c, test_cpu_buff_start()).
bool is_later_start(std::string_view line) {
  if (take_word(line) != "CPU") return false;
  take_word(line);
  return take_word(line) == "buffer" && take_word(line) == "started";
}

}  // namespace

std::optional<OverwrittenEntries> ring_entries(std::string_view line) {
  const std::string_view first = take_word(line);
  if (first == "#") return entries_in_header(line);
  if (first == "#####" && is_later_start(line)) return OverwrittenEntries{};
  return std::nullopt;
}

}  // namespace tcpstat::logs
