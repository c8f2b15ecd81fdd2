// The plain summary.

#include "survey/summarizer.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::survey {
namespace {

std::string text_of_groups(const GroupValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return "-";
}

std::string text_of_groups(const std::vector<Group>& groups) {
  std::string out;
  for (const Group& group : groups) {
    for (const GroupValue& value : group.values) out += text_of_groups(value) + " ";
    out += group.count ? std::to_string(*group.count) : "null";
    out += "\n";
  }
  return out;
}

TEST_CASE("listeners come by trouble") {
  Summarizer summarizer;
  const auto add = [&](std::uint16_t port, std::uint32_t queue, std::uint32_t limit, std::uint64_t syn_recv) {
    Listener row = test::listener(test::endpoint("0.0.0.0", port));
    row.accept_queue = queue;
    row.accept_limit = limit;
    row.syn_recv = syn_recv;
    summarizer.listener(row);
  };
  add(7, 0, 128, 0);
  add(6, 0, 128, 0);
  add(5, 0, 128, 9);
  add(4, 3, 128, 0);
  add(3, 100, 128, 0);
  add(2, 5, 4, 0);
  Listener unknown = test::listener(test::endpoint("0.0.0.0", 8));
  unknown.accept_queue.reset();
  summarizer.listener(unknown);
  std::string order;
  for (const Listener& row : summarizer.summary({}).listeners) order += std::to_string(row.local.port) + " ";
  CHECK(order == "2 3 4 5 6 7 8 ");
}

TEST_CASE("a summary has all states with zeros, and null where nothing was asked or can be seen") {
  Summarizer summarizer;
  Report report;
  report.selected = StateSet::all() - StateSet{State::listen};
  report.coverage.visible = StateSet::all() - StateSet{State::close};
  report.ipv6 = false;
  report.tally.add(State::syn_recv, Family::ipv4);
  const Summary summary = summarizer.summary(report);
  REQUIRE(summary.groups.size() == 2 * kStateCount);
  CHECK(text_of_groups(summary.groups) ==
        "ESTABLISHED ipv4 0\nESTABLISHED ipv6 null\nSYN_SENT ipv4 0\nSYN_SENT ipv6 null\nSYN_RECV ipv4 1\n"
        "SYN_RECV ipv6 null\nFIN_WAIT1 ipv4 0\nFIN_WAIT1 ipv6 null\nFIN_WAIT2 ipv4 0\nFIN_WAIT2 ipv6 null\n"
        "TIME_WAIT ipv4 0\nTIME_WAIT ipv6 null\nCLOSE ipv4 null\nCLOSE ipv6 null\nCLOSE_WAIT ipv4 0\n"
        "CLOSE_WAIT ipv6 null\nLAST_ACK ipv4 0\nLAST_ACK ipv6 null\nLISTEN ipv4 null\nLISTEN ipv6 null\n"
        "CLOSING ipv4 0\nCLOSING ipv6 null\n");
  CHECK(text_of_groups(summary.phases) ==
        "listening null\nopening 1\nopen 0\nhalf-closed 0\nclosing 0\nlingering 0\nclosed null\n");
}

TEST_CASE("the top remotes are those with the most connections, un-mapped") {
  Summarizer summarizer;
  for (std::uint16_t i = 0; i < 300; ++i) {
    Endpoint remote = test::endpoint("198.51.100.0", 1);
    remote.address.bytes[3] = static_cast<std::uint8_t>(i % 20);
    summarizer.connection(test::connection(State::established, test::endpoint("192.0.2.1", 443), remote));
  }
  for (int i = 0; i < 50; ++i) {
    summarizer.connection(test::connection(State::established, test::endpoint("::ffff:192.0.2.1", 443),
                                           test::endpoint("::ffff:203.0.113.5", 9)));
  }
  summarizer.connection(test::connection(State::close, test::endpoint("192.0.2.1", 443), {}));  // has no remote end
  const Summary summary = summarizer.summary({});
  REQUIRE(summary.top_remotes.size() == TopRemotes::kShown);
  CHECK(summary.top_remotes[0].key == "203.0.113.5");
  CHECK(summary.top_remotes[0].count == 50);
  CHECK(summary.top_remotes[0].error == 0);
  CHECK(summary.top_remotes[1].key == "198.51.100.0");
  CHECK(summary.top_remotes[1].count == 15);
  REQUIRE(summary.top_prefixes.size() == 2);
  CHECK(summary.top_prefixes[0].key == "198.51.100.0/24");
  CHECK(summary.top_prefixes[0].count == 300);
  CHECK(summary.top_prefixes[1].key == "203.0.113.0/24");
}

Listener listener_in_trouble(const char* address, std::uint16_t port, std::optional<std::uint32_t> queue,
                             std::optional<std::uint32_t> limit, std::optional<std::uint64_t> syn_recv) {
  Listener row = test::listener(test::endpoint(address, port));
  row.accept_queue = queue;
  row.accept_limit = limit;
  row.syn_recv = syn_recv;
  return row;
}

/// Which of two comes first, whatever the order in which they were seen.
bool comes_first(const Listener& first, const Listener& second) {
  for (const bool turned : {false, true}) {
    Summarizer summarizer;
    summarizer.listener(turned ? second : first);
    summarizer.listener(turned ? first : second);
    if (summarizer.summary({}).listeners.front().local != first.local) return false;
  }
  return true;
}

TEST_CASE("of two listeners the one in more trouble comes first") {
  const auto of = listener_in_trouble;
  // A full queue before one that is fuller by its share: 2 of 1 is full, 9 of 9 is not.
  CHECK(comes_first(of("192.0.2.1", 9, 2, 1, 0), of("192.0.2.1", 1, 9, 9, 9)));
  CHECK(comes_first(of("192.0.2.1", 9, 5, 9, 0), of("192.0.2.1", 1, 4, 9, 9)));
  // A queue without a known limit is taken for empty.
  CHECK(comes_first(of("192.0.2.1", 9, 1, 9, 0), of("192.0.2.1", 1, 9, std::nullopt, 9)));
  CHECK(comes_first(of("192.0.2.1", 9, 0, 9, 2), of("192.0.2.1", 1, 0, 9, 1)));
  CHECK(comes_first(of("192.0.2.1", 9, 0, 9, 1), of("192.0.2.1", 1, 0, 9, std::nullopt)));
  CHECK(comes_first(of("192.0.2.1", 1, 0, 9, std::nullopt), of("192.0.2.1", 9, 0, 9, std::nullopt)));
  CHECK(comes_first(of("192.0.2.1", 9, 0, 9, 1), of("192.0.2.2", 1, 0, 9, 1)));
}

TEST_CASE("a summary has its keys, and is whole") {
  const Summary summary = Summarizer().summary({});
  CHECK(summary.details);
  CHECK(summary.keys == std::vector<std::string>{"state", "family"});
}

}  // namespace
}  // namespace tcpstat::survey
