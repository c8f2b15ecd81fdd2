#include "machine/linux_profile.h"

#include <doctest/doctest.h>

#include <ostream>

#include "machine/tables.h"

namespace tcpstat::machine {
namespace {

using enum State;

TEST_CASE("every pair is in the table or is illegal, as another hand wrote them down") {
  const std::map<std::string, Standing> standings = {{"normal", Standing::legal},
                                                     {"quirk", Standing::quirk},
                                                     {"race", Standing::race},
                                                     {"source_only", Standing::unreached}};
  REQUIRE(test::tables()["traced"].size() == kTracedPairs.size());
  for (const auto& row : test::tables()["traced"]) {
    const std::string pair_name = row[0].get<std::string>() + ">" + row[1].get<std::string>();
    CAPTURE(pair_name);
    const TracedPair* pair = traced_pair(test::state(row[0]), test::state(row[1]));
    REQUIRE(pair != nullptr);
    CHECK(pair->standing == standings.at(row[2]));
    CHECK_FALSE(pair->function.empty());
    CHECK_FALSE(pair->causes.empty());
  }
  std::size_t illegal = 0;
  for (const auto& row : test::tables()["illegal"]) {
    const std::string pair_name = row[0].get<std::string>() + ">" + row[1].get<std::string>();
    CAPTURE(pair_name);
    CHECK(traced_pair(test::state(row[0]), test::state(row[1])) == nullptr);
    ++illegal;
  }
  CHECK(illegal + kTracedPairs.size() == kStateCount * kStateCount);
}

TEST_CASE("what Linux prints, fact by fact") {
  struct Fact {
    std::string_view name;
    State from;
    State to;
    Standing standing;
  };
  constexpr Fact kFacts[] = {
      {"listen()", close, listen, Standing::legal},
      {"connect()", close, syn_sent, Standing::legal},
      {"ss -K on a listener", close, close, Standing::quirk},
      {"the handshake ends while the listener closes", close, syn_recv, Standing::race},
      {"a listener closes", listen, close, Standing::legal},
      {"a child is born of a listener", listen, syn_recv, Standing::legal},
      {"SYN,ACK", syn_sent, established, Standing::legal},
      {"crossing SYNs", syn_sent, syn_recv, Standing::legal},
      {"refused", syn_sent, close, Standing::legal},
      {"the handshake's ACK", syn_recv, established, Standing::legal},
      {"closed before the handshake's ACK", syn_recv, fin_wait1, Standing::legal},
      {"reset in the handshake", syn_recv, close, Standing::legal},
      {"coded and out of reach", syn_recv, close_wait, Standing::unreached},
      {"we close first", established, fin_wait1, Standing::legal},
      {"the peer closes first", established, close_wait, Standing::legal},
      {"reset", established, close, Standing::legal},
      {"our FIN is acknowledged", fin_wait1, fin_wait2, Standing::legal},
      {"crossing FINs", fin_wait1, closing, Standing::legal},
      {"an orphan gives up", fin_wait1, close, Standing::legal},
      {"shutdown, then close", fin_wait1, fin_wait1, Standing::quirk},
      {"a time-wait socket takes over", fin_wait2, close, Standing::legal},
      {"shutdown, ACK, then close", fin_wait2, fin_wait2, Standing::quirk},
      {"a time-wait socket takes over after crossing FINs", closing, close, Standing::legal},
      {"shutdown, crossing FIN, then close", closing, closing, Standing::quirk},
      {"we close second", close_wait, last_ack, Standing::legal},
      {"reset while half-closed", close_wait, close, Standing::legal},
      {"the last ACK", last_ack, close, Standing::legal},
      {"shutdown in CLOSE_WAIT, then close", last_ack, last_ack, Standing::quirk},
  };
  CHECK(std::size(kFacts) == kTracedPairs.size());
  for (const Fact& fact : kFacts) {
    CAPTURE(fact.name);
    const TracedPair* pair = traced_pair(fact.from, fact.to);
    REQUIRE(pair != nullptr);
    CHECK(pair->standing == fact.standing);
  }
}

TEST_CASE("three steps of the RFC are printed otherwise") {
  CHECK(traced_pair(fin_wait1, time_wait) == nullptr);
  CHECK(traced_pair(fin_wait2, time_wait) == nullptr);
  CHECK(traced_pair(closing, time_wait) == nullptr);
  CHECK(traced_pair(fin_wait2, close)->minisocket == Minisocket::follows);
  CHECK(traced_pair(closing, close)->minisocket == Minisocket::follows);
  CHECK(traced_pair(last_ack, close)->minisocket == Minisocket::none);
}

TEST_CASE("a time-wait socket follows FIN_WAIT2 and CLOSING, and no other end") {
  for (const TracedPair& pair : kTracedPairs) {
    CAPTURE(name(pair.from));
    CAPTURE(name(pair.to));
    const bool follows = pair.to == close && (pair.from == fin_wait2 || pair.from == closing);
    CHECK((pair.minisocket == Minisocket::follows) == follows);
  }
}

TEST_CASE("what is never printed") {
  const auto silent = [](Seen from, Seen to) {
    for (const SilentMove& move : kMoves) {
      if (move.from == from && move.to == to) return !move.cause.empty() && !move.function.empty();
    }
    return false;
  };
  CHECK(kMoves.size() == 9);
  CHECK_MESSAGE(silent(kAbsent, syn_recv), "a request");
  CHECK_MESSAGE(silent(syn_recv, kAbsent), "its end");
  CHECK_MESSAGE(silent(fin_wait2, time_wait), "a FIN to a time-wait socket in FIN_WAIT2");
  CHECK_MESSAGE(silent(fin_wait2, kAbsent), "tcp_fin_timeout");
  CHECK_MESSAGE(silent(closing, time_wait), "the time-wait socket after crossing FINs");
  CHECK_MESSAGE(silent(time_wait, kAbsent), "60 s are over");
  CHECK_MESSAGE(silent(kAbsent, established), "a SYN cookie");
  CHECK_MESSAGE(silent(kAbsent, close), "bind()");
  CHECK_MESSAGE(silent(close, kAbsent), "close() of a bound socket");
}

}  // namespace
}  // namespace tcpstat::machine
