// Metrics for Prometheus: names and help are a contract, like the keys of JSON.

#include <algorithm>
#include <map>

#include "base/timestamp.h"
#include "render/exposition.h"
#include "render/formats.h"

namespace tcpstat::render::prometheus {
namespace {

constexpr auto kGauge = Exposition::Type::gauge;
constexpr auto kCounter = Exposition::Type::counter;
constexpr std::string_view kOther = "other";

std::optional<double> number(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

/// Writes a sample for each state that was counted.
void write_states(Exposition& out, const Report& report, std::string_view label, const std::string& value,
                  const StateCounts& counts) {
  for (const StateInfo& state : states()) {
    if (!report.counted().has(state.state)) continue;
    out.sample({{label, value}, {"state", std::string(state.key)}},
               number(counts[static_cast<std::size_t>(state.state)]));
  }
}

void write_connections(Exposition& out, const Report& report) {
  out.family("tcpstat_connections", kGauge, "TCP sockets by address family and state.");
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if (!(family == Family::ipv4 ? report.ipv4 : report.ipv6)) continue;
    for (const StateInfo& state : states()) {
      if (!report.counted().has(state.state)) continue;
      out.sample({{"family", std::string(name(family))}, {"state", std::string(state.key)}},
                 number(report.tally.count(state.state, family)));
    }
  }
}

void write_names(Exposition& out, const Report& report, const Metrics& of) {
  out.family(
      "tcpstat_port_connections", kGauge,
      "TCP sockets by state and by local port: those with a listener, or those of --ports; all others are other.");
  for (const PortMetrics& port : of.ports) {
    write_states(out, report, "port", port.port ? std::to_string(*port.port) : std::string(kOther), port.states);
  }
  struct Named {
    std::string_view family;
    std::string_view label;
    std::string_view help;
    const std::optional<std::vector<NameMetrics>>& names;
  };
  const Named all[] = {
      {"tcpstat_process_connections", "process",
       "TCP sockets by name of the process that holds them, and state; sockets without one are other.", of.processes},
      {"tcpstat_unit_connections", "unit", "TCP sockets by systemd unit, and state; sockets without one are other.",
       of.units},
      {"tcpstat_destination_connections", "destination",
       "TCP connections from ephemeral ports by the address and port that they go to, and state.", of.destinations}};
  for (const Named& named : all) {
    if (!named.names) continue;
    out.family(named.family, kGauge, named.help);
    // Anybody may call a process like the word for all others: each series is written once.
    StateCounts others{};
    bool has_others = false;
    for (const NameMetrics& one : *named.names) {
      if (one.name && one.name != kOther) {
        write_states(out, report, named.label, *one.name, one.states);
        continue;
      }
      has_others = true;
      for (std::size_t i = 0; i < others.size(); ++i) others[i] += one.states[i];
    }
    if (has_others) write_states(out, report, named.label, std::string(kOther), others);
  }
}

void write_listeners(Exposition& out, const Report& report, const Metrics& of) {
  if (report.counted().empty()) return;
  struct Value {
    std::string_view name;
    Exposition::Type type;
    std::string_view help;
    std::optional<std::uint64_t> ListenerMetrics::*value;
  };
  constexpr Value kValues[] = {
      {"tcpstat_listener_accept_queue", kGauge, "Connections that wait for accept(2).", &ListenerMetrics::accept_queue},
      {"tcpstat_listener_accept_queue_limit", kGauge, "The backlog of listen(2); the queue is full beyond it.",
       &ListenerMetrics::accept_limit},
      {"tcpstat_listener_half_open", kGauge, "Half-open connections (SYN_RECV) to the listener.",
       &ListenerMetrics::half_open},
      {"tcpstat_listener_drops_total", kCounter, "SYNs and ACKs that the listener has dropped.",
       &ListenerMetrics::drops}};
  for (const Value& value : kValues) {
    out.family(value.name, value.type, value.help);
    for (const ListenerMetrics& listener : of.listeners) {
      out.sample({{"address", to_string(listener.local.address)},
                  {"port", std::to_string(listener.local.port)},
                  {"interface", listener.device}},
                 number(listener.*value.value));
    }
  }
  out.family("tcpstat_listeners_left_out", kGauge, "Listeners beyond the fullest 50, which have no samples.");
  out.sample({}, number(of.listeners_left_out));
}

void write_totals(Exposition& out, const Report& report, const Metrics& of) {
  if (report.counted().empty()) return;
  out.family("tcpstat_queued_bytes", kGauge, "Bytes in queues: not yet read, and not yet acknowledged.");
  out.sample({{"direction", "receive"}}, number(of.receive_queued_bytes));
  out.sample({{"direction", "send"}}, number(of.send_queued_bytes));
  out.family("tcpstat_ephemeral_ports", kGauge, "Ports that connect(2) may take for one destination.");
  out.sample({}, number(of.ephemeral_ports));
  if (of.ephemeral_ports) {
    out.family("tcpstat_ephemeral_ports_used_max", kGauge, "Those taken for the destination that takes the most.");
    out.sample({}, number(of.ephemeral_ports_used));
  }
  if (!report.counted().has(State::syn_recv)) return;
  out.family("tcpstat_half_open_remote_prefixes", kGauge, "Networks (/24, /64) that half-open connections come from.");
  out.sample({}, number(of.half_open_prefixes));
  out.family("tcpstat_half_open_max_per_remote_prefix", kGauge, "Half-open connections of the network with the most.");
  out.sample({}, number(of.half_open_per_prefix));
}

void write_counters(Exposition& out, const KernelCounters& of) {
  struct Value {
    std::string_view name, help;
    std::optional<std::uint64_t> KernelCounters::*value;
  };
  constexpr Value kValues[] = {
      {"tcpstat_listen_overflows_total", "Handshakes that a full accept queue stopped (ListenOverflows).",
       &KernelCounters::listen_overflows},
      {"tcpstat_listen_drops_total", "SYNs and ACKs that listeners dropped (ListenDrops).",
       &KernelCounters::listen_drops},
      {"tcpstat_syncookies_sent_total", "SYN cookies (SyncookiesSent).", &KernelCounters::syncookies_sent},
      {"tcpstat_request_queue_full_drops_total", "SYNs dropped by a full SYN queue (TCPReqQFullDrop).",
       &KernelCounters::req_q_full_drop},
      {"tcpstat_request_queue_full_cookies_total", "SYNs answered by a cookie (TCPReqQFullDoCookies).",
       &KernelCounters::req_q_full_do_cookies},
      {"tcpstat_retransmitted_segments_total", "Segments that were sent again (RetransSegs).",
       &KernelCounters::retrans_segs},
      {"tcpstat_attempt_fails_total", "Handshakes that failed (AttemptFails).", &KernelCounters::attempt_fails}};
  for (const Value& value : kValues) {
    out.family(value.name, kCounter, value.help);
    out.sample({}, number(of.*value.value));
  }
}

void write_snapshot(Exposition& out, const Report& report, const std::optional<Metrics>& of) {
  out.family("tcpstat_snapshot_timestamp_seconds", kGauge, "When the sockets were read.");
  if (const auto time = time_from(report.facts.time)) {
    out.sample({}, std::chrono::duration<double>(*time).count());
  }
  out.family("tcpstat_snapshot_duration_seconds", kGauge, "How long reading them took.");
  if (of) out.sample({}, of->dump_seconds);
  out.family("tcpstat_snapshot_complete", kGauge, "1 if all sockets were read, else 0.");
  out.sample({}, report.coverage.complete ? 1 : 0);
  out.family("tcpstat_build_info", kGauge, "Always 1.");
  out.sample({{"version", report.facts.version}, {"source", report.source}}, 1);
}

void write(const Report& report, const std::optional<Metrics>& metrics, const KernelCounters& counters,
           Exposition& out) {
  write_connections(out, report);
  if (metrics) {
    write_names(out, report, *metrics);
    write_listeners(out, report, *metrics);
    write_totals(out, report, *metrics);
  }
  write_counters(out, counters);
  write_snapshot(out, report, metrics);
}

void summary(const RenderSettings& settings, const Report& report, const Summary& counts) {
  Exposition out(settings.out);
  write(report, counts.metrics, counts.counters, out);
}

/// The return code of plugins for monitoring systems.
int status_number(Severity severity) {
  switch (severity) {
    case Severity::ok:
    case Severity::info:
      return 0;
    case Severity::warning:
      return 1;
    case Severity::critical:
      return 2;
    case Severity::unknown:
      break;
  }
  return 3;
}

/// The order of severities: a proven problem outranks unknown.
int rank(Severity severity) { return severity == Severity::unknown ? 1 : status_number(severity) * 2; }

void write_rules(Exposition& out, const CheckReport& report) {
  std::map<std::string_view, Severity> worst;
  // A rule that looked at a part of the sockets only, and found nothing, is not ok.
  if (report.reading.coverage.complete) {
    for (const std::string_view rule : report.rules) worst[rule] = Severity::ok;
  }
  for (const Finding& finding : report.findings) {
    const auto [at, is_new] = worst.try_emplace(finding.rule, finding.severity);
    if (!is_new && rank(finding.severity) > rank(at->second)) at->second = finding.severity;
  }
  out.family("tcpstat_check_status", kGauge,
             "What each rule of tcpstat check found: 0 ok, 1 warning, 2 critical, 3 unknown.");
  for (const auto& [rule, severity] : worst) out.sample({{"rule", std::string(rule)}}, status_number(severity));
}

/// 0 none, 2 suspicious, 3 likely, 4 under attack; nothing if that could not be judged.
std::optional<double> level_of(const CheckReport& report) {
  if (!report.judged_half_opens || !report.reading.coverage.complete) return std::nullopt;
  AttackLevel worst = AttackLevel::none;  // unknown is the next
  for (const SynVerdict& verdict : report.verdicts) worst = std::max(worst, verdict.level);
  if (worst == AttackLevel::unknown) return std::nullopt;
  return static_cast<double>(worst);
}

void check(const Page& page, const CheckReport& report) {
  Exposition out(page.out);
  write_rules(out, report);
  out.family("tcpstat_syn_flood_level", kGauge,
             "How sure tcpstat check is of a SYN flood: 0 none, 2 suspicious, 3 likely, 4 under attack.");
  out.sample({}, level_of(report));
  write(report.reading, report.metrics, report.counters, out);
}

}  // namespace

Format format() {
  return {.name = "prometheus",
          .meaning = "metrics for Prometheus, as node_exporter's textfile collector reads them",
          .has_envelope = true,
          .counts_metrics = true,
          .summary = summary,
          .check = check};
}

}  // namespace tcpstat::render::prometheus
