#include "cli/options/options.h"

#include <algorithm>
#include <array>

namespace tcpstat::cli::options {
namespace {

constexpr auto kOptions = std::to_array<OptionInfo>({
#define OPTION(short_name, long_name, value, group, meaning) {short_name, long_name, value, group, meaning},
#include "cli/options/options.def"
#undef OPTION
});

std::string spelling(const OptionInfo& option) {
  std::string text = option.short_name != '\0' ? std::string("-") + option.short_name + ", " : "    ";
  text += "--" + std::string(option.long_name);
  if (!option.value.empty()) text += " " + std::string(option.value);
  return text;
}

constexpr std::string_view kUsage =
    "Usage: tcpstat [OPTIONS]            list TCP connections\n"
    "       tcpstat summary [OPTIONS]    count them by state, with listeners and top remotes\n"
    "       tcpstat watch [OPTIONS]      list them again and again, or with --events print transitions\n"
    "       tcpstat explain NAME         explain a state, FROM:TO, a lifecycle or the machine (--all: names)\n"
    "       tcpstat check [OPTIONS]      judge them for cron and monitoring: one line and an exit code\n"
    "       tcpstat audit                judge this host's defences against SYN floods and exhaustion\n"
    "       tcpstat validate [FILE|-]    judge recorded transitions or samples by the machine\n"
    "\n"
    "Without filters: all states but LISTEN and CLOSE. Filters of one kind are alternatives, different kinds must\n"
    "all match; each takes a comma list and may be repeated.\n";

constexpr std::string_view kExamples =
    "\nExamples:\n"
    "  tcpstat --state SYN_RECV                 half-open connections\n"
    "  tcpstat -lp                              listeners and who holds them\n"
    "  tcpstat --state '!TIME_WAIT' --port 443  everything on port 443 that is not TIME_WAIT\n"
    "  tcpstat --json | jq '.summary'           for scripts\n"
    "  tcpstat summary --by remote_prefix       who connects most\n"
    "  tcpstat watch --events --port 443        what becomes of connections, as it happens\n"
    "  tcpstat explain CLOSE_WAIT               what a state means and what to do about it\n"
    "  tcpstat check --interval 5               is anything wrong?\n"
    "  tcpstat check -s SYN_RECV -w 100 -c 500  a count with limits\n"
    "  tcpstat validate trace.txt               did this kernel keep to the rules?\n"
    "\n-n -t -u -e -m -W are accepted and change nothing. Exit status: 0 done, 1 -q and nothing matched, or validate\n"
    "found an illegal transition, 2 failed; check and audit: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n"
    "Manual: man tcpstat\n";

}  // namespace

std::span<const OptionInfo> options() { return kOptions; }

std::string help_text() {
  std::size_t widest = 0;
  for (const OptionInfo& option : kOptions) widest = std::max(widest, spelling(option).size());
  std::string text(kUsage);
  std::string_view group;
  for (const OptionInfo& option : kOptions) {
    if (option.group != group) {
      group = option.group;
      text += "\n" + std::string(group) + ":\n";
    }
    std::string left = spelling(option);
    left.resize(widest, ' ');
    text += "  " + left + "  " + std::string(option.meaning) + "\n";
  }
  text += kExamples;
  return text;
}

}  // namespace tcpstat::cli::options
