// A history as one JSON document or as lines; keys as in tests/schema/history.json.

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/timestamp.h"
#include "render/history_writers.h"
#include "render/json_documents.h"
#include "render/json_or_null.h"

namespace tcpstat::render {
namespace {

using Json = nlohmann::ordered_json;

void add_recorded_finding(Json& to, const PastFinding& finding) {
  to["rule"] = finding.rule;
  to["subject"] = finding.subject;
  to["severity"] = name(finding.severity);
  to["begin"] = timestamp(finding.begin);
  to["end"] = timestamp(finding.end);
  to["ended"] = finding.ended;
  to["samples"] = finding.samples;
  to["message"] = finding.message;
}

/// Adds what is true of the whole history.
void add_span(Json& to, const History& history) {
  to["by"] = history.by;
  to["from"] = history.samples == 0 ? Json() : Json(timestamp(history.from));
  to["to"] = history.samples == 0 ? Json() : Json(timestamp(history.to));
  to["samples"] = history.samples;
  to["step_s"] = history.step ? Json(std::chrono::duration<double>(*history.step).count()) : Json();
  to["left_out"] = history.left_out;
  to["complete"] = history.coverage.complete;
  to["warnings"] = Json::array();
  for (const Warning& warning : history.coverage.warnings) {
    to["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
}

}  // namespace

void write_history_json(const Page& page, const RunFacts& facts, const History& history) {
  Json document;
  add_start(document, facts);
  add_span(document, history);
  if (history.has_findings) {
    document["findings"] = Json::array();
    for (const PastFinding& finding : history.findings)
      add_recorded_finding(document["findings"].emplace_back(), finding);
  } else {
    document["times"] = Json::array();
    for (const auto time : history.times) document["times"].push_back(timestamp(time));
    document["series"] = Json::array();
    for (const HistorySeries& series : history.series) {
      Json values = Json::array();
      for (const auto& value : series.values) values.push_back(value_or_null(value));
      document["series"].push_back({{"name", series.name},
                                    {"least", value_or_null(series.least)},
                                    {"mean", series.mean},
                                    {"most", value_or_null(series.greatest)},
                                    {"last", value_or_null(series.last)},
                                    {"values", std::move(values)}});
    }
  }
  page.out.append(json_text(document) + "\n");
}

void write_history_lines(const Page& page, const RunFacts& facts, const History& history) {
  const auto write = [&page](const Json& line) { page.out.append(json_text(line) + "\n"); };
  for (const PastFinding& finding : history.findings) {
    Json line = {{"schema_version", kSchemaVersion}, {"type", "finding"}};
    add_recorded_finding(line, finding);
    write(line);
  }
  for (std::size_t i = 0; i < history.times.size(); ++i) {
    const std::string time = timestamp(history.times[i]);
    for (const HistorySeries& series : history.series) {
      if (!series.values[i]) continue;
      write({{"schema_version", kSchemaVersion},
             {"type", "value"},
             {"time", time},
             {"by", history.by},
             {"name", series.name},
             {"value", *series.values[i]}});
    }
  }
  Json summary = {{"type", "summary"}};
  add_start(summary, facts);
  add_span(summary, history);
  write(summary);
}

}  // namespace tcpstat::render
