// Filters: what either source prints is what filtering the truth by hand leaves.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <sstream>
#include <string>

#include "every_state_fixture.h"
#include "listing.h"

namespace tcpstat::lab {
namespace {

/// Address filters see v4-mapped addresses as the IPv4 addresses they stand for.
std::string unmapped(const std::string& address) {
  return address.rfind("::ffff:", 0) == 0 ? address.substr(7) : address;
}

bool starts(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }
bool within(std::uint16_t port, int low, int high) { return port >= low && port <= high; }
bool waiting(const Row& row) { return row.state == "LISTEN" || row.state == "CLOSE"; }

struct Case {
  std::vector<std::string> arguments;
  std::function<bool(const Row&)> keep;
};

const Case kCases[] = {
    {{"-4"}, [](const Row& r) { return r.family == "ipv4"; }},
    {{"-6"}, [](const Row& r) { return r.family == "ipv6"; }},
    {{"-4", "-6"}, [](const Row&) { return true; }},
    {{"--local", "10.99.0.1"}, [](const Row& r) { return unmapped(r.local_address) == "10.99.0.1"; }},
    {{"--local", "fd99::1"}, [](const Row& r) { return r.local_address == "fd99::1"; }},
    {{"--local", "[fd99::1]:8100"}, [](const Row& r) { return r.local_address == "fd99::1" && r.local_port == 8100; }},
    {{"--local", "10.99.0.1:8200"},
     [](const Row& r) { return unmapped(r.local_address) == "10.99.0.1" && r.local_port == 8200; }},
    {{"--local", ":8200"}, [](const Row& r) { return r.local_port == 8200; }},
    {{"--local", "*:8200"}, [](const Row& r) { return r.local_port == 8200; }},
    {{"--remote", "10.99.2.0/24"}, [](const Row& r) { return starts(r.remote_address, "10.99.2."); }},
    {{"--remote", "10.99.22.0/24"}, [](const Row& r) { return starts(unmapped(r.remote_address), "10.99.22."); }},
    {{"--remote", "10.99.0.0/21"},
     [](const Row& r) {  // 10.99.0 to 10.99.7: the IPv4 flavour's 1, 2 and 3
       return r.family == "ipv4" && !waiting(r);
     }},
    {{"--remote", "10.99.20.0/22"}, [](const Row& r) { return starts(r.remote_address, "::ffff:10.99.2"); }},
    {{"--remote", "10.99.1.0/24,10.99.21.0/24"},
     [](const Row& r) {
       return starts(r.remote_address, "10.99.1.") || starts(unmapped(r.remote_address), "10.99.21.");
     }},
    {{"--remote", "0.0.0.0/0"},
     [](const Row& r) { return !waiting(r) && (r.family == "ipv4" || starts(r.remote_address, "::ffff:")); }},
    {{"--remote", "fd99::b:0/112"}, [](const Row& r) { return starts(r.remote_address, "fd99::b:"); }},
    {{"--remote", "[fd99::]/64:40006"},
     [](const Row& r) { return starts(r.remote_address, "fd99::") && r.remote_port == 40006; }},
    {{"--remote", "10.99.0.0/16:40006"},
     [](const Row& r) { return starts(unmapped(r.remote_address), "10.99.") && r.remote_port == 40006; }},
    {{"--remote", ":40006"}, [](const Row& r) { return r.remote_port == 40006; }},
    {{"--port", "8000"}, [](const Row& r) { return r.local_port == 8000 || r.remote_port == 8000; }},
    {{"--port", "40005"}, [](const Row& r) { return r.local_port == 40005 || r.remote_port == 40005; }},
    {{"--port", "8001-8103"},
     [](const Row& r) { return within(r.local_port, 8001, 8103) || within(r.remote_port, 8001, 8103); }},
    {{"--local-port", "8000,8200"}, [](const Row& r) { return r.local_port == 8000 || r.local_port == 8200; }},
    {{"--local-port", "8000", "--local-port", "8100"},
     [](const Row& r) { return r.local_port == 8000 || r.local_port == 8100; }},
    {{"--remote-port", "40005-40010"}, [](const Row& r) { return within(r.remote_port, 40005, 40010); }},
    {{"--remote-port", "40001,40003,40020-40022"},
     [](const Row& r) {
       return r.remote_port == 40001 || r.remote_port == 40003 || within(r.remote_port, 40020, 40022);
     }},
    {{"--local-port", "8000", "--remote", "10.99.3.0/24"},
     [](const Row& r) { return r.local_port == 8000 && starts(r.remote_address, "10.99.3."); }},
    {{"-6", "--remote", "10.99.0.0/16"}, [](const Row& r) { return starts(r.remote_address, "::ffff:"); }},
    {{"-4", "--remote", "fd99::/64"}, [](const Row&) { return false; }},
    {{"--state", "TIME_WAIT,closewait", "--remote", "10.99.0.0/16"},
     [](const Row& r) {
       return (r.state == "TIME_WAIT" || r.state == "CLOSE_WAIT") && starts(unmapped(r.remote_address), "10.99.");
     }},
    {{"--state", "half-open"}, [](const Row& r) { return r.state == "SYN_SENT" || r.state == "SYN_RECV"; }},
    {{"--state", "half-closed"}, [](const Row& r) { return r.state == "FIN_WAIT2" || r.state == "CLOSE_WAIT"; }},
    {{"--state", "bucket"}, [](const Row& r) { return r.state == "TIME_WAIT" || r.state == "SYN_RECV"; }},
    {{"--state", "!ESTABLISHED", "--state", "!CLOSE"},
     [](const Row& r) { return r.state != "ESTABLISHED" && r.state != "CLOSE"; }},
    {{"--state", "synchronized,!established"},
     [](const Row& r) { return !waiting(r) && r.state != "SYN_SENT" && r.state != "ESTABLISHED"; }},
    {{"--state", "syn-rcvd", "--local-port", "8204"},
     [](const Row& r) { return r.state == "SYN_RECV" && r.local_port == 8204; }},
};

TEST_SUITE("filters") {
  TEST_CASE_FIXTURE(EveryStateFixture, "a filter leaves the same rows in both sources as in the truth") {
    for (const Case& row : kCases) {
      std::string words;
      for (const std::string& argument : row.arguments) words += argument + ' ';
      CAPTURE(words);
      bool states = false;
      for (const std::string& argument : row.arguments) states = states || argument == "--state";
      for (const std::string source : kSources) {
        CAPTURE(source);
        std::vector<std::string> arguments = row.arguments;
        if (!states) arguments.emplace_back("-a");
        arguments.insert(arguments.end(), {"--source", source});
        const Listing listing = list(arguments);
        CHECK(listing.exit_code == 0);
        CHECK(listing.err == "");
        CHECK(difference(keys_of(zoo.truth(), [&](const Row& r) { return visible(r, source) && row.keep(r); }),
                         keys_of(listing)) == "");
      }
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "-q tells by its exit code whether anything matched") {
    for (const std::string source : kSources) {
      CAPTURE(source);
      const Outcome some = tcpstat({"-q", "--state", "SYN_RECV", "--source", source});
      CHECK(some.exit_code == 0);
      CHECK(some.out == "");
      CHECK(tcpstat({"-q", "--state", "SYN_RECV", "--remote", "192.0.2.1", "--source", source}).exit_code == 1);
    }
  }

  TEST_CASE_FIXTURE(EveryStateFixture, "an unknown column value is printed as unknown, an unknown word is refused") {
    // A column may be unknown …
    const Outcome column = tcpstat({"--source", "proc", "-H", "-f", "plain", "-o", "COOKIE"});
    CHECK(column.exit_code == 0);
    std::istringstream cookies(column.out);
    std::size_t rows = 0;
    for (std::string cookie; std::getline(cookies, cookie); ++rows) CHECK(cookie == "-");
    CHECK(rows > 20);
    const Outcome known = tcpstat({"--source", "netlink", "-H", "-f", "plain", "-o", "COOKIE"});
    CHECK(std::count(known.out.begin(), known.out.end(), '-') == 0);
    const Outcome state = tcpstat({"--source", "proc", "--state", "NONSENSE,SYN_RECV"});
    CHECK(state.exit_code == 2);  // … but a word may not
    CHECK(state.out == "");
  }
}

}  // namespace
}  // namespace tcpstat::lab
