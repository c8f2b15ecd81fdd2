// Filters as they are typed, and the rows of one population that they select. ss 6.1 and 7.1 select the same rows but
// where they are wrong: raw bits compared across families, limits cut to 16 bits, families that hold for the whole line.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <sstream>

#include "cli/options/command.h"
#include "support/rows.h"

namespace tcpstat::cli::options {
namespace {

class LoopbackNames final : public Names {
 public:
  std::string_view user(std::uint32_t /*uid*/) override { return {}; }
  std::string_view interface(std::uint32_t index) override { return index == 1 ? "lo" : ""; }
  std::string_view cgroup(std::uint64_t /*id*/) override { return {}; }
};

/// Rows by name, each with the mark and the device of its socket.
struct Population {
  std::map<std::string, Connection> connections;
  std::map<std::string, Listener> listeners;

  Population() {
    using test::endpoint;
    listen("l4", endpoint("0.0.0.0", 80));
    listen("l6", endpoint("::", 443));
    listen("lx", endpoint("2001:db8::1", 8080));
    listen("ld", endpoint("10.0.0.1", 25), 6, 1);
    add("c4", State::established, endpoint("10.0.0.2", 40123), endpoint("10.0.0.1", 80));
    add("s4", State::established, endpoint("10.0.0.1", 80), endpoint("10.0.0.2", 40123));
    add("cm", State::established, endpoint("10.0.0.2", 50001), endpoint("10.0.0.1", 443));
    add("sm", State::established, endpoint("::ffff:10.0.0.1", 443), endpoint("::ffff:10.0.0.2", 50001));
    add("c6", State::established, endpoint("2001:db8::2", 45000), endpoint("2001:db8::1", 8080), 5);
    add("s6", State::established, endpoint("2001:db8::1", 8080), endpoint("2001:db8::2", 45000));
    add("cd", State::established, endpoint("10.0.0.3", 52000), endpoint("10.0.0.1", 25));
    add("sr", State::syn_recv, endpoint("10.0.0.1", 25), endpoint("10.0.0.3", 52000), 6, 1);
    add("tw", State::time_wait, endpoint("10.0.0.1", 80), endpoint("10.0.0.3", 51000), 5);
    add("bi", State::close, endpoint("127.0.0.1", 60000), endpoint("0.0.0.0", 0));
  }

