// Explanations as JSON documents; keys as in tests/schema/explain.json.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "explain/explanations.h"
#include "explain/filter_vocabulary.h"
#include "explain/state_advice.h"
#include "machine/dwell.h"
#include "machine/joint.h"
#include "machine/linux_differences.h"
#include "machine/linux_profile.h"
#include "machine/reachability.h"
#include "machine/rfc9293.h"
#include "report/report.h"
#include "trace/judgement.h"

namespace tcpstat::explain {
namespace {

using Json = nlohmann::ordered_json;

Json document(std::string_view kind) {
  Json to;
  to["schema_version"] = kSchemaVersion;
  to["kind"] = kind;
  return to;
}

std::string text_of(const Json& to) { return json_text(to) + '\n'; }

/// null for an empty text.
Json or_null(std::string_view words) { return words.empty() ? Json() : Json(words); }

Json names_json(std::span<const Seen> passed) {
  Json out = Json::array();
  for (const Seen seen : passed) out.push_back(name(seen));
  return out;
}

Json most(const machine::DwellLimit& limit) {
  return limit.kind == machine::DwellLimit::Kind::bounded ? Json(limit.most.count()) : Json();
}

Json step(const machine::Transition& row) {
  return {{"from", name(row.from)},
          {"event", info(row.event).key},
          {"to", name(row.to)},
          {"action", row.action},
          {"send", or_null(machine::text(row.send))},
          {"reference", row.section},
          {"condition", or_null(machine::text(row.condition))}};
}

template <typename Use>
void each_move(Use use) {
  for (const machine::Transition& row : machine::kRfc9293) {
    if (row.answer == machine::Answer::moves) use(row);
  }
  for (const machine::Transition& row : machine::kRfc9293Cases) {
    if (row.answer == machine::Answer::moves) use(row);
  }
}

Json difference(const machine::Difference& row) {
  return {{"rfc9293", row.rfc9293}, {"linux", row.linux_does}, {"why", row.why}};
}

/// The segment by its flags, and its numbers in keys beside it; all null where nothing went that way.
void add_segment(Json& to, const std::string& key, const NumberedSegment& segment) {
  to[key] = or_null(machine::text(segment.segment.kind));
  to[key + "_seq"] = segment.empty() ? Json() : Json(segment.seq);
  to[key + "_ack"] = segment.ack ? Json(*segment.ack) : Json();
  to[key + "_length"] = segment.empty() ? Json() : Json(segment.length);
}

void add_rule(Json& to, const RuleInfo& rule) {
  to["rule"] = rule.id;
  to["question"] = rule.question;
  to["reference"] = rule.reference;
  to["thresholds"] = Json::array();
  for (const ThresholdInfo& threshold : rule.thresholds) {
    to["thresholds"].push_back(
        {{"name", threshold.name}, {"value", threshold.value}, {"unit", threshold.unit}, {"reason", threshold.reason}});
  }
}

void add_lifecycle(Json& to, const Lifecycle& lifecycle) {
  constexpr std::array<std::string_view, 8> kKinds = {"start",    "call",          "to_right",     "to_left",
                                                      "crossing", "lost_to_right", "lost_to_left", "late_to_right"};
  const auto state = [](Seen seen) { return seen ? Json(name(*seen)) : Json(); };
  to["lesson"] = lifecycle.lesson;
  to["ends"] = {lifecycle.ends[0].name, lifecycle.ends[1].name};
  to["steps"] = Json::array();
  for (const Rung& rung : run(lifecycle)) {
    Json step = {{"kind", kKinds[static_cast<std::size_t>(rung.kind)]},
                 {"left_state", state(rung.states[0])},
                 {"right_state", state(rung.states[1])},
                 {"words", or_null(rung.words)}};
    add_segment(step, "from_left", rung.from_left);
    add_segment(step, "from_right", rung.from_right);
    to["steps"].push_back(step);
  }
}

Json lines(std::string_view text) {
  Json out = Json::array();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string index_json(std::span<const IndexEntry> all) {
  Json to = Json::array();
  for (const IndexEntry& entry : all) to.push_back({{"name", entry.name}, {"meaning", entry.meaning}});
  return to.dump(2) + '\n';
}

std::string explain_state_json(State state, const KernelLimits& limits) {
  const StateInfo& row = info(state);
  Json to = document("state");
  to["state"] = row.name;
  to["rfc_name"] = row.rfc_name;
  to["phase"] = name(row.phase);
  to["meaning"] = row.meaning;
  to["role"] = advice(state).role;
  to["seen"] = advice(state).seen;
  to["moved_on_by"] = advice(state).who;
  to["many_mean"] = advice(state).many;
  to["look"] = lines(advice(state).look);
  to["next"] = Json::array();
  each_move([&](const machine::Transition& next) {
    if (next.from == state) to["next"].push_back(step(next));
  });
  to["peer_states"] = Json::array();
  for (std::size_t i = 0; i < kSeenCount; ++i) {
    const Seen peer = seen_at(i);
    if (state == State::listen || state == State::close) break;
    if (peer == State::listen || peer == State::close || machine::joint(state, peer) >= machine::Joint::one_dump)
      continue;
    to["peer_states"].push_back(name(peer));
  }
  const machine::DwellBound& ordinary = machine::dwell_bound(state);
  to["max_age_ms"] = most(ordinary.limit(limits));
  to["bounded_by"] = or_null(ordinary.sysctls);
  to["bounds"] = Json::array();
  for (const machine::DwellBound& bound : machine::dwell_bounds()) {
    if (bound.state != state) continue;
    const machine::DwellLimit limit = bound.limit(limits);
    to["bounds"].push_back({{"standing", bound.standing},
                            {"max_age_ms", most(limit)},
                            {"known", limit.kind != machine::DwellLimit::Kind::unknown},
                            {"bounded_by", or_null(bound.sysctls)}});
  }
  return text_of(to);
}

std::string explain_pair_json(Seen from, Seen to_state) {
  Json to = document("transition");
  to["from"] = name(from);
  to["to"] = name(to_state);
  to["verdict"] = name(trace::pair_verdict(from, to_state));
  Json events = Json::array();
  Json reference;
  each_move([&](const machine::Transition& row) {
    if (row.from != machine::rfc_state(from) || row.to != machine::rfc_state(to_state)) return;
    events.push_back(info(row.event).key);
    if (reference.is_null()) reference = "RFC 9293 " + std::string(row.section);
  });
  to["rfc9293"] = !events.empty();
  // What is not there has no state that could be printed.
  to["traced"] = from && to_state ? Json(name(trace::traced_verdict(from, to_state))) : Json();
  const machine::Reach& cell = machine::reach(from, to_state);
  const bool child = from == State::listen && to_state == State::syn_recv;
  to["min_steps"] = child ? 1U : cell.steps();
  to["path"] = child ? Json::array() : names_json(cell.shared());
  to["paths"] = Json::array();
  for (const UnseenPath& way : cell.ways()) {
    if (!child) to["paths"].push_back(names_json(way.states()));
  }
  to["events"] = events;
  const machine::TracedPair* pair = from && to_state ? machine::traced_pair(*from, *to_state) : nullptr;
  if (reference.is_null() && pair != nullptr) reference = pair->function;
  to["reference"] = reference;
  to["causes"] = pair != nullptr ? Json(pair->causes) : Json();
  to["differences"] = Json::array();
  for (const machine::Difference& row : machine::differences()) {
    if (machine::is_about(row, from, to_state)) to["differences"].push_back(difference(row));
  }
  return text_of(to);
}

std::string explain_word_json(const Word& word) {
  std::string_view kind = "topic";
  if (word.group) kind = "group";
  if (word.rule != nullptr) kind = "rule";
  if (word.lifecycle != nullptr) kind = "lifecycle";
  Json to = document(kind);
  to["name"] = word.name;
  to["meaning"] = word.lifecycle != nullptr ? std::string(word.lifecycle->meaning) : meaning(word);
  if (word.lifecycle != nullptr) add_lifecycle(to, *word.lifecycle);
  if (word.topic != nullptr || word.flag != nullptr || word.group) {
    std::string text(word.topic != nullptr ? word.topic->text : "");
    if (word.topic != nullptr && is_filter(*word.topic)) text += "\n" + filter_vocabulary_lines();
    to["text"] = text;
    to["look"] = lines(looks(word));
  }
  if (word.group) {
    to["states"] = Json::array();
    for (const StateInfo& row : states()) {
      if (word.group->has(row.state)) to["states"].push_back(row.name);
    }
  }
  if (word.rule != nullptr) add_rule(to, *word.rule);
  return text_of(to);
}

std::string machine_json() {
  Json to = document("machine");
  to["states"] = Json::array();
  for (const StateInfo& row : states()) to["states"].push_back(row.name);
  to["transitions"] = Json::array();
  each_move([&](const machine::Transition& row) { to["transitions"].push_back(step(row)); });
  to["traced"] = Json::array();
  for (const machine::TracedPair& pair : machine::kTracedPairs) {
    to["traced"].push_back({{"from", name(pair.from)},
                            {"to", name(pair.to)},
                            {"verdict", name(trace::traced_verdict(pair.from, pair.to))},
                            {"function", pair.function},
                            {"causes", pair.causes},
                            {"note", or_null(pair.note)}});
  }
  to["unannounced"] = Json::array();
  for (const machine::SilentMove& move : machine::kMoves) {
    to["unannounced"].push_back(
        {{"from", name(move.from)}, {"to", name(move.to)}, {"cause", move.cause}, {"function", move.function}});
  }
  to["differences"] = Json::array();
  for (const machine::Difference& row : machine::differences()) to["differences"].push_back(difference(row));
  return text_of(to);
}

}  // namespace tcpstat::explain
