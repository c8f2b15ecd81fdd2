// A validation as one JSON document or as lines; keys as in tests/schema/validate.json.

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "render/json_documents.h"
#include "render/validation_writer.h"

namespace tcpstat::render {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& words) { return words.empty() ? Json() : Json(words); }

Json state_or_null(const std::optional<ObservedState>& state) { return state ? Json(name(*state)) : Json(); }

void add_end_point(Json& to, const std::string& side, const std::optional<Endpoint>& end) {
  to[side + "_address"] = end ? Json(to_string(end->address)) : Json();
  to[side + "_port"] = end ? Json(end->port) : Json();
}

void add_finding(Json& to, const LogFinding& finding) {
  to["line"] = finding.line;
  to["rule"] = name(finding.rule);
  to["severity"] = name(finding.severity);
  to["from"] = state_or_null(finding.from);
  to["to"] = state_or_null(finding.to);
  add_end_point(to, "local", finding.local);
  add_end_point(to, "remote", finding.remote);
  to["message"] = finding.message;
  to["reference"] = or_null(finding.reference);
}

void add_result(Json& to, const Validation& validation) {
  to["host"] = validation.host ? Json(*validation.host) : Json();
  to["kernel"] = validation.kernel ? Json(*validation.kernel) : Json();
  to["source"] = "file";
  to["warnings"] = Json::array();
  for (const Warning& warning : validation.warnings) {
    to["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  to["complete"] = validation.complete;
  to["lines"] = validation.lines;
  to["bad_lines"] = validation.bad_lines;
  to["lost_records"] = validation.lost_records;
  to["findings_left_out"] = validation.left_out;
  to["transitions"] = validation.transitions;
  to["sockets"] = validation.sockets;
  to["samples"] = validation.samples;
  to["not_seen_again"] = validation.not_seen_again;
  to["verdicts"] = Json::object();
  for (const VerdictCount& verdict : validation.verdicts)
    to["verdicts"][std::string(name(verdict.verdict))] = verdict.count;
  to["pairs"] = Json::array();
  for (const LoggedPair& pair : validation.pairs) {
    to["pairs"].push_back({{"from", name(pair.from)},
                           {"to", name(pair.to)},
                           {"mode", pair.observed == Observed::exact ? "exact" : "sampled"},
                           {"protocol", protocol_number(pair.protocol)},
                           {"verdict", name(pair.verdict)},
                           {"count", pair.count},
                           {"reason", or_null(pair.reason)},
                           {"reference", or_null(pair.reference)}});
  }
}

/// What is known before the log is read; only the log tells its host and kernel.
Json start_without_host(const RunFacts& facts) {
  Json start;
  add_start(start, facts);
  start.erase("host");
  start.erase("kernel");
  return start;
}

class ValidationJson final : public ValidationWriter {
 public:
  ValidationJson(TextBuffer& out, const RunFacts& facts) : out_(out) {
    std::string start = json_text(start_without_host(facts));
    start.pop_back();
    out_.append(start);
    out_.append(",\"findings\":[");
  }

  void finding(const LogFinding& finding) override {
    Json object;
    add_finding(object, finding);
    out_.append(first_ ? "\n" : ",\n");
    out_.append(json_text(object));
    first_ = false;
  }

  void finish(const Validation& validation) override {
    Json end;
    add_result(end, validation);
    out_.append(first_ ? "]," : "\n],");
    out_.append(std::string_view(json_text(end)).substr(1));
    out_.append('\n');
  }

 private:
  TextBuffer& out_;
  bool first_ = true;
};

class ValidationNdjson final : public ValidationWriter {
 public:
  ValidationNdjson(TextBuffer& out, const RunFacts& facts) : out_(out), facts_(facts) {}

  void finding(const LogFinding& finding) override {
    Json object = line("finding");
    object["time"] = facts_.time;
    object["host"] = or_null(finding.host);
    object["snapshot"] = 1;
    add_finding(object, finding);
    write(object);
  }

  void finish(const Validation& validation) override {
    Json object = line("summary");
    object["snapshot"] = 1;
    object.update(start_without_host(facts_));
    add_result(object, validation);
    write(object);
  }

 private:
  static Json line(std::string_view type) {
    Json object;
    object["type"] = type;
    return object;
  }
  void write(const Json& object) {
    out_.append(json_text(object));
    out_.append('\n');
  }

  TextBuffer& out_;
  RunFacts facts_;
};

}  // namespace

std::unique_ptr<ValidationWriter> make_validation_json(const Page& page, const RunFacts& facts) {
  return std::make_unique<ValidationJson>(page.out, facts);
}

std::unique_ptr<ValidationWriter> make_validation_ndjson(const Page& page, const RunFacts& facts) {
  return std::make_unique<ValidationNdjson>(page.out, facts);
}

}  // namespace tcpstat::render
