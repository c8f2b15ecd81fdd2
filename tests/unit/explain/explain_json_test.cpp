#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "explain/explanations.h"
#include "explain/ladder.h"
#include "explain/state_advice.h"
#include "machine/linux_differences.h"
#include "machine/linux_profile.h"
#include "machine/reachability.h"
#include "machine/rfc9293.h"
#include "machine/tables.h"
#include "report/report.h"

namespace tcpstat::explain {
namespace {

using nlohmann::json;

json pair(Seen from, Seen to) { return json::parse(explain_pair_json(from, to)); }

/// Calls `use(from, to)` for every pair of absent and the eleven states.
template <typename Use>
void each_pair(Use use) {
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    for (std::size_t to = 0; to < kSeenCount; ++to) {
      const std::string words = std::string(name(seen_at(from))) + ":" + std::string(name(seen_at(to)));
      CAPTURE(words);
      use(seen_at(from), seen_at(to));
    }
  }
}

TEST_CASE("the verdict about a pair agrees with the steps and the path beside it") {
  each_pair([](Seen from, Seen to) {
    const json document = pair(from, to);
    const std::string verdict = document["verdict"];
    const std::size_t steps = document["min_steps"];
    const std::vector<std::string> path = document["path"];
    const std::vector<std::vector<std::string>> paths = document["paths"];
    const bool is_child = from == State::listen && to == State::syn_recv;
    CHECK(paths.empty() == (from == to || is_child));
    CHECK(path.size() <= (steps > 1 ? steps - 1 : 0));
    for (const auto& way : paths) {
      CHECK(way.size() == steps - 1);
      for (const std::string& passed : path) CHECK(std::find(way.begin(), way.end(), passed) != way.end());
    }
    CHECK((steps == 0) == (from == to));
    if (verdict == "legal") CHECK(steps <= 1);
    if (verdict == "quirk") CHECK(steps <= 1);
    if (verdict == "reachable") CHECK(steps >= 2);
    for (const auto& way : paths) {
      for (const std::string& passed : way) {
        CHECK(passed != name(from));
        CHECK(passed != name(to));
      }
    }
    const bool reuse = !is_child && machine::reach(from, to).way() == machine::Way::reuse;
    CHECK((verdict == "reuse") == reuse);
    // Only where the end itself is ABSENT or CLOSE can a reuse be told without passing one of them.
    const auto ends_life = [](const std::string& passed) {
      return passed == name(kAbsent) || passed == name(State::close);
    };
    for (const auto& way : paths) CHECK(std::any_of(way.begin(), way.end(), ends_life) == reuse);
  });
}

TEST_CASE("a quirk between samples is one that the tracepoint prints as one step") {
  std::size_t quirks = 0;
  each_pair([&](Seen from, Seen to) {
    const json document = pair(from, to);
    if (document["verdict"] == "quirk") {
      CHECK(document["traced"] == "quirk");
      ++quirks;
    }
    // What the tracepoint prints as an ordinary step is one.
    if (document["traced"] == "legal") CHECK(document["verdict"] == "legal");
    CHECK(document["rfc9293"] == !document["events"].empty());
    CHECK(document["traced"].is_null() == (!from || !to));
    if (from && to) CHECK((document["traced"] == "illegal") == document["causes"].is_null());
  });
  CHECK(quirks == 5);
  for (const auto& [from, to] : {std::pair(State::syn_recv, State::close_wait), {State::close, State::syn_recv}}) {
    const json document = pair(from, to);
    CHECK(document["verdict"] == "reachable");
    CHECK(document["traced"] == "quirk");
    CHECK(document["min_steps"] == 2);
  }
}

TEST_CASE("the words about a pair agree with its verdict") {
  each_pair([](Seen from, Seen to) {
    const json document = pair(from, to);
    const std::string verdict = document["verdict"];
    const std::string text = explain_pair(from, to);
    const auto says = [&](std::string_view words) { return text.find(words) != std::string::npos; };
    CHECK(says("only by reuse") == (verdict == "reuse"));
    CHECK(says("reachable in") == (verdict == "reachable"));
    CHECK(says("unchanged:") == (from == to));
    CHECK((says("legal in one step") || says("legal: ")) == (verdict == "legal" && from != to));
    // A SHOULD that contradicts another section is told, and is no step.
    const bool should = says("should enter");
    if (document["rfc9293"]) CHECK_FALSE(says("no single step"));
    if (!document["rfc9293"]) CHECK(says("no single step") != should);
  });
}

/// The keys of a step of RFC 9293, read from its row.
json step_json(const machine::Transition& row) {
  const auto or_nothing = [](std::string_view words) { return words.empty() ? json() : json(words); };
  return {{"from", name(row.from)},
          {"event", info(row.event).key},
          {"to", name(row.to)},
          {"action", row.action},
          {"send", or_nothing(machine::text(row.send))},
          {"reference", row.section},
          {"condition", or_nothing(machine::text(row.condition))}};
}

std::vector<machine::Transition> moves_of_rfc() {
  std::vector<machine::Transition> out(machine::kRfc9293.begin(), machine::kRfc9293.end());
  out.insert(out.end(), machine::kRfc9293Cases.begin(), machine::kRfc9293Cases.end());
  std::erase_if(out, [](const machine::Transition& row) { return row.answer != machine::Answer::moves; });
  return out;
}

json difference_json(const machine::Difference& row) {
  return {{"rfc9293", row.rfc9293}, {"linux", row.linux_does}, {"why", row.why}};
}

TEST_CASE("the machine has all states, steps, traced pairs, silent moves and differences") {
  const json document = json::parse(machine_json());
  CHECK(document.size() == 7);
  CHECK(document["schema_version"] == kSchemaVersion);
  CHECK(document["kind"] == "machine");
  REQUIRE(document["states"].size() == kStateCount);
  CHECK(document["states"][0] == "ESTABLISHED");
  CHECK(document["states"][kStateCount - 1] == "CLOSING");

  const auto moves = moves_of_rfc();
  REQUIRE(document["transitions"].size() == moves.size());
  for (std::size_t i = 0; i < moves.size(); ++i) CHECK(document["transitions"][i] == step_json(moves[i]));

  REQUIRE(document["traced"].size() == machine::kTracedPairs.size());
  for (std::size_t i = 0; i < machine::kTracedPairs.size(); ++i) {
    const machine::TracedPair& row = machine::kTracedPairs.at(i);
    CHECK(document["traced"][i] == json{{"from", name(row.from)},
                                        {"to", name(row.to)},
                                        {"verdict", row.standing == machine::Standing::legal ? "legal" : "quirk"},
                                        {"function", row.function},
                                        {"causes", row.causes},
                                        {"note", row.note.empty() ? json() : json(row.note)}});
  }
  REQUIRE(document["unannounced"].size() == machine::kMoves.size());
  for (std::size_t i = 0; i < machine::kMoves.size(); ++i) {
    const machine::SilentMove& row = machine::kMoves.at(i);
    CHECK(document["unannounced"][i] ==
          json{{"from", name(row.from)}, {"to", name(row.to)}, {"cause", row.cause}, {"function", row.function}});
  }
  const auto differences = machine::differences();
  REQUIRE(document["differences"].size() == differences.size());
  for (std::size_t i = 0; i < differences.size(); ++i) {
    CHECK(document["differences"][i] == difference_json(differences[i]));
  }
}

TEST_CASE("a pair has the events that make it, where that is said, what the kernel says, and what differs") {
  std::size_t with_differences = 0;
  each_pair([&](Seen from, Seen to) {
    const json document = pair(from, to);
    CHECK(document["kind"] == "transition");
    CHECK(document["from"] == name(from));
    CHECK(document["to"] == name(to));
    json events = json::array();
    json reference;
    for (const machine::Transition& row : moves_of_rfc()) {
      if (row.from != from.value_or(State::close) || row.to != to.value_or(State::close)) continue;
      if (events.empty()) reference = "RFC 9293 " + std::string(row.section);
      events.push_back(info(row.event).key);
    }
    const machine::TracedPair* traced = from && to ? machine::traced_pair(*from, *to) : nullptr;
    if (events.empty() && traced != nullptr) reference = traced->function;
    CHECK(document["events"] == events);
    CHECK(document["reference"] == reference);
    CHECK(document["causes"] == (traced != nullptr ? json(traced->causes) : json()));
    json differences = json::array();
    for (const machine::Difference& row : machine::differences()) {
      if (machine::is_about(row, from, to)) differences.push_back(difference_json(row));
    }
    CHECK(document["differences"] == differences);
    with_differences += differences.empty() ? 0U : 1U;
  });
  CHECK(with_differences > 3);
  // The child of a listener is another socket.
  const json child = pair(State::listen, State::syn_recv);
  CHECK(child["min_steps"] == 1);
  CHECK(child["path"] == json::array());
  CHECK(child["paths"] == json::array());
}

TEST_CASE("a state has its advice, its steps, its peers and its bounds") {
  KernelLimits limits;
  limits.fin_timeout_s = 30;
  for (const StateInfo& row : states()) {
    CAPTURE(row.name);
    const json document = json::parse(explain_state_json(row.state, limits));
    CHECK(document["kind"] == "state");
    CHECK(document["state"] == row.name);
    CHECK(document["rfc_name"] == row.rfc_name);
    CHECK(document["phase"] == name(row.phase));
    CHECK(document["meaning"] == row.meaning);
    CHECK(document["role"] == advice(row.state).role);
    CHECK(document["seen"] == advice(row.state).seen);
    CHECK(document["moved_on_by"] == advice(row.state).who);
    CHECK(document["many_mean"] == advice(row.state).many);
    json next = json::array();
    for (const machine::Transition& move : moves_of_rfc()) {
      if (move.from == row.state) next.push_back(step_json(move));
    }
    CHECK(document["next"] == next);
    const auto has_peer = [&](std::string_view peer) {
      const json& all = document["peer_states"];
      return std::find(all.begin(), all.end(), peer) != all.end();
    };
    const bool end_of_connection = row.state != State::listen && row.state != State::close;
    CHECK(document["peer_states"].empty() == !end_of_connection);
    CHECK_FALSE(has_peer(name(State::listen)));
    CHECK_FALSE(has_peer(name(State::close)));
  }
  const json peers = json::parse(explain_state_json(State::established, limits))["peer_states"];
  const auto peers_have = [&](std::string_view peer) {
    return std::find(peers.begin(), peers.end(), peer) != peers.end();
  };
  CHECK(peers_have(name(State::established)));
  CHECK(peers_have(name(State::fin_wait1)));
  CHECK_FALSE(peers_have(name(State::close_wait)));
  CHECK(peers_have(name(kAbsent)));
  CHECK_FALSE(peers_have(name(State::time_wait)));
}

TEST_CASE("a bound is a number, none, or not known") {
  KernelLimits limits;
  limits.fin_timeout_s = 30;
  const auto document = [&](State state) { return json::parse(explain_state_json(state, limits)); };
  const json known = document(State::fin_wait2);
  CHECK(known["max_age_ms"] == 30'000);
  CHECK(known["bounded_by"] == "tcp_fin_timeout");
  REQUIRE(known["bounds"].size() > 1);
  CHECK(known["bounds"][0]["max_age_ms"] == 30'000);
  CHECK(known["bounds"][0]["known"] == true);
  CHECK_FALSE(known["bounds"][0]["standing"].get<std::string>().empty());
  const json without = document(State::established);
  CHECK(without["max_age_ms"].is_null());
  CHECK(without["bounds"][0]["known"] == true);
  limits.fin_timeout_s.reset();
  const json unknown = document(State::fin_wait2);
  CHECK(unknown["max_age_ms"].is_null());
  CHECK(unknown["bounds"][0]["known"] == false);
  CHECK(unknown["bounds"].size() == known["bounds"].size());
}

TEST_CASE("a word has a kind, a meaning and the keys of all that it means") {
  Word word;
  word.name = "open";
  word.group = StateSet{State::syn_sent, State::syn_recv};
  word.group_meaning = "both";
  json document = json::parse(explain_word_json(word));
  CHECK(document["kind"] == "group");
  CHECK(document["name"] == "open");
  CHECK(document["meaning"] == "states: both");
  CHECK(document["states"] == json::array({name(State::syn_sent), name(State::syn_recv)}));
  CHECK(document["text"] == "");
  CHECK(document["look"] == json::array({"tcpstat -s open"}));

  constexpr auto kLimits =
      std::to_array<ThresholdInfo>({{"warning", 1.5, "s", "a reason"}, {"critical", 3, "s", "another"}});
  const RuleInfo rule{"rule-id", "is it so?", "RFC", kLimits};
  word.rule = &rule;
  document = json::parse(explain_word_json(word));
  CHECK(document["kind"] == "rule");
  CHECK(document["rule"] == "rule-id");
  CHECK(document["question"] == "is it so?");
  CHECK(document["reference"] == "RFC");
  CHECK(document["thresholds"] ==
        json::array({{{"name", "warning"}, {"value", 1.5}, {"unit", "s"}, {"reason", "a reason"}},
                     {{"name", "critical"}, {"value", 3.0}, {"unit", "s"}, {"reason", "another"}}}));
  CHECK(document["states"].size() == 2);

  const Topic topic{"topic", "what it is", "A text.", "one\ntwo"};
  Word of_topic;
  of_topic.name = "topic";
  of_topic.topic = &topic;
  document = json::parse(explain_word_json(of_topic));
  CHECK(document["kind"] == "topic");
  CHECK(document["meaning"] == "what it is");
  CHECK(document["text"] == "A text.");
  CHECK(document["look"] == json::array({"one", "two"}));
  CHECK_FALSE(document.contains("states"));
  CHECK_FALSE(document.contains("rule"));
  CHECK_FALSE(document.contains("steps"));

  Word of_flag;
  of_flag.name = "leak";
  of_flag.flag = kRowFlags.data();
  document = json::parse(explain_word_json(of_flag));
  CHECK(document["kind"] == "topic");
  CHECK(document["text"] == "");
  Word of_rule;
  of_rule.rule = &rule;
  CHECK_FALSE(json::parse(explain_word_json(of_rule)).contains("text"));
}

TEST_CASE("a course of events has its ends, and each step its states and segments") {
  const auto all = lifecycles();
  const auto at = std::find_if(all.begin(), all.end(), [](const Lifecycle& one) { return one.name == "handshake"; });
  REQUIRE(at != all.end());
  Word word;
  word.name = at->name;
  word.lifecycle = &*at;
  const json document = json::parse(explain_word_json(word));
  CHECK(document["kind"] == "lifecycle");
  CHECK(document["meaning"] == at->meaning);
  CHECK(document["lesson"] == at->lesson);
  CHECK(document["ends"] == json::array({at->ends[0].name, at->ends[1].name}));
  const auto rungs = run(*at);
  REQUIRE(document["steps"].size() == rungs.size());
  std::size_t segments = 0;
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    CAPTURE(i);
    const json& step = document["steps"][i];
    const auto state = [](Seen seen) { return seen ? json(name(*seen)) : json(); };
    CHECK(step["left_state"] == state(rungs[i].states[0]));
    CHECK(step["right_state"] == state(rungs[i].states[1]));
    CHECK(step["words"] == (rungs[i].words.empty() ? json() : json(rungs[i].words)));
    for (const auto& [key, of] : {std::pair<std::string, const NumberedSegment&>{"from_left", rungs[i].from_left},
                                  {"from_right", rungs[i].from_right}}) {
      CHECK(step[key].is_null() == of.empty());
      CHECK(step[key + "_seq"] == (of.empty() ? json() : json(of.seq)));
      CHECK(step[key + "_ack"] == (of.ack ? json(*of.ack) : json()));
      CHECK(step[key + "_length"] == (of.empty() ? json() : json(of.length)));
      segments += of.empty() ? 0U : 1U;
    }
  }
  CHECK(segments == 3);
  const json& syn = document["steps"];
  const auto with = [&](std::string_view kind) {
    return std::count_if(syn.begin(), syn.end(), [&](const json& step) { return step["kind"] == kind; });
  };
  CHECK(with("start") == 1);
  CHECK(with("to_right") == 2);
  CHECK(with("to_left") == 1);
}

TEST_CASE("an index is a list of names and meanings") {
  const std::vector<IndexEntry> all = {{"a", "first"}, {"b", "second"}};
  CHECK(json::parse(index_json(all)) ==
        json::array({{{"name", "a"}, {"meaning", "first"}}, {{"name", "b"}, {"meaning", "second"}}}));
  CHECK(index_json(all).find("\n  {") != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::explain
