#include "explain/ladder.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::explain {
namespace {

using Kind = Rung::Kind;

/// "SYN> <SYN,ACK ACK>": what arrives, `><` where two cross and `x` where one gets lost.
std::string segments(std::string_view lifecycle) {
  std::string out;
  for (const Rung& rung : run(*find_lifecycle(lifecycle))) {
    if (rung.kind == Kind::start || rung.kind == Kind::call) continue;
    if (!out.empty()) out += ' ';
    if (rung.kind == Kind::to_left) out += '<';
    if (rung.kind == Kind::lost_to_left) out += 'x';
    out += machine::text(rung.from_left);
    if (rung.kind == Kind::crossing) out += "><";
    out += machine::text(rung.from_right);
    if (rung.kind == Kind::to_right) out += '>';
    if (rung.kind == Kind::lost_to_right) out += 'x';
  }
  return out;
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
  CHECK(segments("syn-flood") == "SYN> xSYN,ACK xSYN,ACK xSYN,ACK");
  CHECK(segments("lost-last-ack") == "FIN,ACK> <ACK <FIN,ACK ACKx <FIN,ACK ACK>");
}

TEST_CASE("where both ends end up") {
  struct Row {
    std::string_view name;
    State left;
    State right;
  };
  constexpr Row kRows[] = {
      {"handshake", State::established, State::established},
      {"close", State::close, State::close},
      {"simultaneous-open", State::established, State::established},
      {"simultaneous-close", State::close, State::close},
      {"half-close", State::time_wait, State::close},
      {"reset", State::close, State::close},
      {"refused", State::close, State::close},
      {"no-answer", State::close, State::close},
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
