#pragma once
// A diagnoser with all that it needs, fed row by row.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnose/diagnoser.h"
#include "model/tcp_info.h"
#include "support/rows.h"
#include "support/told.h"

namespace tcpstat {

inline std::ostream& operator<<(std::ostream& out, Severity severity) { return out << name(severity); }

namespace test {

/// Limits of descriptors from a table.
class TableLimits final : public diagnose::ProcessLimits {
 public:
  [[nodiscard]] std::optional<std::uint64_t> open_files(std::uint32_t pid) const override {
    const auto at = table.find(pid);
    return at == table.end() ? std::nullopt : std::optional(at->second);
  }
  std::map<std::uint32_t, std::uint64_t> table;
};

class Diagnosing {
 public:
  using Info = std::vector<std::pair<std::string_view, std::uint64_t>>;

  /// On a host that tells what rules compare with: the defaults of Linux, and plenty of memory.
  Diagnosing() {
    KernelSettings& settings = rule_limits.settings;
    settings.first_local_port = 32768;
    settings.last_local_port = 60999;
    settings.tcp_mem_pages = {1 << 20, 1 << 21, 1 << 22};
    settings.max_orphans = 1 << 20;
    facts.usage.mem_pages = 0;
    facts.usage.orphan = 0;
    untabled.emplace();
  }

  /// `count` copies of `row`, each from a remote port of its own, with these values of tcp_info, held by `owner`.
  Diagnosing& rows(std::size_t count, Connection row, const Info& info = {}, const Owner& owner = {}) {
    std::vector<std::byte> bytes;
    for (const auto& [key, value] : info) {
      for (const TcpInfoField& field : tcp_info_fields()) {
        if (field.key == key) set_tcp_info_value(bytes, field, value);
      }
    }
    row.tcp_info = bytes;
    if (owner.pid != 0) row.owners = {&owner, 1};
    row.owners_known = true;
    for (std::size_t i = 0; i < count; ++i) {
      diagnoser().connection(row);
      ++row.remote.port;
    }
    return *this;
  }
  Diagnosing& row(const Listener& row) {
    diagnoser().listener(row);
    return *this;
  }

  std::vector<Finding> finish() {
    return diagnoser().finish({.facts = facts,
                               .before = before ? &*before : nullptr,
                               .listener_drops = listener_drops,
                               .processes = &processes,
                               .earlier_close_waits = earlier_close_waits,
                               .untabled = untabled,
                               .most_processes = most_processes,
                               .visible = visible});
  }
  /// What one rule says, worst first.
  std::vector<Finding> finish(std::string_view rule) {
    std::vector<Finding> all = finish();
    std::erase_if(all, [&](const Finding& finding) { return finding.rule != rule; });
    return all;
  }
  /// The worst of what one rule says; ok if it says nothing.
  Severity verdict(std::string_view rule) {
    const auto all = finish(rule);
    return all.empty() ? Severity::ok : all.front().severity;
  }

  diagnose::Diagnoser& diagnoser() {
    if (!diagnoser_) diagnoser_ = std::make_unique<diagnose::Diagnoser>(rule_limits);
    return *diagnoser_;
  }

  diagnose::RuleLimits rule_limits;
  KernelFacts facts;
  std::optional<KernelFacts> before;
  std::vector<ListenerDrops> listener_drops;
  TableLimits processes;
  std::vector<std::uint64_t> earlier_close_waits;
  std::optional<std::vector<Untabled>> untabled;
  bool most_processes = true;
  StateSet visible = StateSet::all();

 private:
  std::unique_ptr<diagnose::Diagnoser> diagnoser_;
};

/// The value of one piece of evidence; nothing if it is not there.
inline std::optional<double> evidence(const Finding& finding, std::string_view quantity) {
  for (const Evidence& one : finding.evidence) {
    if (one.quantity == quantity) return one.value;
  }
  return std::nullopt;
}

/// A connection that a client opened to port 443 here.
inline Connection served(State state, std::uint16_t port = 443) {
  return connection(state, endpoint("192.0.2.1", port), endpoint("198.51.100.7", 1024));
}

/// The same, which holds data that does not go out.
inline Connection waiting(TimerKind timer, std::uint32_t tries, std::uint32_t timer_ms = 500) {
  Connection row = served(State::established);
  row.timer = timer;
  row.timer_ms = timer_ms;
  row.retransmits = tries;
  row.send_queue = 5000;
  return row;
}

}  // namespace test
}  // namespace tcpstat
