// The validation of a log for people.

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "base/utf8.h"
#include "render/validation_writer.h"
#include "support/rows.h"

namespace tcpstat::render {
namespace {

LogFinding illegal() {
  LogFinding finding;
  finding.line = 7;
  finding.rule = LogRule::illegal;
  finding.severity = Severity::critical;
  finding.from = State::listen;
  finding.to = State::time_wait;
  finding.local = test::endpoint("192.0.2.1", 443);
  finding.remote = test::endpoint("198.51.100.7", 50'000);
  finding.message = "no kernel does this";
  finding.reference = "RFC 9293 §3.3.2";
  return finding;
}

Validation validation() {
  Validation out;
  out.transitions = 3;
  out.verdicts = {{TransitionVerdict::legal, 2}, {TransitionVerdict::illegal, 1}};
  LoggedPair pair;
  pair.from = State::syn_sent;
  pair.to = State::close;
  pair.verdict = TransitionVerdict::legal;
  pair.count = 2;
  pair.reason = "a reset; a timeout";
  out.pairs = {pair};
  out.lines = 1;
  out.sockets = 2;
  return out;
}

std::string text(const Page& page, const std::vector<LogFinding>& findings, const Validation& validation) {
  const auto writer = make_validation_table(page, {});
  for (const LogFinding& finding : findings) writer->finding(finding);
  writer->finish(validation);
  return std::string(page.out.view());
}

const std::string kListen(name(State::listen));
const std::string kTimeWait(name(State::time_wait));

TEST_CASE("findings come first, each with its line, then the pairs, then one sentence") {
  TextBuffer out;
  CHECK(text({.out = out}, {illegal()}, validation()) ==
        "line 7: illegal  " + kListen + " > " + kTimeWait +
            "  192.0.2.1:443 <-> 198.51.100.7:50000\n"
            "  no kernel does this (RFC 9293 §3.3.2)\n"
            "\n"
            "VERDICT  FROM      TO     COUNT  SEEN   CAUSES\n"
            "legal    " +
            std::string(name(State::syn_sent)) + "  " + std::string(name(State::close)) +
            "      2  exact  a reset; a timeout\n"
            "\n"
            "3 transitions: 2 legal, 1 illegal; 2 sockets; 1 line, 0 bad\n");
}

TEST_CASE("on a terminal the causes give way, and nothing else") {
  Validation long_cause = validation();
  long_cause.pairs.front().reason = "a reset of a peer that is very far away and answers late; a timeout";
  for (const std::size_t width : {60U, 80U}) {
    CAPTURE(width);
    TextBuffer out;
    const auto writer = make_validation_table({.out = out, .width = width}, {});
    LogFinding finding = illegal();
    finding.message = "no kernel does this, whatever it is asked for and however often that may be, in no state at all";
    writer->finding(finding);
    writer->finish(long_cause);
    const std::string text(out.view());
    CHECK(text.find("  COUNT  SEEN   CAUSES\n") != std::string::npos);
    CHECK(text.find("      2  exact  a reset of") != std::string::npos);
    for (std::string_view left = text; !left.empty(); left.remove_prefix(left.find('\n') + 1)) {
      const std::string_view line = left.substr(0, left.find('\n'));
      if (line.starts_with("line ")) continue;
      CAPTURE(line);
      CHECK(display_width(line) <= width);
    }
  }
}

TEST_CASE("two ends at once are no transition, and a remote port of 0 is no peer") {
  LogFinding finding = illegal();
  finding.rule = LogRule::joint;
  finding.remote = test::endpoint("198.51.100.7", 0);
  TextBuffer out;
  const std::string all = text({.out = out}, {finding}, {});
  CHECK(all.starts_with("line 7: joint  " + kListen + " + " + kTimeWait + "  192.0.2.1:443\n"));
}

TEST_CASE("what cannot be shown in the locale is left out, and what is cut is marked") {
  TextBuffer out;
  const std::string all = text({.out = out, .charset = Charset::ascii}, {illegal()}, validation());
  CHECK(all.find("(RFC 9293 3.3.2)") != std::string::npos);
  CHECK(all.find("a reset; a timeout\n") != std::string::npos);
  TextBuffer wide_enough;
  const std::string shown = text({.out = wide_enough, .width = 80, .charset = Charset::ascii}, {}, validation());
  CHECK(shown.find("a reset; ~\n") != std::string::npos);
  TextBuffer narrow;
  Validation wide = validation();
  wide.pairs[0].reason = std::string(100, 'x');
  const std::string cut = text({.out = narrow, .width = 60}, {}, wide);
  for (std::size_t at = 0; at < cut.size();) {
    const std::size_t end = cut.find('\n', at);
    CHECK(display_width(std::string_view(cut).substr(at, end - at)) <= 60);
    at = end + 1;
  }
}

TEST_CASE("a reason that explains is told whole, and how it was seen is a word") {
  Validation all = validation();
  all.pairs[0].verdict = TransitionVerdict::quirk;
  all.pairs.push_back(all.pairs[0]);
  all.pairs[1].observed = Observed::sampled;
  all.pairs.push_back(all.pairs[0]);
  all.pairs[2].protocol = Protocol::mptcp;
  TextBuffer out;
  const std::string written = text({.out = out}, {}, all);
  for (const char* end :
       {"exact    a reset; a timeout\n", "sampled  a reset; a timeout\n", "mptcp    a reset; a timeout\n"}) {
    CHECK(written.find(end) != std::string::npos);
  }
}

TEST_CASE("the sentence says what was counted beside transitions, only where there is any") {
  Validation all;
  all.samples = 2;
  all.not_seen_again = 3;
  all.lost_records = 1;
  all.left_out = 4;
  all.bad_lines = 5;
  TextBuffer out;
  std::string flat = text({.out = out}, {}, all);
  for (char& c : flat) c = c == '\n' ? ' ' : c;
  CHECK(
      flat ==
      "0 transitions; 0 sockets in 2 samples, of which 3 were not seen again in samples that cannot tell whether they "
      "were gone; 0 lines, 5 bad; the log says that it lost 1 record; 4 more findings of the kinds above ");
}

TEST_CASE("one of a kind is told in the singular, and what was overwritten is not told as lost too") {
  const auto flat = [](const Validation& of) {
    TextBuffer out;
    std::string all = text({.out = out}, {}, of);
    std::replace(all.begin(), all.end(), '\n', ' ');
    return all;
  };
  Validation one;
  one.samples = 1;
  one.not_seen_again = 1;
  one.lost_records = one.overwritten_entries = 1;
  CHECK(flat(one) ==
        "0 transitions; 0 sockets in 1 sample, of which 1 was not seen again in samples that cannot tell whether it "
        "was gone; 0 lines, 0 bad; the log says that 1 entry was overwritten ");
  Validation some;
  some.lost_records = 7;
  some.overwritten_entries = 5;
  CHECK(flat(some) ==
        "0 transitions; 0 sockets; 0 lines, 0 bad; the log says that it lost 2 records; the log says that 5 entries "
        "were overwritten ");
}

}  // namespace
}  // namespace tcpstat::render
