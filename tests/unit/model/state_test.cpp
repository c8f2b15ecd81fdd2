#include "model/state.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>

#include "cli/options/option_values.h"
#include "support/rows.h"

namespace tcpstat {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string with(std::string text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) out += c == from ? std::string(to) : std::string(1, c);
  return out;
}

TEST_CASE("states have the kernel's numbers and names") {
  constexpr std::string_view kNames[] = {"ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
                                         "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING"};
  for (unsigned number = 1; number <= kStateCount; ++number) {
    const auto state = state_from_kernel(number);
    REQUIRE(state);
    CHECK(name(*state) == kNames[number - 1]);
    CHECK(info(*state).key == lower(kNames[number - 1]));
  }
}

TEST_CASE("the kernel's inner states are the ones that users know") {
  CHECK(state_from_kernel(12) == State::syn_recv);
  CHECK(state_from_kernel(13) == State::close);
  for (const unsigned number : {0U, 14U, 15U, 255U, 0xFFFFFFFFU}) CHECK_FALSE(state_from_kernel(number));
}

TEST_CASE("every spelling of a state is accepted") {
  struct Row {
    std::string_view word;
    State state;
  };
  constexpr Row kRows[] = {
      // The kernel, RFC 9293
      {"ESTABLISHED", State::established},
      {"SYN-SENT", State::syn_sent},
      {"SYN-RECEIVED", State::syn_recv},
      {"FIN-WAIT-1", State::fin_wait1},
      {"FIN-WAIT-2", State::fin_wait2},
      {"TIME-WAIT", State::time_wait},
      {"CLOSED", State::close},
      {"CLOSE-WAIT", State::close_wait},
      {"LAST-ACK", State::last_ack},
      {"LISTEN", State::listen},
      {"CLOSING", State::closing},
      // ss
      {"ESTAB", State::established},
      {"established", State::established},
      {"syn-sent", State::syn_sent},
      {"syn-recv", State::syn_recv},
      {"fin-wait-1", State::fin_wait1},
      {"fin-wait-2", State::fin_wait2},
      {"time-wait", State::time_wait},
      {"closed", State::close},
      {"close-wait", State::close_wait},
      {"last-ack", State::last_ack},
      {"listening", State::listen},
      {"listen", State::listen},
      {"UNCONN", State::close},
      {"unconnected", State::close},
      {"bound-inactive", State::close},
      // netstat
      {"SYN_RECV", State::syn_recv},
      {"FIN_WAIT1", State::fin_wait1},
      // BSD, AIX, macOS, Windows
      {"SYN_RCVD", State::syn_recv},
      {"SYN_RECEIVED", State::syn_recv},
      {"FIN_WAIT_1", State::fin_wait1},
      {"FIN_WAIT_2", State::fin_wait2},
      // OpenTelemetry
      {"syn_received", State::syn_recv},
      {"fin_wait_1", State::fin_wait1},
      {"close_wait", State::close_wait},
      // The kernel's macros and BPF's
      {"TCP_ESTABLISHED", State::established},
      {"TCP_SYN_RECV", State::syn_recv},
      {"TCP_NEW_SYN_RECV", State::syn_recv},
      {"BPF_TCP_NEW_SYN_RECV", State::syn_recv},
      {"BPF_TCP_CLOSE", State::close},
      {"BPF_TCP_BOUND_INACTIVE", State::close},
      {"BPF_TCP_LISTEN", State::listen},
      // Numbers
      {"1", State::established},
      {"3", State::syn_recv},
      {"9", State::last_ack},
      {"10", State::listen},
      {"11", State::closing},
      {"12", State::syn_recv},
      {"13", State::close},
      {"01", State::established},
      {"03", State::syn_recv},
      {"0A", State::listen},
      {"0a", State::listen},
      {"0B", State::closing},
      {"0x0a", State::listen},
      {"0xA", State::listen},
      {"0X3", State::syn_recv},
      {"0C", State::syn_recv},
      {"0x0d", State::close},
      // Case and separators mean nothing
      {"synrecv", State::syn_recv},
      {"Syn-Recv", State::syn_recv},
      {"TIMEWAIT", State::time_wait},
      {"CloseWait", State::close_wait},
      {"finwait2", State::fin_wait2},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.word);
    const auto set = parse_state_word(row.word);
    REQUIRE(set);
    CHECK(*set == StateSet{row.state});
  }
}

TEST_CASE("each name is accepted in either case, with any separator and with a prefix") {
  for (const StateInfo& state : states()) {
    for (const std::string_view spelling : {state.name, state.key, state.rfc_name}) {
      for (const std::string& cased : {std::string(spelling), lower(spelling)}) {
        for (const std::string_view separator : {"-", "_", ""}) {
          for (const std::string_view prefix : {"", "TCP_", "tcp_", "TCP-", "BPF_TCP_", "bpf_tcp_"}) {
            const std::string word = std::string(prefix) + with(with(cased, '_', "-"), '-', separator);
            CAPTURE(word);
            const auto set = parse_state_word(word);
            REQUIRE(set);
            CHECK(*set == StateSet{state.state});
          }
        }
      }
    }
  }
}

