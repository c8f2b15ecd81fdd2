#include <algorithm>

#include "cli/options/choices.h"
#include "cli/options/commands/commands.h"
#include "cli/options/read_option.h"
#include "survey/grouping.h"

namespace tcpstat::cli::options {
namespace {

/// Metrics have series of their own, and a bound, for these keys alone.
Failure refuse_other_groups(const SummaryCommand& command) {
  if (!render::format(command.output.format).counts_metrics) return std::nullopt;
  if (auto failed = refuse_several_namespaces(command.source)) return failed;
  if (auto failed = refuse_differences(command.source, "metrics count all sockets", "auto, netlink, proc or a file")) {
    return failed;
  }
  for (const std::string& key : command.group_by) {
    if (key == survey::kProcessKey || key == "unit" || key == "remote") continue;
    return UsageError{"metrics are grouped by process, unit and remote, not by " + key + "; another format takes it"};
  }
  return std::nullopt;
}

}  // namespace

Failure read(const Words& words, ListCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = read_rate(words, to.filter, to.source, to.rows)) return failed;
  if (auto failed = read_mptcp(words, to.rows.mptcp, to.source)) return failed;
  if (words.given(OptionId::interval) && !to.rows.rate) {
    const std::string value = words.typed.value(OptionId::interval).value_or("");
    return UsageError{refusal(words.verb, option_info(OptionId::interval), value) + "; a list takes it with --rate"};
  }
  return read_interval(words, OptionId::interval, to.interval, kShortestInterval);
}

Failure read(const Words& words, SummaryCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = refuse_rates(to.filter, to.source)) return failed;
  for (const std::string& piece : words.pieces(OptionId::by)) {
    const auto key = parse_group_key(piece);
    if (!key) return key.error();
    if (std::find(to.group_by.begin(), to.group_by.end(), *key) == to.group_by.end()) to.group_by.push_back(*key);
  }
  if (words.given(OptionId::by) && to.group_by.empty()) return UsageError{"--by names no key"};
  if (auto failed = refuse_other_groups(to)) return failed;
  const bool has_metrics = render::format(to.output.format).counts_metrics;
  if (auto failed = read_mptcp(words, to.mptcp, to.source)) return failed;
  if (to.mptcp && has_metrics) {
    return UsageError{"metrics count connections of TCP; another format counts those of MPTCP: summary -M -f json"};
  }
  if (words.given(OptionId::limit) && has_metrics) {
    return UsageError{"metrics have bounds of their own; another format takes --limit"};
  }
  const std::string_view refusal = has_metrics ? "" : "--ports is for -f prometheus; --local-port selects sockets";
  if (auto failed = read_metrics_ports(words, refusal, to.metrics_ports)) return failed;
  return read_count(words, OptionId::limit, to.limit);
}

}  // namespace tcpstat::cli::options
