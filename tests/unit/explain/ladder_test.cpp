#include "explain/ladder.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::explain {
namespace {

using Kind = Rung::Kind;

/// "SYN> <SYN,ACK ACK>": what arrives, `><` where two cross, `x` where one gets lost and `…` where one is late.
template <typename Words>
std::string segments(std::string_view lifecycle, Words words) {
  std::string out;
  for (const Rung& rung : run(*find_lifecycle(lifecycle))) {
    if (rung.kind == Kind::start || rung.kind == Kind::call) continue;
    if (!out.empty()) out += " ";
    if (rung.kind == Kind::to_left) out += "<";
    if (rung.kind == Kind::lost_to_left) out += "x";
    if (!rung.from_left.empty()) out += words(rung.from_left);
    if (rung.kind == Kind::crossing) out += "><";
    if (!rung.from_right.empty()) out += words(rung.from_right);
    if (rung.kind == Kind::to_right) out += ">";
    if (rung.kind == Kind::lost_to_right) out += "x";
    if (rung.kind == Kind::late_to_right) out += "…";
  }
  return out;
}

std::string segments(std::string_view lifecycle) {
  return segments(lifecycle,
                  [](const NumberedSegment& segment) { return std::string(machine::text(segment.segment.kind)); });
}

/// "SYN 0> <SYN,ACK 0/1": with the number and, behind a slash, the acknowledged one.
std::string numbers(std::string_view lifecycle) {
  return segments(lifecycle, [](const NumberedSegment& segment) {
    return std::string(machine::text(segment.segment.kind)) + " " + std::to_string(segment.seq) +
           (segment.ack ? "/" + std::to_string(*segment.ack) : "");
  });
}

TEST_CASE("the figures of RFC 9293 come out of two machines") {
  CHECK(segments("handshake") == "SYN> <SYN,ACK ACK>");
  CHECK(segments("close") == "FIN,ACK> <ACK <FIN,ACK ACK>");
  CHECK(segments("simultaneous-open") == "SYN><SYN SYN,ACK><SYN,ACK ACK><ACK");
  CHECK(segments("simultaneous-close") == "FIN,ACK><FIN,ACK ACK><ACK");
  CHECK(segments("half-close") == "FIN,ACK> <ACK <data ACK> <FIN,ACK ACK>");
}

TEST_CASE("and so do the ends that go wrong") {
  CHECK(segments("reset") == "RST>");
  CHECK(segments("refused") == "SYN> <RST,ACK");
  CHECK(segments("no-answer") == "SYNx SYNx");
  CHECK(segments("queue-full") == "SYNx SYNx SYN> <SYN,ACK ACK>");
  CHECK(segments("syn-flood") == "SYN> xSYN,ACK xSYN,ACK xSYN,ACK");
  CHECK(segments("lost-last-ack") == "FIN,ACK> <ACK <FIN,ACK ACKx <FIN,ACK ACK>");
  CHECK(segments("old-duplicate") == "SYN… SYN> <SYN,ACK RST> SYN> <SYN,ACK ACK>");
}

// The RFC's numbers less the ISS of their end: 100 and 300 in figures 6 and 8, 400 for the second SYN,ACK of figure 8.
// Figures 12 and 13 begin with 100 and 300 on a connection that is open, so that these stand for 1.
TEST_CASE("segments have the numbers of the figures, counted from each end's SYN") {
  CHECK(numbers("handshake") == "SYN 0> <SYN,ACK 0/1 ACK 1/1>");
  CHECK(numbers("close") == "FIN,ACK 1/1> <ACK 1/2 <FIN,ACK 1/2 ACK 2/2>");
  CHECK(numbers("simultaneous-close") == "FIN,ACK 1/1><FIN,ACK 1/1 ACK 2/2><ACK 2/2");
  CHECK(numbers("old-duplicate") == "SYN 0… SYN -10> <SYN,ACK 0/-9 RST -9> SYN 0> <SYN,ACK 0/1 ACK 1/1>");
  CHECK(numbers("simultaneous-open") == "SYN 0><SYN 0 SYN,ACK 0/1><SYN,ACK 0/1 ACK 1/1><ACK 1/1");
  CHECK(numbers("half-close") == "FIN,ACK 1/1> <ACK 1/2 <data 1/2 ACK 2/101> <FIN,ACK 101/2 ACK 2/102>");
  CHECK(numbers("refused") == "SYN 0> <RST,ACK 0/1");
  CHECK(numbers("reset") == "RST 1>");
  CHECK(numbers("lost-last-ack") == "FIN,ACK 1/1> <ACK 1/2 <FIN,ACK 1/2 ACK 2/2x <FIN,ACK 1/2 ACK 2/2>");
  CHECK(numbers("syn-flood") == "SYN 0> xSYN,ACK 0/1 xSYN,ACK 0/1 xSYN,ACK 0/1");
  CHECK(numbers("no-answer") == "SYN 0x SYN 0x");
}

TEST_CASE("an end that is no host, or knows of nothing, is in no state") {
  for (const Rung& rung : run(*find_lifecycle("syn-flood"))) {
    CHECK(rung.states[0] == kAbsent);
    CHECK(rung.states[1] != kAbsent);
  }
  for (const Rung& rung : run(*find_lifecycle("no-answer"))) CHECK(rung.states[1] == kAbsent);
  for (const Rung& rung : run(*find_lifecycle("refused"))) CHECK(rung.states[1] == State::close);
}

TEST_CASE("figure 8: the RST brings the server back, and the SYN that was late opens") {
  std::string right;
  for (const Rung& rung : run(*find_lifecycle("old-duplicate"))) {
    const std::string now(name(rung.states[1]));
    if (!right.ends_with(now)) right += " " + now;
  }
  CHECK(right == " CLOSE LISTEN SYN_RECV LISTEN SYN_RECV ESTABLISHED");
}

TEST_CASE("where both ends end up") {
  struct Row {
    std::string_view name;
    State left;
    Seen right;
  };
  constexpr Row kRows[] = {
      {"handshake", State::established, State::established},
      {"close", State::close, State::close},
      {"simultaneous-open", State::established, State::established},
      {"simultaneous-close", State::close, State::close},
      {"half-close", State::time_wait, State::close},
      {"reset", State::close, State::close},
      {"refused", State::close, State::close},
      {"no-answer", State::close, kAbsent},
      {"old-duplicate", State::established, State::established},
      {"queue-full", State::established, State::established},
      {"lost-last-ack", State::close, State::close},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const auto rungs = run(*find_lifecycle(row.name));
    CHECK(rungs.back().states[0] == row.left);
    CHECK(rungs.back().states[1] == row.right);
  }
}

TEST_CASE("names are exact") {
  CHECK(find_lifecycle("close") != nullptr);
  CHECK(find_lifecycle("CLOSE") == nullptr);
  CHECK(find_lifecycle("") == nullptr);
}

}  // namespace
}  // namespace tcpstat::explain
