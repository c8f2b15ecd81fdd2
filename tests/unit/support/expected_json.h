#pragma once
// What JSON must say of rows and of a run, made from the model by another way.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "model/column_values.h"
#include "model/tcp_info.h"
#include "support/fixtures.h"
#include "support/render.h"

namespace tcpstat::render {

using Json = nlohmann::json;
using test::Rendering;

template <typename T>
inline Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

inline Json or_null(std::string_view word) { return word.empty() ? Json() : Json(word); }

/// What the row's keys must be.
inline Json expected_socket(const Socket& row, State state, test::TableNames& names) {
  Json out;
  out["family"] = name(row.family);
  out["state"] = name(state);
  out["phase"] = name(info(state).phase);
  out["local_address"] = to_string(row.local.address);
  out["local_port"] = row.local.port;
  out["uid"] = or_null(row.uid);
  out["user"] = row.uid ? or_null(names.user(*row.uid)) : Json();
  out["inode"] = row.inode == 0 ? Json() : Json(row.inode);
  out["orphan"] = or_null(name(row.orphan));
  out["source"] = name(row.origin);
  out["interface"] = or_null(names.interface(row.interface));
  out["cgroup"] = row.cgroup ? or_null(names.cgroup(*row.cgroup)) : Json();
  const CgroupPlace* place = row.owners.empty() ? nullptr : names.place_of_process(row.owners.front().pid);
  if (place == nullptr && row.cgroup) place = names.place_of_cgroup(*row.cgroup);
  out["unit"] = place != nullptr ? or_null(place->unit) : Json();
  out["container"] = place != nullptr ? or_null(place->container) : Json();
  out["container_name"] = Json();
  if (place != nullptr) {
    out["container_name"] = or_null(is_container_id(place->container) ? place->container_name : place->container);
  }
  out["pod"] = place != nullptr ? or_null(place->pod) : Json();
  out["v6only"] = or_null(row.v6only);
  out["ulp"] = row.ulp[0] == '\0' ? Json() : Json(std::string(row.ulp.data()));
  out["mptcp_token"] = or_null(row.mptcp_token);
  out["mptcp_role"] = or_null(name(row.mptcp_role));
  out["transparent"] = or_null(row.transparent);
  out["freebind"] = or_null(row.freebind);
  out["protocol"] = 6;  // the lists of the tests are of TCP
  out["memory"] = Json();
  if (row.recv_memory_bytes) {
    out["memory"]["mem"] = or_null(column_values::mem_of(row));
    out["memory"]["mem_recv"] = or_null(row.recv_memory_bytes);
    out["memory"]["mem_recv_limit"] = or_null(row.recv_buffer_bytes);
    out["memory"]["mem_send"] = or_null(row.send_memory_bytes);
    out["memory"]["mem_send_limit"] = or_null(row.send_buffer_bytes);
    out["memory"]["mem_reserved"] = or_null(row.reserved_memory_bytes);
    out["memory"]["mem_queued"] = or_null(row.queued_memory_bytes);
    out["memory"]["mem_options"] = or_null(row.option_memory_bytes);
    out["memory"]["mem_backlog"] = or_null(row.backlog_memory_bytes);
    out["memory"]["mem_drops"] = or_null(row.drops);
  }
  out["netns_name"] = or_null(names.netns(row.netns));
  out["mark"] = or_null(row.mark);
  out["cookie"] = row.cookie ? Json(std::to_string(*row.cookie)) : Json();
  out["processes"] = Json();
  if (row.owners_known) {
    out["processes"] = Json::array();
    for (const Owner& owner : row.owners) {
      out["processes"].push_back({{"pid", owner.pid}, {"name", owner.name}, {"fd", owner.fd}});
    }
  }
  out["netns"] = 4026531840U;
  return out;
}

inline Json expected_row(const Connection& row, test::TableNames& names) {
  Json out = expected_socket(row, row.state, names);
  const bool remote = row.state != State::close;
  out["remote_address"] = remote ? Json(to_string(row.remote.address)) : Json();
  out["remote_port"] = remote ? Json(row.remote.port) : Json();
  out["recv_queue"] = or_null(row.recv_queue);
  out["send_queue"] = or_null(row.send_queue);
  out["accept_queue"] = out["accept_limit"] = out["syn_recv"] = Json();
  out["timer"] = or_null(name(row.timer));
  out["timer_ms"] = or_null(row.timer_ms);
  out["retransmits"] = or_null(row.retransmits);
  out["age_ms"] = or_null(row.age_ms);
  out["flags"] = Json::array();
  for (const RowFlagInfo& flag : kRowFlags) {
    if (row.flags.has(flag.flag)) out["flags"].push_back(flag.name);
  }
  out["rates"] = Json();
  if (row.rates != nullptr) {
    out["rates"] = {{"sent_bps", or_null(row.rates->sent_bytes)},
                    {"received_bps", or_null(row.rates->received_bytes)},
                    {"segs_out_per_s", or_null(row.rates->segments_out)},
                    {"segs_in_per_s", or_null(row.rates->segments_in)},
                    {"retrans_per_s", or_null(row.rates->retransmits)}};
  }
  out["tcp_info"] = Json();
  if (!row.tcp_info.empty()) {
    out["tcp_info"]["congestion"] = or_null(row.congestion);
    const CongestionValues& values = row.congestion_values;
    const auto number = [&](CongestionValues::Kind kind, const char* key, std::size_t at) {
      out["tcp_info"][key] = values.kind == kind ? Json(values.numbers[at]) : Json();
    };
    using enum CongestionValues::Kind;
    number(bbr, "bbr_bandwidth", 0);
    number(bbr, "bbr_min_rtt_us", 1);
    number(bbr, "bbr_pacing_gain", 2);
    number(bbr, "bbr_cwnd_gain", 3);
    number(dctcp, "dctcp_ce_state", 0);
    number(dctcp, "dctcp_alpha", 1);
    number(dctcp, "dctcp_ecn_bytes", 2);
    number(dctcp, "dctcp_bytes", 3);
    for (const TcpInfoField& field : tcp_info_fields()) {
      out["tcp_info"][std::string(field.key)] = or_null(tcp_info_value(row.tcp_info, field));
    }
  }
  return out;
}

inline Json expected_row(const Listener& row, test::TableNames& names) {
  Json out = expected_socket(row, State::listen, names);
  for (const char* key : {"remote_address", "remote_port", "recv_queue", "send_queue", "timer_ms", "retransmits",
                          "age_ms", "rates", "tcp_info"}) {
    out[key] = Json();
  }
  out["accept_queue"] = or_null(row.accept_queue);
  out["accept_limit"] = or_null(row.accept_limit);
  out["syn_recv"] = or_null(row.syn_recv);
  out["timer"] = "none";
  out["flags"] = Json::array();
  return out;
}

inline void prepare(Rendering& rendering) {
  rendering.settings.processes = rendering.settings.tcp_info = true;
  rendering.settings.facts.host = "ho\"st";
  rendering.settings.facts.kernel = "6.1.0";
  rendering.settings.facts.netns = 4026531840U;
  rendering.names.users = {{0, "root"}, {1000, "we\"ird\n"}};
  rendering.names.interfaces = {{5, "eth0"}};
  rendering.names.cgroups = {{77, "/system.slice/\t"}};
}

/// Random rows with all that they can carry, and what they must become.
struct Sample {
  explicit Sample(Rendering& rendering) {
    test::Random random(67);
    static const std::vector<Owner> kOwners = {{1, 3, "init"}, {812, 4, "a)b|\"\\\x01"}};
    static std::vector<std::byte> info(280);
    for (std::byte& byte : info) byte = static_cast<std::byte>(random.number());
    for (int i = 0; i < 500; ++i) {
      Connection row = random.connection();
      if (random.once_in(2)) row.interface = 5;
      if (random.once_in(2)) row.cgroup = 77;
      row.owners_known = random.once_in(2);
      if (row.owners_known && random.once_in(2)) row.owners = kOwners;
      if (random.once_in(2)) {
        row.tcp_info = std::span(info).first(random.below(281));
        row.congestion = "cu\"bic";
        if (!row.tcp_info.empty()) row.congestion_values.kind = static_cast<CongestionValues::Kind>(random.below(3));
        row.congestion_values.numbers = {random.number(), 0, 7, 1024};
      }
      static const Rates kRates = {.sent_bytes = UINT64_MAX, .received_bytes = 0, .segments_in = 7, .retransmits = 1};
      if (random.once_in(4)) row.rates = &kRates;
      rendering.row(row);
      expected.push_back(expected_row(row, rendering.names));
      if (i % 5 != 0) continue;
      const Listener listener = random.listener();
      rendering.row(listener);
      expected.push_back(expected_row(listener, rendering.names));
    }
  }

