// Every state that a dump can show, on a real kernel: tcpstat's rows against the truth.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <map>
#include <ostream>
#include <set>

#include "every_state_fixture.h"
#include "failure.h"
#include "listing.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

const char* const kStates[] = {"ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
                               "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING"};

const std::map<std::string, std::string> kPhases = {
    {"LISTEN", "listening"},      {"SYN_SENT", "opening"},       {"SYN_RECV", "opening"},  {"ESTABLISHED", "open"},
    {"FIN_WAIT2", "half-closed"}, {"CLOSE_WAIT", "half-closed"}, {"FIN_WAIT1", "closing"}, {"CLOSING", "closing"},
    {"LAST_ACK", "closing"},      {"TIME_WAIT", "lingering"},    {"CLOSE", "closed"}};

template <typename Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json();
}

TEST_SUITE("states") {
  TEST_CASE_FIXTURE(EveryStateFixture, "the zoo has every state of every flavour") {
    std::set<std::string> seen;
    for (const Row& row : zoo.truth())
      seen.insert(row.state + ' ' + (row.local_address.rfind("::ffff:", 0) == 0 ? "mapped" : row.family));
    CHECK(seen.size() == 3 * std::size(kStates));
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "each source shows every socket once and no other") {
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-a", "--source", source});
      CHECK(listing.exit_code == 0);
      CHECK(listing.err == "");
      CHECK(listing.document.value("source", "") == source);
      CHECK(listing.document.value("complete", false));
      CHECK(listing.document.value("limited", true) == false);
      const Keys expected = keys_of(zoo.truth(), [&](const Row& row) { return visible(row, source); });
      CHECK(difference(expected, keys_of(listing)) == "");
      CHECK(listing.document["summary"].value("total", 0U) == expected.size());
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "each row carries what the kernel knows of its socket") {
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-a", "--source", source});
      std::map<std::string, json> rows;
      for (const auto& row : listing.rows()) rows[identity_of(row)] = row;
      for (const Row& truth : zoo.truth()) {
        if (!visible(truth, source)) continue;
        CAPTURE(truth.key());
        CAPTURE(truth.note);
        const auto found = rows.find(identity_of(truth));
        REQUIRE(found != rows.end());
        const json& row = found->second;
        CHECK(row["phase"] == kPhases.at(truth.state));
        CHECK(row["source"] == source);
        CHECK(row["inode"] == (truth.has_owner ? json(truth.inode) : json()));
        CHECK(row["orphan"] == (truth.orphan.empty() ? json() : json(truth.orphan)));
        CHECK(row["processes"].is_null());
        if (truth.has_owner) CHECK(row["uid"] == 0);
        if (truth.orphan == "half-open" || truth.orphan == "time-wait") CHECK(row["uid"].is_null());
        if (!truth.timer.empty()) CHECK(row["timer"] == truth.timer);
        if (truth.recv_queue) CHECK(row["recv_queue"] == *truth.recv_queue);
        if (truth.send_queue) CHECK(row["send_queue"] == *truth.send_queue);
        if (truth.state == "LISTEN") {
          CHECK(row["recv_queue"].is_null());
          CHECK(row["send_queue"].is_null());
          CHECK(row["accept_queue"] == or_null(truth.accept_queue));
          if (truth.syn_recv) CHECK(row["syn_recv"] == *truth.syn_recv);
          CHECK(row["accept_limit"] == (source == "proc" ? json() : or_null(truth.accept_limit)));
        } else {
          CHECK(row["accept_queue"].is_null());
          CHECK(row["accept_limit"].is_null());
          CHECK(row["syn_recv"].is_null());
        }
        if (truth.remote_address.empty()) {
          CHECK(row["remote_address"].is_null());
          CHECK(row["remote_port"].is_null());
        }
        if (source == "proc") {
          CHECK(row["cookie"].is_null());
          CHECK(row["mark"].is_null());
          CHECK(row["cgroup"].is_null());
          CHECK(row["interface"].is_null());
        } else {
          CHECK(row["cookie"].is_string());
        }
      }
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "--state shows exactly the rows of that state") {
    for (const std::string source : kSources) {
      for (const std::string state : kStates) {
        if (source == "proc" && state == "CLOSE") continue;
        CAPTURE(source);
        CAPTURE(state);
        const Listing listing = list({"--state", state, "--source", source});
        CHECK(listing.exit_code == 0);
        const Keys expected = keys_of(zoo.truth(), [&](const Row& row) { return row.state == state; });
        CHECK(difference(expected, keys_of(listing)) == "");
        // A total of one state, and null for every state that was not asked for.
        std::string key;
        for (const char letter : state)
          key += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        const json by_state = listing.document["summary"]["by_state"];
        CHECK(by_state.size() == std::size(kStates));
        for (const auto& entry : by_state.items()) {
          CAPTURE(entry.key());
          CHECK(entry.value() == (entry.key() == key ? json(expected.size()) : json()));
        }
      }
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "the two sources agree on every row they both see") {
    const Listing netlink = list({"-a", "--source", "netlink"});
    const Listing proc = list({"-a", "--source", "proc"});
    std::map<std::string, json> by_identity;
    for (const auto& row : netlink.rows()) by_identity[identity_of(row)] = row;
    for (const auto& row : proc.rows()) {
      CAPTURE(identity_of(row));
      const auto found = by_identity.find(identity_of(row));
      REQUIRE(found != by_identity.end());
      for (const std::string key : {"phase", "recv_queue", "send_queue", "accept_queue", "syn_recv", "timer", "uid",
                                    "user", "inode", "orphan"}) {
        CAPTURE(key);
        CHECK(row[key] == found->second[key]);
      }
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "the default view leaves out LISTEN and CLOSE, -l shows LISTEN alone, -al all") {
    for (const std::string source : kSources) {
      CAPTURE(source);
      CHECK(
          difference(keys_of(zoo.truth(), [](const Row& row) { return row.state != "LISTEN" && row.state != "CLOSE"; }),
                     keys_of(list({"--source", source}))) == "");
      CHECK(difference(keys_of(zoo.truth(), [](const Row& row) { return row.state == "LISTEN"; }),
                       keys_of(list({"-l", "--source", source}))) == "");
      CHECK(difference(keys_of(zoo.truth(), [&](const Row& row) { return visible(row, source); }),
                       keys_of(list({"-al", "--source", source}))) == "");
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "a socket that is bound to a device names it, where netlink tells") {
    const Handle listener(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a listener"));
    check(::setsockopt(listener.get(), SOL_SOCKET, SO_BINDTODEVICE, "lab0", 5), "binding to lab0");
    const SocketName name({TunPeer::local(Family::ipv4), 9999});
    check(::bind(listener.get(), name.get(), name.size()), "binding");
    check(::listen(listener.get(), 1), "listening");
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Listing listing = list({"-l", "--local-port", "9999", "--source", source});
      REQUIRE(listing.rows().size() == 1);
      CHECK(listing.rows()[0]["interface"] == (source == "proc" ? json() : json("lab0")));
      CHECK(listing.rows()[0]["local_address"] == "10.99.0.1");
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "--source both finds both sources of one mind but for bound-inactive sockets") {
    const Listing listing = list({"-a", "--source", "both"});
    CHECK(listing.exit_code == 0);
    CHECK(listing.document.value("source", "") == "both");
    std::size_t bound = 0;
    for (const auto& row : listing.rows()) {
      CAPTURE(row.dump());
      CHECK(row["state"] == "CLOSE");
      ++bound;
    }
    CHECK(bound == keys_of(zoo.truth(), [](const Row& row) { return row.state == "CLOSE"; }).size());
    CHECK(bound > 0);
  }
}

}  // namespace
}  // namespace tcpstat::lab
