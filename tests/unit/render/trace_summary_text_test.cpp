// What a trace has counted, for people.

#include <doctest/doctest.h>

#include "render/trace_summary_text.h"
#include "render/transitions.h"

namespace tcpstat::render {
namespace {

TEST_CASE("what a trace has counted, for people") {
  HandshakeCounts counts;
  counts.outgoing.completed = 3;
  CHECK(handshake_text(counts) == "handshakes: 3 outgoing completed, 0 refused, 0 failed; 0 incoming completed");
  counts.outgoing.refused.reset();
  counts.outgoing.failed.reset();
  counts.incoming = {.completed = 9, .reset = 1, .expired = 2, .pruned = 3, .cookie = 4};
  CHECK(handshake_text(counts) ==
        "handshakes: 3 outgoing completed; 9 incoming completed, 1 reset, 2 expired, 3 pruned, 4 by SYN cookie");
  TextBuffer out;
  TraceSummary summary;
  test::TableNames names;
  names.interfaces[7] = "eth0";
  const DeviceNames devices(names, 1);
  write_state_times({.out = out}, summary, devices);
  CHECK(out.view().empty());
  const StateTimes times{State::established, 3, EventTime(1), EventTime(2), EventTime(3'100), EventTime(4'000'000)};
  summary.groups = {{Opening::passive, test::endpoint("192.0.2.1", 80), {times}},
                    {Opening::passive, {}, {times}},
                    {Opening::active, {}, {times}},
                    {Opening::unknown, {}, {times}}};
  write_state_times({.out = out}, summary, devices);
  const auto all = lines(std::string(out.view()));
  REQUIRE(all.size() == 5);
  CHECK(all[1].starts_with("at 192.0.2.1:80  " + std::string(name(State::established)) +
                           "      3  1us  2us  3.1ms  4.0s"));
  CHECK(all[2].starts_with("at others "));
  CHECK(all[3].starts_with("by this host "));
  CHECK(all[4].starts_with("before "));
  // A narrow terminal has whole columns or none.
  std::vector<std::string_view> hidden;
  const auto at_width = [&](std::size_t width) {
    TextBuffer narrow;
    hidden = write_state_times({.out = narrow, .width = width}, summary, devices);
    return lines(std::string(narrow.view()));
  };
  CHECK(at_width(60)[1] == all[1]);
  CHECK(hidden.empty());
  CHECK(at_width(54)[1] == "at 192.0.2.1:80  ESTABLISHED  3  1us  2us  3.1ms  4.0s");
  CHECK(at_width(48)[0] == "OPENED           STATE        COUNT  P50   MAX");
  CHECK(at_width(42)[1] == "at 192.0.2.1:80  ESTABLISHED  3  1us  4.0s");
  CHECK(hidden == std::vector<std::string_view>{"P90", "P99"});
  // On devices an address means different listeners; those of another namespace have no names here.
  summary.groups = {{Opening::passive, test::endpoint("192.0.2.1", 80), {times}, 7, 1},
                    {Opening::passive, test::endpoint("::", 80), {times}, 7, 2}};
  out.clear();
  write_state_times({.out = out}, summary, devices);
  CHECK(lines(std::string(out.view()))[1].starts_with("at 192.0.2.1%eth0:80 "));
  CHECK(lines(std::string(out.view()))[2].starts_with("at [::%7]:80 "));
  names.interfaces[7] = "\xC4\x9B";
  out.clear();
  write_state_times({.out = out, .foreign = Charset::ascii}, summary, devices);
  CHECK(lines(std::string(out.view()))[1].starts_with("at 192.0.2.1%\\xc4\\x9b:80 "));
}

}  // namespace
}  // namespace tcpstat::render
