#include "render/json_documents.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/text_buffer.h"
#include "model/column_values.h"
#include "model/netns.h"
#include "render/json_or_null.h"
#include "render/judgement_json.h"

namespace tcpstat::render {
namespace {

using Json = nlohmann::ordered_json;

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

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

/// groups, and with the default keys phases, listeners, top_remotes, top_prefixes.
void add_summary(Json& to, const Summary& summary, Names& names) {
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
                               {"interface", text_or_null(column_values::interface_of(row, names))},
                               {"netns", value_or_null(netns_inode(row.netns))},
                               {"accept_queue", value_or_null(row.accept_queue)},
                               {"accept_limit", value_or_null(row.accept_limit)},
                               {"syn_recv", value_or_null(row.syn_recv)}});
  }
  to["top_remotes"] = top_entries(summary.top_remotes);
  to["top_prefixes"] = top_entries(summary.top_prefixes);
  to["mptcp"] = nullptr;
  if (summary.mptcp) {
    to["mptcp"] = {{"connections", summary.mptcp->connections}, {"subflows", summary.mptcp->subflows}};
  }
}

/// Null if the run read only one.
Json namespaces_of(const Coverage& coverage) {
  if (coverage.namespaces.empty()) return nullptr;
  Json out = Json::array();
  for (const NamespaceRead& one : coverage.namespaces) {
    out.push_back({{"netns", value_or_null(netns_inode(one.inode))},
                   {"name", one.name},
                   {"rows", value_or_null(one.rows)},
                   {"complete", one.complete}});
  }
  return out;
}

Json start_of(const RunFacts& facts) {
  Json start;
  add_start(start, facts);
  return start;
}

