// The same sockets as ss and netstat print them. Their quirks, each undone below before rows are compared:
//
//   ss       writes ESTAB, SYN-RECV, FIN-WAIT-1, UNCONN … for the kernel's names
//   ss       writes the wildcard of a dual-stack listener as *, of an IPv6-only one as [::]
//   ss       before Linux 6.8's bit 13 does not ask for bound-inactive sockets at all
//   netstat  reads /proc/net, where bound-inactive sockets are not
//   netstat  prints v4-mapped addresses as IPv4 with the protocol tcp6
//   netstat  writes IPv6 without brackets, so that the last colon divides
//   both     have no word for why a socket has no owner

#include <doctest/doctest.h>

#include <cstdio>
#include <map>
#include <ostream>
#include <sstream>

#include "every_state_fixture.h"
#include "listing.h"

namespace tcpstat::lab {
namespace {

const std::map<std::string, std::string> kSsStates = {
    {"ESTAB", "ESTABLISHED"},    {"SYN-SENT", "SYN_SENT"},   {"SYN-RECV", "SYN_RECV"}, {"FIN-WAIT-1", "FIN_WAIT1"},
    {"FIN-WAIT-2", "FIN_WAIT2"}, {"TIME-WAIT", "TIME_WAIT"}, {"UNCONN", "CLOSE"},      {"CLOSE-WAIT", "CLOSE_WAIT"},
    {"LAST-ACK", "LAST_ACK"},    {"LISTEN", "LISTEN"},       {"CLOSING", "CLOSING"}};

/// What ctest looks for: SKIP_REGULAR_EXPRESSION in CMakeLists.txt.
void skip(const char* why) { std::printf("skipped: %s\n", why); }

bool missing(const Outcome& outcome) { return outcome.exit_code == 127; }

/// "addr:port" as state, both ends and queues of one row, in one spelling for all tools.
std::string line(const std::string& state, const std::string& local, const std::string& remote,
                 const std::string& recv_queue, const std::string& send_queue) {
  return state + ' ' + local + " > " + remote + " " + recv_queue + ' ' + send_queue;
}

std::string unbracketed(const std::string& end) {
  std::string result;
  for (const char c : end)
    if (c != '[' && c != ']') result += c;
  return result;
}

std::string end_of(const nlohmann::json& row, const char* address, const char* port) {
  return row[address].get<std::string>() + ':' + row[port].dump();
}

/// tcpstat's rows in that spelling; LISTEN rows without queues, which mean other things in every tool.
Keys ours(const Listing& listing) {
  Keys lines;
  for (const auto& row : listing.rows()) {
    const std::string state = row["state"].get<std::string>();
    if (state == "LISTEN")
      lines.push_back(line(state, end_of(row, "local_address", "local_port"), "*", row["accept_queue"].dump(), "-"));
    else
      lines.push_back(line(state, end_of(row, "local_address", "local_port"),
                           end_of(row, "remote_address", "remote_port"), row["recv_queue"].dump(),
                           row["send_queue"].dump()));
  }
  return lines;
}

/// Filters that both read alike. What differs on purpose is not here: ss compares raw bits of either family where a
/// test is negated (not src 0.0.0.0/0), cuts limits to 16 bits (sport < 65616), lets the last family hold for the whole
/// line (not src inet:…), reads mixed and/or from left to right, and takes no state within an expression.
const char* const kSharedFilters[] = {
    "sport = 8000",
    "sport 8000",
    "sport eq :8000",
    "sport == 0x1f40",
    "sport != 8000",
    "sport neq 8000",
    "dport = 40006",
    "dport < 8100",
    "sport lt 8100",
    "sport leq 8000",
    "sport ge 8103",
    "dport >= 40001 and dport <= 40010",
    "dport > 0",
    "dport = 0",
    "dst :0",
    "sport = [8000]",
    "sport = :",
    "sport = *",
    "sport != *",
    "src any",
    "src *",
    "src *:8000",
    "src *8000",
    "src **",
    "src all",
    "dst default",
    "src any:8000",
    "src 10.99.0.1:*",
    "src == 10.99.0.1",
    "src eq 10.99.0.1",
    "src [fd99::1]8100",
    "src [fd99::1/128]:8100",
    "src fd99::1/128:8100",
    "src 10.99.0.1",
    "src = 10.99.0.1:8200",
    "src 10.99/16",
    "src 10.99.1.2/16",
    "src 10.99.0.0/255.255.0.0",
    "dst 10.99.2.0/24",
    "not dst 10.99.2.0/24",
    "dst 10.99.20.0/22",
    "dst 0.0.0.0",
    "src 0.0.0.0",
    "src 0.0.0.0/0",
    "src [::]",
    "src [::/0]",
    "src ::/0",
    "src [fd99::1]:8100",
    "src [fd99::/64]",
    "src fd99::/64",
    "src [::ffff:10.99.0.1]",
    "src [::ffff:0:0/96]",
    "not src [::ffff:0:0/96]",
    "src 10.99.0.1 or src [fd99::1]",
    "( sport = 8000 or sport = 8200 ) and dst 10.99/16",
    "( sport = 8000 or sport = 8200 ) dst 10.99/16",
    "sport = 8000 | sport = 8200",
    "src 10.99/16 & ! sport = 8000",
    "not ( sport = 8000 or dport = 40006 )",
    "! ! sport = 8000",
    "not not sport = 8000",
    "( ( sport = 8000 ) )",
    "sport = 8000 || dport = 40006",
    "sport = 8000 && dport != 0",
    "dev lo",
    "dev != lo",
    "dev 0",
    "dev 1",
    "dev if1",
    "dev != if1",
    "fwmark = 0",
    "fwmark != 0",
    "fwmark 0x0/0xff",
    "src inet:10.99.0.1",
    "src inet6:any",
    "src inet:",
    "src inet6:",
    "src inet::8000",
    "sport = inet:",
    "sport inet6::8100",
    "sport = inet:8000",
    "autobound",
    "autobound and dst 10.99/16",
    "state established",
    "state established sport = 8000",
    "state time-wait state syn-recv",
    "exclude established",
    "exclude listening",
    "exclude time-wait exclude established",
    "state bucket",
    "state connected not dport 40006",
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// The cookies of the rows that ss prints with -e; bound-inactive ones are left out, which older ones do not know.
Keys cookies_of_ss(const Outcome& ss) {
  Keys cookies;
  std::istringstream text(ss.out);
  for (std::string row; std::getline(text, row);) {
    const std::size_t at = row.find(" sk:");
    if (at == std::string::npos || row.starts_with("UNCONN")) continue;
    cookies.push_back(std::to_string(std::stoull(row.substr(at + 4), nullptr, 16)));
  }
  return cookies;
}

TEST_SUITE("other-tools") {
  TEST_CASE_FIXTURE(EveryStateFixture, "ss selects the same rows by the same filter") {
    if (missing(run({"ss", "-V"}))) {
      skip("ss is not installed");
      return;
    }
    std::size_t some = 0;
    for (const std::string filter : kSharedFilters) {
      CAPTURE(filter);
      std::vector<std::string> theirs = {"ss", "-tanHe"};
      std::vector<std::string> ours = {"-a"};
      for (const std::string& word : words_of(filter)) {
        theirs.push_back(word);
        ours.push_back(word);
      }
      const Outcome ss = run(theirs);
      REQUIRE(ss.exit_code == 0);
      const Listing listing = list(ours);
      CHECK(listing.exit_code == 0);
      Keys cookies;
      for (const auto& row : listing.rows()) {
        if (row["state"] != "CLOSE") cookies.push_back(row["cookie"].get<std::string>());
      }
      CHECK(difference(cookies_of_ss(ss), cookies) == "");
      if (!cookies.empty()) ++some;
    }
    CHECK(some > std::size(kSharedFilters) / 2);
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "ss prints the same rows") {
    const Outcome ss = run({"ss", "-tanH"});
    if (missing(ss)) {
      skip("ss is not installed");
      return;
    }
    Keys theirs;
    std::istringstream text(ss.out);
    for (std::string state, recv, send, local, remote, rest; text >> state >> recv >> send >> local >> remote;) {
      std::getline(text, rest);
      REQUIRE(kSsStates.contains(state));
      state = kSsStates.at(state);
      if (state == "CLOSE") continue;
      local = unbracketed(local);
      if (local.rfind("*:", 0) == 0) local.replace(0, 1, "::");
      theirs.push_back(state == "LISTEN" ? line(state, local, "*", recv, "-")
                                         : line(state, local, unbracketed(remote), recv, send));
    }
    for (const std::string source : kSources) {
      CAPTURE(source);
      CHECK(difference(theirs, ours(list({"--state", "!CLOSE", "--source", source}))) == "");
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "netstat prints the same rows") {
    const Outcome netstat = run({"netstat", "-tanW"});
    if (missing(netstat)) {
      skip("netstat is not installed");
      return;
    }
    Keys theirs;
    std::istringstream text(netstat.out);
    std::string rest;
    std::getline(text, rest);
    std::getline(text, rest);
    for (std::string protocol, recv, send, local, remote, state;
         text >> protocol >> recv >> send >> local >> remote >> state;) {
      const auto mapped = [&](const std::string& end) {
        const bool v4 = end.find(':') == end.rfind(':');
        return protocol == "tcp6" && v4 ? "::ffff:" + end : end;
      };
      theirs.push_back(state == "LISTEN" ? line(state, mapped(local), "*", recv, "-")
                                         : line(state, mapped(local), mapped(remote), recv, send));
    }
    for (const std::string source : kSources) {
      CAPTURE(source);
      CHECK(difference(theirs, ours(list({"--state", "!CLOSE", "--source", source}))) == "");
    }
  }
}

}  // namespace
}  // namespace tcpstat::lab
