#include "cli/options/option_table.h"

#include <algorithm>
#include <array>

namespace tcpstat::cli::options {
namespace {

using enum OptionGroup;

// id, letter, name, value, group, meaning, hint. A test compares the manual and the completions with this table.
constexpr auto kOptions = std::to_array<OptionInfo>({
    {OptionId::state, 's', "state", "STATE", filters,
     "name in any spelling, number, group; !STATE excludes (see --list states)", "for statistics: tcpstat summary"},
    {OptionId::all, 'a', "all", "", filters, "all states, LISTEN and bound CLOSE included"},
    {OptionId::listening, 'l', "listening", "", filters, "listening sockets only"},
    {OptionId::ipv4, '4', "ipv4", "", filters, "IPv4 sockets only"},
    {OptionId::ipv6, '6', "ipv6", "", filters, "IPv6 sockets only, those that carry IPv4 included"},
    {OptionId::mptcp, 'M', "mptcp", "", filters, "connections of Multipath TCP instead of their subflows"},
    {OptionId::local, '\0', "local", "ADDR[/LEN][:PORT]", filters,
     "local end; !ADDR excludes, @FILE: prefixes of a file"},
    {OptionId::remote, '\0', "remote", "ADDR[/LEN][:PORT]", filters,
     "remote end; !ADDR excludes, @FILE: prefixes of a file"},
    {OptionId::port, '\0', "port", "N[-M]", filters,
     "port on either side; number, 1024-, -1023, service name; !N excludes"},
    {OptionId::local_port, '\0', "local-port", "N[-M]", filters, "local port"},
    {OptionId::remote_port, '\0', "remote-port", "N[-M]", filters, "remote port"},
    {OptionId::user, '\0', "user", "NAME|UID", filters, "owner of the socket; !NAME excludes"},
    {OptionId::pid, '\0', "pid", "PID", filters, "process that holds the socket"},
    {OptionId::process, '\0', "process", "NAME", filters, "name of a process that holds the socket"},
    {OptionId::unit, '\0', "unit", "NAME", filters, "systemd unit; !NAME excludes"},
    {OptionId::container, '\0', "container", "NAME|ID", filters, "container; the first digits of its id will do"},
    {OptionId::netns, '\0', "netns", "NAME|PID|PATH", filters,
     "another network namespace, several, or all (see --list netns)"},
    {OptionId::filter_file, 'F', "filter", "FILE", filters, "read more of FILTER from FILE, or from - (as ss)"},

    {OptionId::format, 'f', "format", "FORMAT", output, ""},  // those of the verb
    {OptionId::json, 'j', "json", "", output, "the same as --format json"},
    {OptionId::output, 'o', "output", "COL,...", output, "columns to print, or +COL to add some (see --list columns)",
     "for timers, look at the TIMER column"},
    {OptionId::sort, 'S', "sort", "COL[:desc]", output, "sort by columns; collects all rows first"},
    {OptionId::limit, '\0', "limit", "N", output, "print at most N rows"},
    {OptionId::no_header, 'H', "no-header", "", output, "no header line"},
    {OptionId::no_truncate, '\0', "no-truncate", "", output, "do not cut rows to the terminal's width"},
    {OptionId::processes, 'p', "processes", "", output, "show the processes that hold each socket"},
    {OptionId::info, 'i', "info", "", output, "show the kernel's tcp_info: round-trip times, windows, retransmits"},
    {OptionId::memory, 'm', "memory", "", output, "show the memory of each socket, as ss -m"},
    {OptionId::extended, 'e', "extended", "", output,
     "show uid, inode, cookie, control group, mark and v6only, as ss -e"},
    {OptionId::rate, '\0', "rate", "", output, "show bytes and retransmits a second: two samples, --interval apart"},
    {OptionId::resolve, 'r', "resolve", "", output, "show host names of remote addresses in the table"},
    {OptionId::color, '\0', "color", "WHEN", output, "auto, always or never"},
    {OptionId::output_file, '\0', "output-file", "PATH", output, "write there, whole or not at all"},
    {OptionId::quiet, 'q', "quiet", "", output, "print nothing; exit 0 if something matched, else 1"},
    {OptionId::verbose, 'v', "verbose", "", output, "say on standard error how the rows were read"},

    {OptionId::source, '\0', "source", "SOURCE", source,
     "auto, netlink, proc, both, a saved FILE, or - for standard input"},
    {OptionId::proc_root, '\0', "proc-root", "DIR", source, "read DIR instead of /proc; implies --source proc"},
    {OptionId::timeout, '\0', "timeout", "SECONDS", source,
     "wait at most this long for the source (default 10; 0: for ever)"},
    {OptionId::strict, '\0', "strict", "", source, "exit 2 if the snapshot is partial"},
    {OptionId::byte_order, '\0', "byte-order", "ORDER", source,
     "little or big: how saved text of /proc holds addresses (else they tell)"},
    {OptionId::sample, '\0', "sample", "N", source, "sample N of a saved file instead of its last"},
    {OptionId::at, '\0', "at", "TIME", source,
     "the last sample of a record, or of a saved file, at TIME: 03:00, -2h, RFC 3339"},
    {OptionId::record, '\0', "record", "DIR", source, "the record of tcpstat record (default /var/lib/tcpstat)"},

    {OptionId::by, '\0', "by", "KEY,...", summary,
     "count by state, family, phase, a port, an address, user, process, unit, netns and others (man tcpstat)"},
    {OptionId::ports, '\0', "ports", "N,...", summary, "-f prometheus: tell these local ports apart, and no others"},

    {OptionId::interval, '\0', "interval", "SECONDS", samples,
     "time from sample to sample: watch, --rate 1 (at least 0.05), check none (at least 3)"},
    {OptionId::count, '\0', "count", "N", samples, "end after so many samples"},
    {OptionId::duration, '\0', "duration", "SECONDS", samples, "trace: end after this time"},
    {OptionId::lives, '\0', "lives", "", samples, "trace: print one line a connection, at its end"},
    {OptionId::only, '\0', "only", "WHAT", samples, "trace: illegal, resets, half-open, time-wait or lost"},
    {OptionId::events, '\0', "events", "", samples, "print transitions between samples, each judged, instead of lists"},
    {OptionId::replay, '\0', "replay", "FROM..TO", samples, "watch: show the samples of a record instead of new ones"},

    {OptionId::warning, 'w', "warning", "RANGE", check,
     "check: warn unless the number of selected sockets is in RANGE: 10, 10:20, @10:20"},
    {OptionId::critical, 'c', "critical", "RANGE", check, "check: critical unless it is in RANGE",
     "for a list again and again: tcpstat watch"},
    {OptionId::rule, '\0', "rule", "NAME,...", check, "check: judge by these rules alone (see check --list rules)"},
    {OptionId::threshold, '\0', "threshold", "RULE.NAME=VALUE", check,
     "check: another limit for a rule (see --list rules)"},
    {OptionId::exact, '\0', "exact", "", check, "check: count handshakes one by one during --interval (BPF)"},
    {OptionId::state_file, '\0', "state-file", "PATH", check, "check: compare with the last run, which PATH remembers"},
    {OptionId::metrics_file, '\0', "metrics-file", "PATH", check, "check: write metrics for Prometheus to PATH too"},

    {OptionId::keep, '\0', "keep", "TIME", history, "record: remove what is older (default 7d)"},
    {OptionId::max_size, '\0', "max-size", "SIZE", history, "record: never take more room (default 1G)"},
    {OptionId::min_free, '\0', "min-free", "PERCENT", history, "record: leave so much of the disk free (default 5)"},
    {OptionId::since, '\0', "since", "TIME", history, "history: from TIME on (default: a day before the end)"},
    {OptionId::until, '\0', "until", "TIME", history, "history: until TIME (default now)"},
    {OptionId::findings, '\0', "findings", "", history, "history: when findings began and ended"},

    {OptionId::list, '\0', "list", "WHAT", information,
     "states, columns, formats, rules, sources, netns, users, groups, fields or verbs"},
    {OptionId::help, 'h', "help", "", information, "print this help"},
    {OptionId::version, 'V', "version", "", information, "print the version"},
});

constexpr bool options_follow_their_enum() {
  for (std::size_t i = 0; i < kOptions.size(); ++i) {
    if (kOptions[i].id != static_cast<OptionId>(i)) return false;
  }
  return kOptions.size() == kOptionCount;
}
static_assert(options_follow_their_enum(), "the table follows the enum");
static_assert(kOptionCount <= 128, "an OptionSet has 128 bits");

template <typename Matches>
const OptionInfo* find(Matches matches) {
  const auto at = std::find_if(kOptions.begin(), kOptions.end(), matches);
  return at == kOptions.end() ? nullptr : &*at;
}

}  // namespace

std::string_view name(OptionGroup group) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"Filters", "Output", "Source", "Summary", "Samples", "Check", "History", "Information"});
  return kNames[static_cast<std::size_t>(group)];
}

std::span<const OptionInfo> options() { return kOptions; }

const OptionInfo& option_info(OptionId id) { return kOptions[static_cast<std::size_t>(id)]; }

const OptionInfo* find_option(char letter) {
  return letter == '\0' ? nullptr : find([&](const OptionInfo& option) { return option.letter == letter; });
}

const OptionInfo* find_option(std::string_view name) {
  return find([&](const OptionInfo& option) { return option.name == name; });
}

}  // namespace tcpstat::cli::options
