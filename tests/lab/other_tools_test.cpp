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

TEST_SUITE("other-tools") {
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