  [[nodiscard]] std::vector<std::string> matched(const filter::Filter& filter) const {
    std::vector<std::string> out;
    for (const auto& [name, row] : connections) {
      if (filter.matches(row)) out.push_back(name);
    }
    for (const auto& [name, row] : listeners) {
      if (filter.matches(row)) out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  /// "all but l4 sr" as names.
  [[nodiscard]] std::vector<std::string> named(const std::string& text) const {
    std::istringstream words(text);
    std::vector<std::string> list;
    for (std::string word; words >> word;) list.push_back(word);
    const bool all = !list.empty() && list.front() == "all";
    if (!all && (list.empty() || list.front() != "none")) {
      std::sort(list.begin(), list.end());
      return list;
    }
    std::vector<std::string> out;
    const auto keep = [&](const auto& entry) {
      if (all && std::find(list.begin(), list.end(), entry.first) == list.end()) out.push_back(entry.first);
    };
    std::for_each(connections.begin(), connections.end(), keep);
    std::for_each(listeners.begin(), listeners.end(), keep);
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  void listen(const std::string& name, const Endpoint& local, std::uint32_t mark = 0, std::uint32_t device = 0) {
    Listener row = test::listener(local);
    row.mark = mark;
    row.interface = device;
    listeners[name] = row;
  }
  void add(const std::string& name, State state, const Endpoint& local, const Endpoint& remote, std::uint32_t mark = 0,
           std::uint32_t device = 0) {
    Connection row = test::connection(state, local, remote);
    row.mark = mark;
    row.interface = device;
    connections[name] = row;
  }
};

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

struct Row {
  std::vector<std::string> words;
  std::string rows;
};

const Row kRows[] = {
    {{"-a", "sport = 80"}, "l4 s4 tw"},
    {{"-a", "sport :80"}, "l4 s4 tw"},
    {{"-a", "sport eq http"}, "l4 s4 tw"},
    {{"-a", "sport = 0x50"}, "l4 s4 tw"},
    {{"-a", "! ! sport = 80"}, "l4 s4 tw"},
    {{"-a", "( ( sport = 80 ) )"}, "l4 s4 tw"},
    {{"-a", "sport = inet::80"}, "l4 s4 tw"},
    {{"-a", "src :80"}, "l4 s4 tw"},
    {{"-a", "sport != 80"}, "all but l4 s4 tw"},
    {{"-a", "not sport = 80"}, "all but l4 s4 tw"},
    {{"-a", "sport = 80 dport = 0"}, "l4"},
    {{"-a", "sport = 80 and not dport = 0"}, "s4 tw"},
    {{"-a", "sport = 80 ! dport = 0"}, "s4 tw"},
    {{"-a", "sport = 80 && dport = 0 || sport = 443"}, "l4 l6 sm"},
    {{"-a", "dport = 50001 and sport = 443 or sport = 80"}, "l4 s4 sm tw"},
    {{"-a", "sport = 80 or ( sport = 443 and dport = 50001 )"}, "l4 s4 sm tw"},
    {{"-a", "sport = 80 or sport = 443 and dport = 50001"}, "l4 s4 sm tw"},
    {{"-a", "sport = 80 or sport = 443 dport = 50001"}, "l4 s4 sm tw"},
    {{"-a", "sport = 80 dport = 51000 or sport = 443"}, "l6 sm tw"},
    {{"-a", "not sport = 80 and sport = 443"}, "l6 sm"},
    {{"-a", "not ( sport = 80 or sport = 443 )"}, "all but l4 l6 s4 sm tw"},
    {{"-a", "( sport = 80 or sport = 443 ) ( dport = 0 or dport = 50001 )"}, "l4 l6 sm"},
    {{"-a", "( sport = 80 or sport = 443 ) and not ( dport = 0 or dport = 50001 )"}, "s4 tw"},
    {{"-a", "not ( not ( sport = 80 ) or not ( dport = 0 ) )"}, "l4"},
    {{"-a", "sport > 8080"}, "c4 cm c6 cd bi"},
    {{"-a", "sport ge 8080"}, "lx c4 cm c6 s6 cd bi"},
    {{"-a", "sport lt 80"}, "ld sr"},
    {{"-a", "sport leq 80"}, "l4 ld s4 sr tw"},
    {{"-a", "dport < 1024"}, "l4 l6 lx ld c4 cm cd bi"},
    {{"-a", "dport = 0"}, "l4 l6 lx ld bi"},
    {{"-a", "dst :0"}, "l4 l6 lx ld bi"},
    {{"-a", "dport != 80"}, "all but c4"},
    {{"-a", "dport >= 50000 and dport <= 52000"}, "sm sr tw"},
    {{"-a", "dport = 52000"}, "sr"},
    {{"-a", "sport = *"}, "all"},
    {{"-a", "sport = :"}, "all"},
    {{"-a", "src any"}, "all"},
    {{"-a", "src *"}, "all"},
    {{"-a", "sport != *"}, "none"},
    {{"-a", "sport = 0120"}, "refuse"},
    {{"-a", "sport = 70000"}, "refuse"},
    {{"-a", "sport <= 70000"}, "refuse"},
    {{"-a", "sport < 65536"}, "refuse"},
    {{"-a", "sport >= -1"}, "refuse"},
    {{"-a", "sport < 65616"}, "refuse"},
    {{"-a", "sport = -1"}, "refuse"},
    {{"-a", "not src 0.0.0.0"}, "all but l4"},
    {{"-a", "not src 0.0.0.0/0"}, "l6 lx c6 s6"},
    {{"-a", "not dst 0.0.0.0"}, "all but l4 ld bi"},
    {{"-a", "not dst 0.0.0.0/8"}, "all but l4 ld bi"},
    {{"-a", "not src [::]"}, "all but l6"},
    {{"-a", "not dst [::]"}, "all but l6 lx"},
    {{"-a", "not src ::/0"}, "all but l6 lx sm c6 s6"},
    {{"-a", "not src 32.1.13.184"}, "all"},
    {{"-a", "not src 32.0.0.0/8"}, "all"},
    {{"-a", "not src [a00:1::]"}, "all"},
    {{"-a", "dev lo"}, "ld sr"},
    {{"-a", "dev != lo"}, "all but ld sr"},
    {{"-a", "dev 0"}, "all but ld sr"},
    {{"-a", "dev lo or sport = 80"}, "l4 ld s4 sr tw"},
    {{"-a", "src 0.0.0.0 and dev != 99"}, "l4"},
    {{"-a", "src 0.0.0.0/0 and dev != 99"}, "all but l6 lx c6 s6"},
    {{"-a", "src 32.1.13.184 and dev != 99"}, "none"},
    {{"-a", "src [a00:1::] and dev != 99"}, "none"},
    {{"-a", "src [::/0] and dev != 99"}, "l6 lx sm c6 s6"},
    {{"-a", "src 10.0.0.1"}, "ld s4 sm sr tw"},
    {{"-a", "src = 10.0.0.1:80"}, "s4 tw"},
    {{"-a", "src 10.0.0.0/8:http"}, "s4 tw"},
    {{"-a", "src 10/8"}, "ld c4 s4 cm sm cd sr tw"},
    {{"-a", "src 10.1.2.3/8"}, "ld c4 s4 cm sm cd sr tw"},
    {{"-a", "src 10.0.0.0/255.0.0.0"}, "ld c4 s4 cm sm cd sr tw"},
    {{"-a", "src 10"}, "refuse"},
    {{"-a", "src 10.0.0.2/31"}, "c4 cm cd"},
    {{"-a", "dst 10.0.0.2"}, "s4 sm"},
    {{"-a", "not dst 10.0.0.2"}, "all but s4 sm"},
    {{"-a", "not dst 10.0.0.0/8"}, "l4 l6 lx ld c6 s6 bi"},
    {{"-a", "dst 10.0.0.3"}, "sr tw"},
    {{"-a", "dst 0.0.0.0"}, "l4 ld bi"},
    {{"-a", "src *:443"}, "l6 sm"},
    {{"-a", "src 0.0.0.0"}, "l4"},
    {{"-a", "src 0.0.0.0/0"}, "all but l6 lx c6 s6"},
    {{"-a", "src [::]"}, "l6"},
    {{"-a", "src [::/0]"}, "l6 lx sm c6 s6"},
    {{"-a", "src ::/0"}, "l6 lx sm c6 s6"},
    {{"-a", "src [2001:db8::1]:8080"}, "lx s6"},
    {{"-a", "src [2001:db8::/32]"}, "lx c6 s6"},
    {{"-a", "src 2001:db8::/32"}, "lx c6 s6"},
    {{"-a", "src [2001:db8::2/127]"}, "c6"},
    {{"-a", "src [::ffff:10.0.0.1]"}, "sm"},
    {{"-a", "src [::ffff:0:0/96]"}, "sm"},
    {{"-a", "not src [::ffff:0:0/96]"}, "all but sm"},
    {{"-a", "src 10.0.0.1 or src [2001:db8::1]"}, "lx ld s4 sm s6 sr tw"},
    {{"-a", "src 10.0.0.0/8 and dst 10.0.0.0/8 and ( sport < 1024 and not dport < 1024 )"}, "s4 sm sr tw"},
    {{"-a", "src 2001:db8::1:8080"}, "refuse"},
    {{"-a", "src 2001:db8::1"}, "lx s6"},
    {{"-a", "src [2001:db8::]/32"}, "lx c6 s6"},
    {{"-a", "src inet:10.0.0.1"}, "ld s4 sr tw"},
    {{"-a", "src inet6:any"}, "l6 lx sm c6 s6"},
    {{"-a", "not src inet:10.0.0.1"}, "all but ld s4 sr tw"},
    {{"-a", "not src inet6:[2001:db8::1]"}, "all but lx s6"},
    {{"-a", "src inet:10.0.0.1 or src inet6:[2001:db8::1]"}, "lx ld s4 s6 sr tw"},
    {{"-a", "src unix:* or sport = 80"}, "refuse"},
    {{"-a", "fwmark = 5"}, "c6 tw"},
    {{"-a", "fwmark != 5"}, "all but c6 tw"},
    {{"-a", "fwmark != 0"}, "ld c6 sr tw"},
    {{"-a", "fwmark = 0x4/0x4"}, "ld c6 sr tw"},
    {{"-a", "fwmark = 0x5/0x1"}, "refuse"},
    {{"-a", "src != 10.0.0.1"}, "all but ld s4 sm sr tw"},
    {{"-a", "sport = 80 or 443"}, "refuse"},
    {{"-a", "sport=80"}, "l4 s4 tw"},
    {{"-a", "( state established )"}, "c4 s4 cm sm c6 s6 cd"},
    {{}, "c4 s4 cm sm c6 s6 cd sr tw"},
    {{"-a"}, "all"},
    {{"-l"}, "l4 l6 lx ld"},
    {{"state", "established"}, "c4 s4 cm sm c6 s6 cd"},
    {{"state", "ESTABLISHED"}, "c4 s4 cm sm c6 s6 cd"},
    {{"state", "syn-recv"}, "sr"},
    {{"state", "SYN_RECV"}, "sr"},
    {{"state", "listen"}, "l4 l6 lx ld"},
    {{"state", "listening"}, "l4 l6 lx ld"},
    {{"state", "estab"}, "c4 s4 cm sm c6 s6 cd"},
    {{"state", "established,syn-recv"}, "c4 s4 cm sm c6 s6 cd sr"},
    {{"state", "time-wait", "state", "syn-recv"}, "sr tw"},
    {{"state", "bucket"}, "sr tw"},
    {{"state", "big"}, "l4 l6 lx ld c4 s4 cm sm c6 s6 cd bi"},
    {{"state", "connected"}, "c4 s4 cm sm c6 s6 cd sr tw"},
    {{"state", "synchronized"}, "c4 s4 cm sm c6 s6 cd sr tw"},
    {{"state", "bound-inactive"}, "bi"},
    {{"state", "closed"}, "bi"},
    {{"exclude", "established"}, "l4 l6 lx ld sr tw bi"},
    {{"-l", "exclude", "established"}, "l4 l6 lx ld sr tw bi"},
    {{"exclude", "syn-recv"}, "all but sr"},
    {{"state", "established", "exclude", "established"}, "none"},
    {{"exclude", "established", "state", "established"}, "all"},
    {{"state", "established", "sport", "=", "80"}, "s4"},
    {{"sport", "=", "80", "state", "established"}, "s4"},
    {{"-a", "-4"}, "all but l6 lx sm c6 s6"},
    {{"-a", "-6"}, "l6 lx sm c6 s6"},
    {{"-a", "-4", "-6"}, "all"},
    {{"-a", "-6", "src", "10.0.0.1"}, "sm"},
    {{"-a", "-6", "src", "inet:10.0.0.1"}, "none"},
    {{"-a", "-4", "src", "any"}, "all but l6 lx sm c6 s6"},
    {{"-a", "-l"}, "all"},
    {{"-l", "-a"}, "all"},
    // Options that exclude, and open ranges.
    {{"-a", "--port", "!80"}, "all but l4 c4 s4 tw"},
    {{"-a", "--port", "80", "--local-port", "!80"}, "c4"},
    {{"-a", "--local-port", "^80,^443"}, "all but l4 l6 s4 sm tw"},
    {{"-a", "--remote", "!10.0.0.0/8"}, "c6 s6"},
    {{"-a", "--remote", "10.0.0.0/8,!10.0.0.1"}, "s4 sm sr tw"},
    {{"-a", "--remote", "!0.0.0.0/0"}, "c6 s6"},
    {{"-a", "--remote-port", "!80"}, "s4 cm sm c6 s6 cd sr tw"},
    {{"-a", "--local", "!10.0.0.1:80"}, "all but s4 tw"},
    {{"-a", "--local-port", "50001-"}, "cm cd bi"},
    {{"-a", "--local-port=-79"}, "ld sr"},
    {{"-a", "--local-port", "-79"}, "ld sr"},
    {{"-a", "--port", "!1-"}, "none"},
    {{"-a", "--port", "-"}, "refuse"},
    {{"-a", "--port", "!"}, "refuse"},
    {{"-a", "--port", "80", "dport = 0"}, "l4"},
};

TEST_CASE("filters select the rows that their words say") {
  const Population population;
  LoopbackNames names;
  for (const Row& row : kRows) {
    CAPTURE(joined(row.words));
    auto parsed = parse_command(scan_command_line(row.words));
    if (row.rows == "refuse") {
      CHECK_FALSE(parsed);
      continue;
    }
    if (!parsed) {
      FAIL_CHECK(parsed.error().sentence);
      continue;
    }
    filter::Filter filter = std::get<ListCommand>(parsed->command).filter;
    filter::settle(filter, names);
    CHECK(joined(population.matched(filter)) == joined(population.named(row.rows)));
  }
}

}  // namespace
}  // namespace tcpstat::cli::options