/// Keys source, warnings, complete, limited, duplicates_dropped, summary: those of the end, but no judgements.
void add_end(Json& to, const Report& report) {
  to["source"] = report.source;
  to["warnings"] = Json::array();
  for (const Warning& warning : report.coverage.warnings) {
    to["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  to["complete"] = report.coverage.complete;
  to["namespaces"] = namespaces_of(report.coverage);
  to["limited"] = report.limited;
  to["duplicates_dropped"] = report.coverage.duplicates_dropped;

  Json by_state = Json::object();
  for (const StateInfo& state : states()) {
    by_state[std::string(state.key)] =
        report.counted().has(state.state) ? Json(report.tally.count(state.state)) : Json(nullptr);
  }
  // A trace counts transitions, not sockets; what only one of two sources has are not all.
  const bool counts = !report.counted().empty();
  Json by_family = Json::object();
  by_family["ipv4"] = counts && report.ipv4 ? Json(report.tally.count(Family::ipv4)) : Json(nullptr);
  by_family["ipv6"] = counts && report.ipv6 ? Json(report.tally.count(Family::ipv6)) : Json(nullptr);
  const Json total = counts ? Json(report.tally.total()) : Json(nullptr);
  to["summary"] = {{"total", total}, {"by_state", by_state}, {"by_family", by_family}};
}

/// An object put together from the members of others.
class ObjectText {
 public:
  void add(const Json& members) {
    const std::string text = json_text(members);
    separate();
    out_.append(std::string_view(text).substr(1, text.size() - 2));
  }
  void add(const std::vector<SynVerdict>& verdicts, const std::vector<Finding>& findings) {
    separate();
    append_json_judgements(out_, verdicts, findings);
  }
  void add_end_of(const Report& report) {
    Json end;
    add_end(end, report);
    add(end);
    add(report.verdicts, report.findings);
  }
  /// Once, when all members were added.
  [[nodiscard]] std::string_view end(std::string_view closing) {
    out_.append(closing);
    return out_.view();
  }

 private:
  void separate() { out_.append(out_.size() > 0 ? ',' : '{'); }

  TextBuffer out_;
};

/// Which states were read, and whether a filter left rows out.
Json what_was_asked(const Report& report) {
  Json asked;
  asked["states"] = Json::array();
  for (const StateInfo& state : states()) {
    if (report.seen().has(state.state)) asked["states"].push_back(state.name);
  }
  asked["filtered"] = report.filtered;
  return asked;
}

/// Told in the envelope as well, so that a list without rows has it.
Json protocol_of(const Report& report) { return {{"protocol", protocol_number(report.protocol)}}; }

/// The object for one word of a list.
Json entry_of(const WordList& words, const std::vector<std::string>& row) {
  Json entry;
  for (std::size_t i = 0; i < row.size(); ++i) entry[std::string(words.keys[i])] = row[i];
  return entry;
}

template <typename Judged>
void add_status(Json& to, const Judged& report) {
  to["status"] = status_word(report.status);
  to["exit_code"] = report.exit_code;
  to["headline"] = report.headline;
}

/// Adds the verdict on each namespace to what was read of it.
void add_verdicts(Json& to, const std::vector<NamespaceVerdict>& verdicts) {
  Json& namespaces = to["namespaces"];
  for (std::size_t i = 0; i < verdicts.size() && i < namespaces.size(); ++i) {
    namespaces[i]["status"] = status_word(verdicts[i].status);
    namespaces[i]["headline"] = verdicts[i].headline;
  }
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

std::string document_start(const RunFacts& facts) {
  std::string text = json_text(start_of(facts));
  text.pop_back();
  return text;
}

std::string document_end(const Report& report) {
  ObjectText end;
  end.add_end_of(report);
  end.add(protocol_of(report));
  return std::string(end.end("}").substr(1));
}

std::string summary_document(const Report& report, const Summary& summary, Names& names) {
  ObjectText document;
  document.add(start_of(report.facts));
  document.add_end_of(report);
  Json rest = protocol_of(report);
  add_summary(rest, summary, names);
  document.add(rest);
  return std::string(document.end("}\n"));
}

std::string check_document(const CheckReport& report) {
  ObjectText document;
  document.add(start_of(report.reading.facts));
  Json members;
  add_end(members, report.reading);
  add_verdicts(members, report.namespaces);
  document.add(members);
  document.add(report.verdicts, report.findings);
  Json status;
  add_status(status, report);
  status["not_seen"] = report.not_seen;
  Json counters = Json::object();
  for (const auto& counter : kKernelCounters) {
    counters[std::string(counter.key)] = value_or_null(report.counters.*counter.member);
  }
  status["counters"] = std::move(counters);
  document.add(status);
  return std::string(document.end("}\n"));
}

std::string audit_document(const AuditReport& report) {
  ObjectText document;
  document.add(start_of(report.reading.facts));
  Json members;
  add_end(members, report.reading);
  add_verdicts(members, report.namespaces);
  document.add(members);
  document.add(report.reading.verdicts, report.reading.findings);
  Json rest;
  add_status(rest, report);
  rest["checks"] = Json::array();
  for (const AuditCheck& check : report.checks) {
    rest["checks"].push_back({{"name", check.name},
                              {"value", check.value ? Json(*check.value) : Json(nullptr)},
                              {"status", name(check.status)},
                              {"advice", text_or_null(check.advice)},
                              {"reason", check.reason},
                              {"cost", check.cost},
                              {"source", check.source},
                              {"netns_names", check.namespaces.empty() ? Json(nullptr) : Json(check.namespaces)}});
  }
  document.add(rest);
  return std::string(document.end("}\n"));
}

std::string words_document(const WordList& words) {
  Json document = Json::array();
  for (const auto& row : words.rows) document.push_back(entry_of(words, row));
  return json_text(document, 2) + "\n";
}

std::string words_lines(const WordList& words) {
  std::string out;
  for (const auto& row : words.rows) out += json_text(entry_of(words, row)) + "\n";
  return out;
}

std::string document_end(const Report& report, const Json& more) {
  ObjectText end;
  end.add_end_of(report);
  end.add(what_was_asked(report));
  end.add(more);
  return std::string(end.end("}").substr(1));
}

std::string summary_line(const Report& report, std::uint64_t snapshot, const Json& more) {
  ObjectText line;
  Json start;
  start["type"] = "summary";
  start["snapshot"] = snapshot;
  add_start(start, report.facts);
  line.add(start);
  line.add_end_of(report);
  line.add(what_was_asked(report));
  if (!more.empty()) line.add(more);
  return std::string(line.end("}\n"));
}

std::string summary_line(const Report& report, std::uint64_t snapshot) {
  return summary_line(report, snapshot, protocol_of(report));
}

std::string summary_line(const Report& report, std::uint64_t snapshot, const Summary& summary, Names& names) {
  Json counts = protocol_of(report);
  add_summary(counts, summary, names);
  return summary_line(report, snapshot, counts);
}

}  // namespace tcpstat::render
