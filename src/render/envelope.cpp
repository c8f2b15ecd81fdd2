#include "render/envelope.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "render/judgement_json.h"

namespace tcpstat::render {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json value_of(const GroupValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

Json top_entries(const std::vector<TopEntry>& entries) {
  Json out = Json::array();
  for (const TopEntry& entry : entries) {
    out.push_back({{"key", entry.key}, {"count", entry.count}, {"error", entry.error}});
  }
  return out;
}

}  // namespace

void add_start(Json& to, const RunFacts& facts) {
  to["schema_version"] = kSchemaVersion;
  to["tool"] = {{"name", "tcpstat"}, {"version", facts.version}};
  to["time"] = facts.time;
  to["host"] = value_or_null(facts.host);
  to["kernel"] = value_or_null(facts.kernel);
  to["netns"] = value_or_null(facts.netns);
}

void add_end(Json& to, const Report& report) {
  to["source"] = report.source;
  to["warnings"] = Json::array();
  for (const Warning& warning : report.coverage.warnings) {
    to["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  to["complete"] = report.coverage.complete;
  to["limited"] = report.limited;
  to["duplicates_dropped"] = report.coverage.duplicates_dropped;

  Json by_state = Json::object();
  for (const StateInfo& state : states()) {
    by_state[std::string(state.key)] =
        report.counted().has(state.state) ? Json(report.tally.count(state.state)) : Json(nullptr);
  }
  Json by_family = Json::object();
  by_family["ipv4"] = report.ipv4 ? Json(report.tally.count(Family::ipv4)) : Json(nullptr);
  by_family["ipv6"] = report.ipv6 ? Json(report.tally.count(Family::ipv6)) : Json(nullptr);
  to["summary"] = {{"total", report.tally.total()}, {"by_state", by_state}, {"by_family", by_family}};
  add_judgements(to, report.verdicts, report.findings);
}

void add_summary(Json& to, const Summary& summary) {
  Json groups = Json::array();
  for (const Group& group : summary.groups) {
    Json entry = Json::object();
    for (std::size_t i = 0; i < summary.keys.size(); ++i) entry[summary.keys[i]] = value_of(group.values[i]);
    entry["count"] = value_or_null(group.count);
    groups.push_back(std::move(entry));
  }
  to["groups"] = std::move(groups);
  if (!summary.details) return;

  to["phases"] = Json::object();
  for (const Group& phase : summary.phases) {
    // Keys have no hyphens: half_closed.
    std::string key = std::get<std::string>(phase.values.front());
    std::replace(key.begin(), key.end(), '-', '_');
    to["phases"][key] = value_or_null(phase.count);
  }
  to["listeners"] = Json::array();
  for (const Listener& row : summary.listeners) {
    to["listeners"].push_back({{"local_address", to_string(row.local.address)},
                               {"local_port", row.local.port},
                               {"accept_queue", value_or_null(row.accept_queue)},
                               {"accept_limit", value_or_null(row.accept_limit)},
                               {"syn_recv", value_or_null(row.syn_recv)}});
  }
  to["top_remotes"] = top_entries(summary.top_remotes);
  to["top_prefixes"] = top_entries(summary.top_prefixes);
}

}  // namespace tcpstat::render
