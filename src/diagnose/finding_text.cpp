#include "diagnose/finding_text.h"

#include <cmath>

#include "base/ascii.h"
#include "base/shell_word.h"

namespace tcpstat::diagnose {

std::string oldest_text(const std::optional<std::uint64_t>& oldest_ms, std::string_view before) {
  if (oldest_ms.value_or(0) < 1000) return {};
  return std::string(before) + duration_text(std::chrono::milliseconds(*oldest_ms));
}

std::string percent(double share) { return std::to_string(std::llround(share * 100)) + " %"; }

std::string sentence_start(std::string words) {
  if (!words.empty()) words.front() = ascii_upper(words.front());
  return words;
}

std::string service_text(const RowGroup& group) {
  const auto shared = group.shared_service();
  const ServicePort service = shared.value_or(group.service);
  return (service.opened == Opened::here ? " to :" : " on :") + std::to_string(service.port) +
         (!shared && group.more_services ? " and others" : "");
}

std::string actor_text(const GroupKey& key, const Subject& about) {
  return key.pid != 0 || key.endpoint.address.is_wildcard() ? about.text() : "a program here";
}

std::string actor_sentence(const GroupKey& key, std::string words) {
  return key.pid != 0 ? words : sentence_start(std::move(words));
}

std::string held_text(const GroupKey& key, const RowGroup& group) {
  if (key.pid != 0) return service_text(group);
  return key.endpoint.address.is_wildcard() ? "" : " to " + to_string(key.endpoint);
}

std::string well_meanwhile(double connections) {
  const auto rounded = static_cast<std::uint64_t>(std::llround(connections));
  if (rounded == 0) return {};
  return "about " + counted(rounded, "other") + " came and went well";
}

void add_well_meanwhile(double connections, std::vector<Evidence>& to) {
  if (connections > 0) to.push_back(measured("well_meanwhile", std::round(connections), "connections", kFromDump));
}

Severity judged(double value, double warning, double critical) {
  if (value >= critical) return Severity::critical;
  return value >= warning ? Severity::warning : Severity::ok;
}

Evidence measured(std::string_view quantity, double value, std::string_view unit, std::string_view source) {
  return {std::string(quantity), value, "", std::nullopt, std::string(unit), 0, std::string(source)};
}

Evidence measured(std::string_view quantity, double value, double limit, std::string_view unit,
                  std::string_view source) {
  return {std::string(quantity), value, ">=", limit, std::string(unit), 0, std::string(source)};
}

std::string list_command(StateSet states, std::string_view more) {
  std::string words;
  for (const StateInfo& row : tcpstat::states()) {
    if (states.has(row.state)) words += (words.empty() ? "" : ",") + std::string(row.name);
  }
  return "tcpstat --state " + words + (more.empty() ? "" : " ") + std::string(more);
}

std::string filter_text(const GroupKey& key) {
  if (key.pid != 0) return "--pid " + std::to_string(key.pid);
  if (key.endpoint.address.is_wildcard()) return "--local-port " + std::to_string(key.endpoint.port);
  return "--remote " + shell_word(key.endpoint.port == 0 ? to_string(key.endpoint.address) : to_string(key.endpoint));
}

double limit_of(const RuleLimits& rule_limits, const RuleInfo& rule, std::string_view name) {
  return rule_limits.thresholds.get(rule, name);
}

}  // namespace tcpstat::diagnose
