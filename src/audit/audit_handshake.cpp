// The lines of the audit about handshakes: cookies, backlogs, retries.

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "audit/audit.h"
#include "base/quantity_text.h"
#include "model/kernel_timers.h"

namespace tcpstat::audit {
namespace {

using Number = std::optional<std::int64_t>;

std::optional<std::string> text(const Number& number) {
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

/// For what would be as it should be if no other listener were there.
AuditJudgement listeners_unread(std::optional<std::string> value) {
  return {std::move(value), Severity::unknown, "the listeners could not all be read"};
}

bool saw_all(const AuditInput& input) { return input.table == Completeness::whole; }

/// Reachable from other hosts, as far as its address tells.
bool is_public(const Listener& listener) { return !listener.local.address.is_loopback(); }

bool any_public(const AuditInput& input) {
  return std::any_of(input.listeners.begin(), input.listeners.end(), is_public);
}

/// The listener with the least or the most backlog of those that are public and known.
template <typename Compare>
const Listener* by_backlog(const AuditInput& input, Compare better) {
  const Listener* found = nullptr;
  for (const Listener& listener : input.listeners) {
    if (!listener.accept_limit || !is_public(listener)) continue;
    if (found == nullptr || better(*listener.accept_limit, *found->accept_limit)) found = &listener;
  }
  return found;
}

}  // namespace

AuditJudgement audit_tcp_syncookies(const AuditInput& input) {
  const Number& value = input.facts.settings.syncookies;
  if (!value) return unread();
  if (*value == 1) return {text(value)};
  if (*value == 0) {
    return {text(value), any_public(input) ? Severity::critical : Severity::warning,
            "sysctl -w net.ipv4.tcp_syncookies=1"};
  }
  return {text(value), Severity::warning, "sysctl -w net.ipv4.tcp_syncookies=1, unless you are testing cookies"};
}

AuditJudgement audit_listener_backlog(const AuditInput& input) {
  const Listener* least = by_backlog(input, [](std::uint32_t a, std::uint32_t b) { return a < b; });
  constexpr std::uint32_t kEnough = 128;
  // One that is too short stands, whatever was not seen.
  if (!saw_all(input) && (least == nullptr || *least->accept_limit >= kEnough)) return listeners_unread(std::nullopt);
  if (least == nullptr) {
    if (!any_public(input)) return {"no listener that other hosts can reach"};
    return {std::nullopt, Severity::unknown, "/proc does not show backlogs: use --source netlink"};
  }
  const std::uint64_t backlog = *least->accept_limit;
  /// So many come while the first of them is still there; 0 SYN/s fill nothing.
  const auto rate = [](double requests, std::chrono::milliseconds life) {
    const double per_s = requests / std::chrono::duration<double>(life).count();
    return tenths_text(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(per_s * 10)));
  };
  const auto held = static_cast<double>(backlog);
  const KernelSettings& settings = input.facts.settings;
  AuditJudgement judged{std::to_string(backlog) + " on " + to_string(least->local) + ", the shortest: filled by " +
                        rate(held, least_request_life(settings)) + " SYN/s, half filled by " +
                        rate(held / 2, request_life(settings))};
  if (backlog < kEnough) {
    judged.status = Severity::warning;
    judged.advice = "give the program a backlog of " + std::to_string(kEnough) +
                    " or more, raise net.core.somaxconn if that is less, and restart the program";
  }
  return judged;
}

AuditJudgement audit_somaxconn(const AuditInput& input) {
  const Number& value = input.facts.settings.somaxconn;
  if (!value) return unread();
  constexpr std::int64_t kDefault = 4096;
  const auto clamped = [&](const Listener& row) { return row.accept_limit && *row.accept_limit == *value; };
  const auto at_cap = std::find_if(input.listeners.begin(), input.listeners.end(), clamped);
  if (*value < kDefault) {
    return {text(value), Severity::warning, "sysctl -w net.core.somaxconn=4096, then restart the programs that listen"};
  }
  if (at_cap != input.listeners.end()) {
    return {*text(value) + ", which is the backlog of " + to_string(at_cap->local), Severity::info,
            "the program may have asked for more: if its queue fills, raise net.core.somaxconn and restart it"};
  }
  return {text(value)};
}

AuditJudgement audit_tcp_max_syn_backlog(const AuditInput& input) {
  const Number& value = input.facts.settings.max_syn_backlog;
  if (!value) return unread();
  if (input.facts.settings.syncookies.value_or(1) != 0) return {*text(value) + ", not used while cookies are on"};
  const Listener* most = by_backlog(input, [](std::uint32_t a, std::uint32_t b) { return a > b; });
  const std::int64_t reachable = *value - *value / 4;  // tcp_conn_request()
  if (most == nullptr || reachable >= *most->accept_limit) {
    return saw_all(input) ? AuditJudgement{text(value)} : listeners_unread(text(value));
  }
  return {*text(value) + ", so that queues end at " + std::to_string(reachable + 1), Severity::warning,
          "turn cookies on, or set net.ipv4.tcp_max_syn_backlog above 4/3 of " + std::to_string(*most->accept_limit) +
              ", the backlog of " + to_string(most->local)};
}

AuditJudgement audit_tcp_synack_retries(const AuditInput& input) {
  const Number& value = input.facts.settings.synack_retries;
  if (!value) return unread();
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(request_life(input.facts.settings));
  const std::string shown = *text(value) + ": half-open connections live " + std::to_string(life.count()) + " s";
  if (*value <= kTcpSynackRetries) return {shown};
  return {shown, Severity::warning, "sysctl -w net.ipv4.tcp_synack_retries=5; 2 or 3 during an attack"};
}

AuditJudgement audit_tcp_abort_on_overflow(const AuditInput& input) {
  const Number& value = input.facts.settings.abort_on_overflow;
  if (!value) return unread();
  if (*value == 0) return {text(value)};
  return {text(value), Severity::warning, "sysctl -w net.ipv4.tcp_abort_on_overflow=0"};
}

AuditJudgement audit_tcp_timestamps(const AuditInput& input) {
  const Number& value = input.facts.settings.timestamps;
  if (!value) return unread();
  if (*value != 0 || input.facts.settings.syncookies.value_or(1) == 0) return {text(value)};
  return {text(value), Severity::warning, "sysctl -w net.ipv4.tcp_timestamps=1"};
}

AuditJudgement audit_tcp_migrate_req(const AuditInput& input) {
  const Number& value = input.facts.settings.migrate_req;
  // Sockets on one device and on another, or on any, are no pool.
  std::map<std::pair<std::string, std::uint32_t>, int> pools;
  for (const Listener& listener : input.listeners) ++pools[{to_string(listener.local), listener.interface}];
  const auto pool = std::find_if(pools.begin(), pools.end(), [](const auto& entry) { return entry.second > 1; });
  if (pool == pools.end() && !saw_all(input)) {
    return value.value_or(0) != 0 ? AuditJudgement{text(value)} : listeners_unread(text(value));
  }
  if (pool == pools.end())
    return {value ? *text(value) + ", no port has several listeners" : "no port has several listeners"};
  if (value.value_or(0) != 0) return {text(value)};
  const std::string several = ", and " + pool->first.first + " has " + std::to_string(pool->second) + " listeners";
  if (value) {
    return {*text(value) + several, Severity::info, "sysctl -w net.ipv4.tcp_migrate_req=1 if they restart one by one"};
  }
  if (!lacks_settings(input)) return unread();
  // Linux 5.14.
  return {"this kernel has none" + several, Severity::info, "restart the program at a quiet time"};
}

AuditJudgement audit_tcp_fastopen(const AuditInput& input) {
  const Number& value = input.facts.settings.fastopen;
  if (!value) return unread();
  // ip-sysctl: 0x2 server, 0x200 data in SYN without a cookie. 0x400 is fast open on every listener, with cookies
  // (net/ipv4/tcp_fastopen.c, tcp_fastopen_no_cookie()).
  constexpr std::int64_t kServer = 0x2;
  constexpr std::int64_t kWithoutCookie = 0x200;
  if ((*value & kServer) == 0 || (*value & kWithoutCookie) == 0) return {text(value)};
  return {text(value), Severity::warning,
          "sysctl -w net.ipv4.tcp_fastopen=" + std::to_string(*value & ~kWithoutCookie)};
}

}  // namespace tcpstat::audit