  std::vector<Json> expected;
};

inline Report sample_report(const Rendering& rendering) {
  Report report;
  report.facts = rendering.settings.facts;
  report.source = "netlink";
  report.selected = StateSet::all() - StateSet{State::close};
  report.limited = true;
  report.filtered = true;
  report.coverage.duplicates_dropped = 9;
  report.coverage.complete = false;
  report.coverage.rows_read = 3;
  report.coverage.warn("a_code", "a \"message\"\n\xFF");
  report.tally.add(State::syn_recv, Family::ipv4);
  report.tally.add(State::syn_recv, Family::ipv6);
  report.tally.add(State::listen, Family::ipv6);
  return report;
}

inline void check_envelope(const Json& envelope) {
  CHECK(envelope["schema_version"] == 1);
  CHECK(envelope["tool"] == Json({{"name", "tcpstat"}, {"version", "0.0.0"}}));
  CHECK(envelope["time"] == "2026-01-02T03:04:05.678Z");
  CHECK(envelope["host"] == "ho\"st");
  CHECK(envelope["kernel"] == "6.1.0");
  CHECK(envelope["netns"] == 4026531840U);
  CHECK(envelope["source"] == "netlink");
  CHECK(envelope["complete"] == false);
  CHECK(envelope["limited"] == true);
  CHECK(envelope["duplicates_dropped"] == 9);
  CHECK(envelope["warnings"] == Json({{{"code", "a_code"}, {"message", "a \"message\"\n\xEF\xBF\xBD"}}}));
  CHECK(envelope["summary"]["total"] == 3);
  CHECK(envelope["summary"]["by_family"] == Json({{"ipv4", 1}, {"ipv6", 2}}));
  const Json& by_state = envelope["summary"]["by_state"];
  CHECK(by_state.size() == kStateCount);
  CHECK(by_state["syn_recv"] == 2);
  CHECK(by_state["listen"] == 1);
  CHECK(by_state["time_wait"] == 0);
  CHECK(by_state["close"].is_null());  // not selected
}

}  // namespace tcpstat::render
