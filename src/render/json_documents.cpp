#include "render/json_documents.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

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

/// JSON has no infinity and no NaN (RFC 8259 §6).
Json number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  constexpr double kExact = 9e15;
  if (std::floor(*value) == *value && std::fabs(*value) < kExact) return static_cast<std::int64_t>(*value);
  return *value;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json evidence_list(const std::vector<Evidence>& all) {
  Json out = Json::array();
  for (const Evidence& evidence : all) {
    out.push_back({{"quantity", evidence.quantity},
                   {"value", number(evidence.value)},
                   {"op", text_or_null(evidence.op)},
                   {"limit", number(evidence.limit)},
                   {"unit", evidence.unit},
                   {"weight", number(evidence.weight)},
                   {"source", evidence.source}});
  }
  return out;
}

/// Keys verdicts and findings.
void add_judgements(Json& to, const std::vector<SynVerdict>& verdicts, const std::vector<Finding>& findings) {
  to["verdicts"] = Json::array();
  for (const SynVerdict& verdict : verdicts) {
    to["verdicts"].push_back({{"subject", verdict.subject.text()},
                              {"level", name(verdict.level)},
                              {"class", text_or_null(name(verdict.attack_class))},
                              {"score", number(verdict.score)},
                              {"rate_per_s", number(verdict.rate_per_s)},
                              {"seconds_to_full", number(verdict.seconds_to_full)},
                              {"blind", verdict.blind},
                              {"evidence", evidence_list(verdict.evidence)}});
  }
  to["findings"] = Json::array();
  for (const Finding& finding : findings) {
    to["findings"].push_back({{"rule", finding.rule},
                              {"severity", name(finding.severity)},
                              {"subject", finding.subject.text()},
                              {"value", number(finding.value)},
                              {"unit", finding.unit},
                              {"warning", number(finding.warning)},
                              {"critical", number(finding.critical)},
                              {"message", finding.message},
                              {"evidence", evidence_list(finding.evidence)},
                              {"next", text_or_null(finding.next)}});
  }
}

/// groups, and with the default keys phases, listeners, top_remotes, top_prefixes.
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

/// What documents of check and audit begin with.
template <typename Judged>
Json envelope_of(const Judged& report) {
  Json document;
  add_start(document, report.reading.facts);
  add_end(document, report.reading);
  document["status"] = status_word(report.status);
  document["exit_code"] = report.exit_code;
  document["headline"] = report.headline;
  return document;
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

std::string document_start(const RunFacts& facts) {
  Json start;
  add_start(start, facts);
  std::string text = json_text(start);
  text.pop_back();
  return text;
}

std::string document_end(const Report& report) {
  Json end;
  add_end(end, report);
  return json_text(end).substr(1);
}

std::string summary_document(const Report& report, const Summary& summary) {
  Json document;
  add_start(document, report.facts);
  add_end(document, report);
  add_summary(document, summary);
  return json_text(document) + "\n";
}

std::string check_document(const CheckReport& report) {
  Json document = envelope_of(report);
  add_judgements(document, report.verdicts, report.findings);
  return json_text(document) + "\n";
}

std::string audit_document(const AuditReport& report) {
  Json document = envelope_of(report);
  document["checks"] = Json::array();
  for (const AuditCheck& check : report.checks) {
    document["checks"].push_back({{"name", check.name},
                                  {"value", check.value ? Json(*check.value) : Json(nullptr)},
                                  {"status", name(check.status)},
                                  {"advice", text_or_null(check.advice)},
                                  {"reason", check.reason},
                                  {"cost", check.cost},
                                  {"source", check.source}});
  }
  return json_text(document) + "\n";
}

std::string words_document(const WordList& words) {
  Json document = Json::array();
  for (const auto& row : words.rows) {
    Json entry;
    for (std::size_t i = 0; i < row.size(); ++i) entry[std::string(words.keys[i])] = row[i];
    document.push_back(std::move(entry));
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string summary_line(const Report& report, std::uint64_t snapshot, const Summary* summary) {
  Json line;
  line["type"] = "summary";
  line["snapshot"] = snapshot;
  add_start(line, report.facts);
  add_end(line, report);
  line["states"] = Json::array();
  for (const StateInfo& state : states()) {
    if (report.counted().has(state.state)) line["states"].push_back(state.name);
  }
  line["filtered"] = report.filtered;
  if (summary != nullptr) add_summary(line, *summary);
  return json_text(line) + "\n";
}

}  // namespace tcpstat::render
