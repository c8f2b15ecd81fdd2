#include "parsers/procfs/kernel_facts_reader.h"

#include <time.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "parsers/procfs/filter_counters.h"
#include "parsers/procfs/kernel_counters.h"
#include "parsers/procfs/kernel_settings.h"
#include "parsers/procfs/proc_file.h"
#include "parsers/procfs/socket_usage.h"

namespace tcpstat::procfs {
namespace {

/// Every kernel has them; others come with a module, or with IPv6. A saved tree may lack any.
bool is_always_there(std::string_view file) { return file == "snmp" || file == "netstat" || file == "sockstat"; }

/// Reads each file of a table once; the table's lines of one file stand together. To the parsers a missing file is an
/// empty one.
template <typename Table, typename Use>
void for_each_file(const Table& table, const std::string& proc_net, std::vector<UnreadFile>& unread, Use use) {
  const bool live = proc_net.starts_with("/proc/");
  std::string_view done;
  for (const auto& info : table) {
    if (info.file == done) continue;
    done = info.file;
    const std::string path = proc_net + "/" + std::string(info.file);
    errno = 0;
    const auto text = read_whole_file(path);
    if (!text && (errno != ENOENT || (live && is_always_there(info.file)))) unread.push_back({info.file, path, errno});
    const bool whole = use(info.file, text.value_or(std::string()));
    if (text && !whole) unread.push_back({info.file, path, 0, "it is cut or damaged"});
  }
}

std::chrono::milliseconds clock_of_boot() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::seconds(time.tv_sec) +
                                                               std::chrono::nanoseconds(time.tv_nsec));
}

/// Another /proc may be saved, or another host's: then its own clock tells when its counters were read.
std::chrono::milliseconds time_since_boot(const std::string& proc_root) {
  if (proc_root.empty() || proc_root == "/proc") return clock_of_boot();
  const std::optional<std::string> text = read_small_file(proc_root + "/uptime");
  const auto uptime = text ? uptime_of(*text) : std::nullopt;
  return uptime ? *uptime : clock_of_boot();
}

}  // namespace

KernelCounters read_kernel_counters(const std::string& proc_net) {
  KernelCounters counters;
  std::vector<UnreadFile> unread;  // each value of it is unknown
  for_each_file(kKernelCounters, proc_net, unread,
                [&](std::string_view file, const std::string& text) { return add_counters(file, text, counters); });
  return counters;
}

KernelFacts read_kernel_facts(const std::string& proc_net, const std::string& proc_root, const KernelLimits& limits) {
  KernelFacts facts;
  facts.boot_time = time_since_boot(proc_root);
  for_each_file(kKernelCounters, proc_net, facts.unread, [&](std::string_view file, const std::string& text) {
    return add_counters(file, text, facts.counters);
  });
  for_each_file(kSocketUsage, proc_net, facts.unread, [&](std::string_view /*file*/, const std::string& text) {
    return add_socket_usage(text, facts.usage);
  });
  for_each_file(kFilterCounters, proc_net, facts.unread, [&](std::string_view file, const std::string& text) {
    return add_filter_counters(file, text, facts.filters);
  });
  if (!proc_root.empty()) facts.settings = read_kernel_settings(proc_root, limits);
  return facts;
}

std::optional<std::string> boot_id(const std::string& proc_root) {
  std::optional<std::string> text = read_small_file(proc_root + "/sys/kernel/random/boot_id");
  // A UUID; anything else would not name a boot.
  if (!text || text->size() != 36) return std::nullopt;
  if (text->find_first_not_of("0123456789abcdef-") != std::string::npos) return std::nullopt;
  return text;
}

}  // namespace tcpstat::procfs
