#include "parsers/procfs/process_limits.h"

#include <charconv>

#include "parsers/procfs/proc_file.h"

namespace tcpstat::procfs {

std::optional<std::uint64_t> parse_open_files_limit(std::string_view text) {
  // Limit                     Soft Limit           Hard Limit           Units
  // Max open files            1024                 524288               files     (fs/proc/base.c, proc_pid_limits())
  constexpr std::string_view kName = "Max open files";
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (!line.starts_with(kName)) continue;
    line.remove_prefix(kName.size());
    const std::size_t start = line.find_first_not_of(' ');
    if (start == 0 || start == std::string_view::npos) return std::nullopt;
    line.remove_prefix(start);
    std::uint64_t limit = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), limit);
    if (error != std::errc{} || (end != line.data() + line.size() && *end != ' ')) return std::nullopt;
    return limit;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> read_open_files_limit(const std::string& proc_root, std::uint32_t pid) {
  const auto text = read_whole_file(proc_root + "/" + std::to_string(pid) + "/limits");
  return text ? parse_open_files_limit(*text) : std::nullopt;
}

}  // namespace tcpstat::procfs
