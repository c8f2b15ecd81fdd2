#include "render/judgement_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "render/envelope.h"

namespace tcpstat::render {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no infinity and no NaN (RFC 8259 §6).
Json number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  constexpr double kExact = 9e15;
  if (std::floor(*value) == *value && std::fabs(*value) < kExact) return static_cast<std::int64_t>(*value);
  return *value;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

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

}  // namespace

void add_judgements(Json& to, const std::vector<SynVerdict>& verdicts, const std::vector<Finding>& findings) {
  to["verdicts"] = Json::array();
  for (const SynVerdict& verdict : verdicts) {
    to["verdicts"].push_back({{"subject", verdict.subject},
                              {"level", name(verdict.level)},
                              {"class", text_or_null(verdict.attack_class)},
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
                              {"subject", finding.subject},
                              {"value", number(finding.value)},
                              {"unit", finding.unit},
                              {"warning", number(finding.warning)},
                              {"critical", number(finding.critical)},
                              {"message", finding.message},
                              {"evidence", evidence_list(finding.evidence)},
                              {"next", text_or_null(finding.next)}});
  }
}

/// What documents of check and audit begin with.
template <typename Judged>
static Json envelope_of(const Judged& report) {
  Json document;
  add_start(document, report.reading.facts);
  add_end(document, report.reading);
  document["status"] = status_word(report.status);
  document["exit_code"] = report.exit_code;
  document["headline"] = report.headline;
  return document;
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

}  // namespace tcpstat::render
