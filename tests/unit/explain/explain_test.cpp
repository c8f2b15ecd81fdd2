#include "explain/explain.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <utility>

#include "base/utf8.h"
#include "filter/expression_fields.h"
#include "report/transition_verdict.h"
#include "support/fixtures.h"

namespace tcpstat::explain {
namespace {

using nlohmann::json;

constexpr ThresholdInfo kLimits[] = {{"warning", 5, "sockets", "more than anybody has by chance"}};
constexpr RuleInfo kRules[] = {{"syn-flood", "does somebody open without end?", "RFC 4987", kLimits},
                               {"leak", "do programs forget sockets?", "RFC 9293 §3.6", {}}};

KernelLimits limits() {
  KernelLimits known;
  known.fin_timeout_s = 30;
  return known;
}

std::string said(std::string_view word, const Manner& manner = {}) {
  const auto subject = find_subject(word, kRules);
  REQUIRE(subject.has_value());
  return explain(*subject, {kRules, limits()}, manner);
}

json document(std::string_view word) { return json::parse(said(word, {Form::json})); }

UnknownName unknown(std::string_view word) {
  const auto subject = find_subject(word, kRules);
  REQUIRE(!subject.has_value());
  return subject.error();
}

TEST_CASE("every name of the index has an explanation that fits, in either alphabet, and a document of its kind") {
  std::set<std::string> names;
  for (const IndexEntry& entry : index(kRules)) {
    CAPTURE(entry.name);
    CHECK_FALSE(entry.meaning.empty());
    CHECK(names.insert(entry.name).second);
    const json found = document(entry.name);
    CHECK(found["schema_version"] == 1);
    CHECK(found["kind"].is_string());
    if (found["kind"] == "machine") continue;
    for (const Drawing drawing : {Drawing::ascii, Drawing::utf8}) {
      for (const std::string& line : test::lines_of(said(entry.name, {Form::text, drawing}))) {
        CHECK(display_width(line) <= 80);
      }
    }
  }
  CHECK(names.size() > kStateCount + lifecycles().size() + topics().size());
}

TEST_CASE("prose keeps to a narrow terminal, in both languages; a wide one does not make it wider") {
  for (const IndexEntry& entry : index(kRules)) {
    if (find_lifecycle(entry.name) != nullptr || entry.name == "machine") continue;  // drawn, not told
    CAPTURE(entry.name);
    for (const Language language : {Language::english, Language::chinese}) {
      Manner manner{Form::text, Drawing::utf8, language};
      const std::string usual = said(entry.name, manner);
      manner.columns = 200;
      CHECK(said(entry.name, manner) == usual);
      manner.columns = 60;
      for (const std::string& line : test::lines_of(said(entry.name, manner))) {
        CAPTURE(line);
        // Commands are whole, for who copies them.
        const bool command = line.substr(std::min<std::size_t>(line.size(), 14)).starts_with("tcpstat ") ||
                             line.find("  tcpstat ") != std::string::npos ||
                             line.find("  nstat ") != std::string::npos ||
                             line.find("  ip route ") != std::string::npos;
        CHECK((display_width(line) <= 60 || command));
      }
    }
  }
}

TEST_CASE("the index is what an empty word means") {
  CHECK(said("").starts_with(std::string(name(State::established)) + "\t"));
  CHECK(document("").size() == index(kRules).size());
}

TEST_CASE("a word is the state in any spelling, and lower-case close the course of events") {
  CHECK(document("close")["kind"] == "lifecycle");
  for (const char* word : {"CLOSE", "closed", "7"}) CHECK(document(word)["kind"] == "state");
  CHECK(document("syn-received")["state"] == name(State::syn_recv));
}

TEST_CASE("a rule is explained, and beside the course of events of its name") {
  CHECK(document("leak")["kind"] == "rule");
  const json both = document("syn-flood");
  CHECK(both["kind"] == "lifecycle");
  CHECK(both["rule"] == "syn-flood");
  CHECK(both["thresholds"][0]["value"] == 5);
  CHECK(said("syn-flood").find("more than anybody has by chance") != std::string::npos);
  CHECK(said("leak").find("do programs forget sockets?") != std::string::npos);
}

TEST_CASE("every group, phase, flag and class that is printed anywhere is explained, as printed and as a name") {
  for (const StateGroup& group : state_groups()) {
    const json found = document(group.name);
    CHECK(found["kind"] == "group");
    CHECK(found["states"].size() == static_cast<std::size_t>(group.states.size()));
  }
  for (const Phase phase : kPhases) CHECK(find_subject(name(phase), kRules).has_value());
  CHECK(document("opening")["states"] == json{name(State::syn_sent), name(State::syn_recv)});
  CHECK(document("opening")["meaning"] == "states: a handshake is under way");
  CHECK(document("closing")["state"] == name(State::closing));
  for (const RowFlagInfo& flag : kRowFlags) CHECK(said(flag.name).find("+FLAGS") != std::string::npos);
  for (auto i = static_cast<int>(AttackClass::single_source); i <= static_cast<int>(AttackClass::undecided); ++i) {
    const std::string printed(name(static_cast<AttackClass>(i)));
    CAPTURE(printed);
    CHECK(document(printed)["name"] == as_name(printed));
    CHECK(said(printed) == said(as_name(printed)));
    CHECK(std::string(document(printed)["meaning"]).find("class of SYN verdicts") != std::string::npos);
  }
  for (const AttackLevel level : {AttackLevel::suspicious, AttackLevel::likely, AttackLevel::under_attack}) {
    CHECK(document(name(level))["kind"] == "topic");
  }
  for (const TransitionVerdict verdict : kObservedVerdicts) CHECK(document(name(verdict))["kind"] == "topic");
}

TEST_CASE("a name that means several things says all of them") {
  const std::string half_open = said("half-open");
  for (const char* words : {"round trip", "tcpstat -s half-open", "  states      SYN_SENT SYN_RECV", "3.5.1"}) {
    CAPTURE(words);
    CHECK(half_open.find(words) != std::string::npos);
  }
  CHECK(document("half-open")["states"].size() == 2);
  CHECK(document("half-open")["look"][0] == "tcpstat -s half-open");
  const std::string leak = said("leak");
  CHECK(leak.find("+FLAGS") != std::string::npos);
  CHECK(leak.find("do programs forget sockets?") != std::string::npos);
  CHECK(document("leak")["kind"] == "rule");
  // As the text has it.
  CHECK(document("leak")["look"] == json{"tcpstat -a -o +FLAGS"});
  CHECK(document("half-closed")["look"] == json{"tcpstat -s half-closed"});
  for (const IndexEntry& entry : index(kRules)) {
    CAPTURE(entry.name);
    const bool looks = said(entry.name).find("\n  look at ") != std::string::npos;
    const json found = document(entry.name);
    CHECK((found.contains("look") && !found["look"].empty()) == looks);
  }
}

TEST_CASE("the language of filters is taught with every field that has a name of its own") {
  const std::string text = said("filter");
  for (const filter::Field& field : filter::named_fields()) {
    CAPTURE(field.name);
    CHECK(text.find(field.name) != std::string::npos);
  }
}

TEST_CASE("what keeps SYN floods out is told, each with its price") {
  for (const char* name : {"syncookies", "backlog", "defences", "queue-full", "active-close", "passive-close"}) {
    CHECK(find_subject(name, kRules).has_value());
  }
  const std::string defences = said("defences");
  for (const char* words :
       {"SYN cookies", "larger queue", "Shorter timeouts", "SynAttackProtect", "None is complete"}) {
    CAPTURE(words);
    CHECK(defences.find(words) != std::string::npos);
  }
}

TEST_CASE("what is true of one kernel, one setting or one kind of source is told with it") {
  const auto says = [](std::string_view name, std::string_view words) {
    std::string flat;
    for (const std::string& line : test::lines_of(said(name))) {
      flat += line.substr(std::min(line.find_first_not_of(' '), line.size())) + ' ';
    }
    return flat.find(words) != std::string::npos;
  };
  CHECK(says("retransmit", "a SYN are one second apart since Linux 6.5 (tcp_syn_linear_timeouts 4)"));
  CHECK(says("keepalive", "FIN_WAIT2 without an owner shows the same timer"));
  CHECK(says("backlog", "with net.ipv4.tcp_abort_on_overflow 1 such an ACK is answered with a RST"));
  CHECK(says("syn-flood", "a host that exists would refuse the SYN,ACK with a RST"));
  CHECK(says("syn-flood", "unless SYN cookies answer them, as Linux does by default"));
  CHECK(says("lost-last-ack", "keeps late segments of this connection out of the next one"));
  CHECK(says("half-open", "netstat -nt | grep SYN_RECV shows the same rows"));
  CHECK(says("synchronized", "RFC 9293 does not count SYN_RECV"));
  CHECK(says("bucket", "so is FIN_WAIT2 without an owner"));
}

TEST_CASE("bounds are those of the host that it is told of") {
  CHECK(document(name(State::fin_wait2))["max_age_ms"] == 30'000);
  CHECK(document(name(State::syn_sent))["max_age_ms"].is_null());
  CHECK(document(name(State::close_wait))["max_age_ms"].is_null());
}

TEST_CASE("a name that people know something by is understood, and is not listed") {
  const std::pair<std::string_view, std::string_view> others[] = {
      {"cookies", "syncookies"},   {"SYN cookies", "syncookies"}, {"DDoS", "syn-flood"},
      {"syn-attack", "syn-flood"}, {"three-way", "handshake"},    {"three-way handshake", "handshake"},
      {"four-way", "close"},       {"netstat", "half-open"},      {"MSL", "TIME_WAIT"},
      {"2msl", "TIME_WAIT"},       {"2 MSL", "TIME_WAIT"},
  };
  for (const auto& [typed, name] : others) {
    CAPTURE(typed);
    CHECK(said(typed) == said(name));
    for (const IndexEntry& entry : index(kRules)) CHECK(entry.name != as_name(typed));
  }
}

TEST_CASE("a pair is two states, or one that is not there") {
  CHECK(document("absent:listening")["from"] == "ABSENT");
  CHECK(document("ABSENT:LISTEN")["to"] == name(State::listen));
  const UnknownName wrong = unknown("LISTEN:SYNRCV");
  CHECK(wrong.word == "SYNRCV");
  CHECK(wrong.wanted == UnknownName::Wanted::state);
  CHECK(unknown("half-open:LISTEN").word == "half-open");
}

TEST_CASE("the nearest word is named") {
  CHECK(unknown("handshaek").nearest == "handshake");
  CHECK(unknown("TIMEWAITT").nearest == name(State::time_wait));
  CHECK(unknown("leek").nearest == "leak");
  CHECK(unknown("zzzzzz").nearest.empty());
  // An end of a pair is a state, so what is suggested is one.
  CHECK(unknown("half-open:ESTABLISHED").nearest == "SYN_SENT or SYN_RECV");
  CHECK(unknown("ESTABLISHED:syn-flood").nearest.empty());
  CHECK(unknown("half-opn:ESTABLISHED").nearest.empty());
  CHECK(unknown("all:CLOSE").nearest.empty());
}

TEST_CASE("the machine can be drawn, and nothing else") {
  CHECK(said("machine", {Form::dot}).starts_with("digraph"));
  CHECK(said("machine", {Form::mermaid}).starts_with("stateDiagram-v2\n"));
  CHECK(said("machine").starts_with("FROM "));
  CHECK(said("handshake", {Form::dot}) == said("handshake"));
}

}  // namespace
}  // namespace tcpstat::explain