TEST_CASE("groups and phases stand for several states") {
  struct Row {
    std::string_view word;
    StateSet states;
  };
  const StateSet all = StateSet::all();
  const Row rows[] = {
      {"all", all},
      {"connected", all - StateSet{State::listen, State::close}},
      {"synchronized", all - StateSet{State::listen, State::close, State::syn_sent}},
      {"bucket", {State::syn_recv, State::time_wait}},
      {"big", all - StateSet{State::syn_recv, State::time_wait}},
      {"half-open", {State::syn_sent, State::syn_recv}},
      {"HALF_OPEN", {State::syn_sent, State::syn_recv}},
      {"halfopen", {State::syn_sent, State::syn_recv}},
      {"half-closed", {State::fin_wait2, State::close_wait}},
      {"closing-side",
       {State::fin_wait1, State::fin_wait2, State::closing, State::time_wait, State::close_wait, State::last_ack}},
      {"opening", {State::syn_sent, State::syn_recv}},
      {"open", {State::established}},
      {"lingering", {State::time_wait}},
      {"listening", {State::listen}},
      {"closed", {State::close}},
      // The phase `closing` has three states, but a state has this name.
      {"closing", {State::closing}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    const auto set = parse_state_word(row.word);
    REQUIRE(set);
    CHECK(*set == row.states);
  }
}

TEST_CASE("what is no state is refused") {
  for (const std::string_view word : {"",
                                      "-",
                                      "_",
                                      "tcp",
                                      "TCP_",
                                      "bpf_tcp_",
                                      "SYNRECEIVE",
                                      "0",
                                      "00",
                                      "14",
                                      "0E",
                                      "0x",
                                      "0x0",
                                      "0xG",
                                      "1x",
                                      "3 ",
                                      " 3",
                                      "+3",
                                      "-3",
                                      "3.0",
                                      "99999999999999999999",
                                      "0x100000001",
                                      "ESTABLISHED ",
                                      "SYN RECV",
                                      "!LISTEN",
                                      "ü"}) {
    CAPTURE(word);
    CHECK_FALSE(parse_state_word(word));
  }
  CHECK_FALSE(parse_state_word(std::string_view("LISTEN\0", 7)));
}

TEST_CASE("an unknown word is answered with the nearest state") {
  struct Row {
    std::string_view typed;
    std::string_view meant;
  };
  constexpr Row kRows[] = {
      {"SYNRECEIVE", "SYN_RECV"},
      {"SYN_RECIEVED", "SYN_RECV"},
      {"ESTABLISED", "ESTABLISHED"},
      {"TIME_WIAT", "TIME_WAIT"},
      {"LISTNE", "LISTEN"},
      {"half-opne", "half-open"},
      {"lingring", "lingering"},
      {"xyzzy", ""},
      {"", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.typed);
    CHECK(nearest_state_word(row.typed) == row.meant);
  }
}

TEST_CASE("--state adds words up and takes exclusions off last") {
  struct Row {
    std::string_view name;
    std::vector<std::string> words;
    StateSet states;
  };
  const StateSet all = StateSet::all();
  const Row rows[] = {
      {"one", {"SYN_RECV"}, {State::syn_recv}},
      {"two", {"SYN_RECV", "listen"}, {State::syn_recv, State::listen}},
      {"an exclusion alone starts from all", {"!TIME_WAIT"}, all - StateSet{State::time_wait}},
      {"^ excludes too", {"^TIME_WAIT", "!LISTEN"}, all - StateSet{State::time_wait, State::listen}},
      {"exclusions come last, wherever they stand", {"!SYN_SENT", "half-open"}, {State::syn_recv}},
      {"a group can be excluded", {"all", "!connected"}, {State::listen, State::close}},
      {"everything excluded", {"!all"}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto set = cli::options::parse_states(row.words);
    REQUIRE(set);
    CHECK(*set == row.states);
  }
}

TEST_CASE("one wrong word in a list is the whole answer") {
  const auto failed = cli::options::parse_states({"SYN_RECV", "SYNRECEIVE"});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().sentence == "unknown state \"SYNRECEIVE\" (did you mean SYN_RECV? see: tcpstat --list states)");
  CHECK(cli::options::parse_states({"!?"}).error().sentence == "unknown state \"?\" (see: tcpstat --list states)");
}

TEST_CASE("every state has one phase, and every phase a state") {
  std::set<Phase> phases;
  for (const StateInfo& state : states()) phases.insert(state.phase);
  CHECK(phases.size() == kPhases.size());
}

TEST_CASE("sets of states do what sets do") {
  const StateSet both = StateSet{State::listen} | StateSet{State::close};
  CHECK(both.size() == 2);
  CHECK(both.has(State::listen));
  CHECK_FALSE(both.has(State::closing));
  CHECK((both & StateSet{State::close}) == StateSet{State::close});
  CHECK((both - both).empty());
  CHECK(StateSet::all().size() == static_cast<int>(kStateCount));
  // Bits beyond the eleven states (12 and 13 of the kernel, bit 0) are not kept.
  CHECK(StateSet::from_mask(0xFFFFFFFFU) == StateSet::all());
}

}  // namespace
}  // namespace tcpstat
