#include "filter/expression_parser.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "filter/parsed.h"

namespace tcpstat::filter {
namespace {

using test::parsed;
using test::refused;

TEST_CASE("wrong filters name the place and what would be right") {
  struct Wrong {
    std::string_view text;
    std::size_t place;
    std::string_view problem;
    std::string_view remedy = "";
  };
  const Wrong rows[] = {
      {"sprot = 80", 0, "unknown word \"sprot\"", "did you mean sport?"},
      {"sport = 80 and rrt > 1ms", 15, "unknown word \"rrt\"", "did you mean rtt?"},
      {"sport = 80 )", 11, "\")\" closes nothing"},
      {"( sport = 80", 0, "\"(\" is not closed"},
      {"not", 3, "the filter ends where a test is missing"},
      {"or sport = 80", 0, "unknown word \"or\""},
      {"sport =", 0, "\"sport\" has no value"},
      {"sport = 080", 8, "the port \"080\" begins with 0, which ss takes for octal", "write 80"},
      {"sport < *", 8, "\"*\" is any port, which no port is less or greater than", "a number"},
      {"sport >= inet:", 9, "\"inet:\" is any port, which no port is less or greater than", "a number"},
      {"src 10", 4, "the address \"10\" is not whole", "write 10/8 or 10.0.0.0"},
      {"src > 10.0.0.1", 4, "\"src\" takes = and !=, not >"},
      {"rtt > 5", 6, "the value \"5\" of rtt_us has no unit", "for example 5ms"},
      {"age = 1.5ms", 6, "\"1.5ms\" is finer than age_ms is kept", "compare with < and >"},
      {"state foo", 6, "unknown state \"foo\""},
      {"SYN_SENT", 0, "unknown word \"SYN_SENT\"", "did you mean state SYN_SENT?"},
      {"process \"a", 8, "a quotation has no end"},
      {"known autobound", 6, "\"autobound\" has no value that could be unknown"},
      {"known sprot", 6, "unknown field \"sprot\"", "did you mean sport?"},
      {"flag retry", 5, "unknown flag \"retry\""},
      {"cgroup x", 7, "bad control group \"x\"", "a path, as /system.slice/ssh.service"},
      {"src example.org", 4, "unknown address \"example.org\""},
      {"src inet:[::1]:80", 4, "inet: is for IPv4, and \"::1\" is an IPv6 address"},
      {"src unix:*", 4, "there are no unix: sockets among those of TCP"},
      {"fwmark = 0x5/0x1", 9, "the mark \"0x5/0x1\" matches nothing"},
      {"cwnd > 18446744073709551616", 7, "bad value \"18446744073709551616\" of cwnd"},
  };
  for (const Wrong& row : rows) {
    CAPTURE(row.text);
    const auto result = parse_expression(row.text, {});
    REQUIRE_FALSE(result);
    CHECK(result.error().problem == row.problem);
    CHECK(result.error().place == row.place);
    if (!row.remedy.empty()) CHECK(result.error().remedy == row.remedy);
  }
  CHECK_FALSE(parse_expression(std::string(100000, '('), {}));
  CHECK_FALSE(parse_expression(std::string(100000, '!'), {}));
}

TEST_CASE("a mix of and/or whose readings differ is told, and no other") {
  const auto differs = [](std::string_view text) { return parse_expression(text, {})->differs_from_ss; };
  CHECK(differs("sport = 1 or sport = 2 and dport = 3"));
  CHECK(differs("( sport = 1 or sport = 2 dport = 3 )"));
  CHECK_FALSE(differs("sport = 1 and sport = 2 or dport = 3"));
  CHECK_FALSE(differs("sport = 1 or ( sport = 2 and dport = 3 )"));
  CHECK_FALSE(differs("state established sport = 1 or sport = 2"));
}

TEST_CASE("states before a filter hold for all of it, as in ss") {
  CHECK(parsed("state established sport = 1 or sport = 2") ==
        parsed("state established and ( sport = 1 or sport = 2 )"));
  CHECK(parsed("state established state time-wait") == parsed("state established,time-wait"));
  CHECK(parsed("state established and sport = 1 or sport = 2") ==
        parsed("( state established and sport = 1 ) or sport = 2"));
}

/// The text of a tree shows how it was read.
std::string read_as(std::string_view text) { return to_string(parsed(text)); }

TEST_CASE("nothing is every row") {
  CHECK(parsed("") == Expression::everything());
  CHECK(parsed(" \t") == Expression::everything());
}

TEST_CASE("comparisons are signs or words") {
  struct Row {
    std::string_view spelling;
    std::string_view meaning;
  };
  for (const Row& row :
       {Row{"", "uid = 7"}, Row{"=", "uid = 7"}, Row{"==", "uid = 7"}, Row{"eq", "uid = 7"}, Row{"!=", "not uid = 7"},
        Row{"ne", "not uid = 7"}, Row{"neq", "not uid = 7"}, Row{"<", "uid < 7"}, Row{"lt", "uid < 7"},
        Row{"<=", "uid <= 7"}, Row{"le", "uid <= 7"}, Row{"leq", "uid <= 7"}, Row{">", "uid > 7"}, Row{"gt", "uid > 7"},
        Row{">=", "uid >= 7"}, Row{"ge", "uid >= 7"}, Row{"geq", "uid >= 7"}}) {
    CAPTURE(row.spelling);
    CHECK(read_as("uid " + std::string(row.spelling) + " 7") == row.meaning);
  }
}

TEST_CASE("and, or and not are words in any case, or signs, and not binds before and before or") {
  struct Row {
    std::string_view text;
    std::string_view tree;
  };
  const Row rows[] = {
      {"uid 1 and uid 2", "uid = 1 and uid = 2"},
      {"uid 1 AND uid 2", "uid = 1 and uid = 2"},
      {"uid 1 & uid 2", "uid = 1 and uid = 2"},
      {"uid 1 && uid 2", "uid = 1 and uid = 2"},
      {"uid 1 uid 2", "uid = 1 and uid = 2"},
      {"uid 1 or uid 2", "uid = 1 or uid = 2"},
      {"uid 1 Or uid 2", "uid = 1 or uid = 2"},
      {"uid 1 | uid 2", "uid = 1 or uid = 2"},
      {"uid 1 || uid 2", "uid = 1 or uid = 2"},
      {"not uid 1", "not uid = 1"},
      {"NOT uid 1", "not uid = 1"},
      {"! uid 1", "not uid = 1"},
      {"!uid 1", "not uid = 1"},
      {"not ! uid 1", "not not uid = 1"},
      {"not uid != 1", "not not uid = 1"},
      {"not uid 1 uid 2", "not uid = 1 and uid = 2"},
      {"uid 1 and uid 2 or uid 3", "( uid = 1 and uid = 2 ) or uid = 3"},
      {"uid 1 or uid 2 and uid 3", "uid = 1 or ( uid = 2 and uid = 3 )"},
      {"uid 1 or uid 2 uid 3 or uid 4", "uid = 1 or ( uid = 2 and uid = 3 ) or uid = 4"},
      {"(uid 1 or uid 2) and uid 3", "( uid = 1 or uid = 2 ) and uid = 3"},
      {"not (uid 1 or uid 2)", "not ( uid = 1 or uid = 2 )"},
      {"((uid 1))", "uid = 1"},
      {"uid 1 (uid 2)", "uid = 1 and uid = 2"},
      {"process and", "process = and"},
      {"process eq eq", "process = eq"},
      {"process \"(\"", "process = \"(\""},
      {"process or or process not", "process = or or process = not"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read_as(row.text) == row.tree);
  }
}

TEST_CASE("what is quoted is no keyword, no field and no comparison") {
  CHECK(refused("uid 1 \"or\" uid 2") == "6: unknown word \"or\"");
  CHECK(refused("uid 1 \"and\" uid 2") == "6: unknown word \"and\"");
  CHECK(refused("\"not\" uid 2") == "0: unknown word \"not\"");
  CHECK(refused("\"uid\" 2") == "0: unknown word \"uid\" (did you mean uid?)");
  CHECK(refused("\"state\" listen") == "0: unknown word \"state\" (did you mean state?)");
  CHECK(read_as("process \"eq\"") == "process = eq");
}

TEST_CASE("states are alternatives, what is excluded is taken from them, in order") {
  const StateSet tw_or_est{State::time_wait, State::established};
  CHECK(parsed("state time-wait") == Expression(Test(StateTest{{State::time_wait}})));
  CHECK(parsed("state = time-wait") == parsed("state time-wait"));
  CHECK(parsed("exclude time-wait") == Expression(Test(StateTest{StateSet::all() - StateSet{State::time_wait}})));
  CHECK(parsed("excl = time-wait") == parsed("exclude time-wait"));
  CHECK(parsed("state time-wait state established") == Expression(Test(StateTest{tw_or_est})));
  CHECK(parsed("state time-wait,established exclude time-wait") == parsed("state established"));
  CHECK(parsed("exclude time-wait exclude established") == Expression(Test(StateTest{StateSet::all() - tw_or_est})));
  CHECK(parsed("exclude all state listen") == parsed("state listen"));
  // Behind them a test begins that all of it belongs to, an operator goes on with them.
  CHECK(read_as("state listen state close uid 1 or uid 2") == "state close,listen and ( uid = 1 or uid = 2 )");
  CHECK(read_as("state listen state close or uid 2") == "state close,listen or uid = 2");
  CHECK(read_as("state listen and uid 1 or state close") == "( state listen and uid = 1 ) or state close");
  CHECK(read_as("state listen or state close state established") ==
        "state listen or ( state close and state established )");
  CHECK(read_as("uid 1 state listen or uid 2") == "( uid = 1 and state listen ) or uid = 2");
  CHECK(read_as("(state listen uid 1 or uid 2)") == "( state listen and uid = 1 ) or uid = 2");
  CHECK(read_as("not state listen uid 1") == "not state listen and uid = 1");
}

TEST_CASE("states that are not these are all others, and none is more than another") {
  CHECK(parsed("state != time-wait") == parsed("exclude time-wait"));
  CHECK(parsed("exclude != time-wait") == parsed("state time-wait"));
  CHECK(parsed("uid 1 and state ne time-wait") == parsed("uid 1 and exclude time-wait"));
  CHECK(parsed("state listen,close state != listen") == parsed("state close"));
  CHECK(refused("state > time-wait") == "6: \"state\" takes = and !=, not >");
  CHECK(refused("uid 1 exclude le time-wait") == "14: \"exclude\" takes = and !=, not le");
}

TEST_CASE("which comparisons a field takes") {
  for (const std::string_view text : {"sport < 5", "dport < 5", "port < 5", "uid < 5", "cwnd < 5", "rtt < 5ms"}) {
    CAPTURE(text);
    CHECK(parse_expression(text, {}));
  }
  for (const std::string_view field : {"src", "dst", "dev", "fwmark", "family", "user", "pid", "process", "cgroup",
                                       "unit", "v6only", "flag", "timer"}) {
    for (const std::string_view sign : {"<", "<=", ">", ">=", "geq"}) {
      const std::string text = std::string(field) + " " + std::string(sign) + " 5";
      CHECK(refused(text) == std::to_string(field.size() + 1) + ": \"" + std::string(field) +
                                 "\" takes = and !=, not " + std::string(sign));
    }
  }
}

TEST_CASE("the name of a field tells the end that it is about") {
  struct Row {
    std::string_view field;
    std::string_view means;
  };
  for (const Row& row : {Row{"sport", "sport = 5"}, Row{"dport", "dport = 5"}, Row{"local_port", "sport = 5"},
                         Row{"remote_port", "dport = 5"}, Row{"REMOTE-PORT", "dport = 5"}, Row{"DPORT", "dport = 5"},
                         Row{"src", "src 10.0.0.5/32"}, Row{"dst", "dst 10.0.0.5/32"}, Row{"local", "src 10.0.0.5/32"},
                         Row{"remote", "dst 10.0.0.5/32"}, Row{"local_address", "src 10.0.0.5/32"},
                         Row{"remote_address", "dst 10.0.0.5/32"}, Row{"DST", "dst 10.0.0.5/32"}}) {
    CAPTURE(row.field);
    const bool port = row.means.find("port") != std::string_view::npos;
    CHECK(read_as(std::string(row.field) + (port ? " 5" : " 10.0.0.5")) == row.means);
  }
  CHECK(read_as("port = 5") == "sport = 5 or dport = 5");
  CHECK(read_as("port != 5") == "not ( sport = 5 or dport = 5 )");
  CHECK(read_as("PORT > 65534") == "sport = 65535 or dport = 65535");
  CHECK(refused("port = x") == "7: unknown port \"x\" (a number from 0 to 65535, or a name of /etc/services)");
}

TEST_CASE("fields with values of their own") {
  struct Row {
    std::string_view text;
    std::string_view tree;
  };
  const Row rows[] = {
      {"family ipv4", "family ipv4"},
      {"family INET", "family ipv4"},
      {"family ipv6", "family ipv6"},
      {"family inet6", "family ipv6"},
      {"user 7", "uid = 7"},
      {"user alice", "user = alice"},
      {"user \"\"", "user = \"\""},
      {"user 7a", "user = 7a"},
      {"cgroup /a/b", "cgroup = /a/b"},
      {"cgroup /a/b//", "cgroup = /a/b"},
      {"cgroup /", "cgroup = /"},
      {"cgroup //", "cgroup = /"},
      {"cgroup /sys/fs/cgroup/", "cgroup = /"},
      {"cgroup /sys/fs/cgroup/a", "cgroup = /a"},
      {"cgroup /sys/fs/cgroup/unified/a", "cgroup = /a"},
      {"pid 812", "pid = 812"},
      {"pid 0x10", "pid = 16"},
      {"pid != 4294967295", "not pid = 4294967295"},
      {"dev eth0", "dev = eth0"},
      {"fwmark 5", "fwmark = 0x5/0xffffffff"},
      {"unit ssh", "unit = ssh"},
      {"timer KEEPALIVE", "timer = keepalive"},
      {"autobound", "autobound"},
      {"autobound uid 7", "autobound and uid = 7"},
      {"known rtt", "known rtt_us"},
      {"known RTT_US", "known rtt_us"},
      {"known dev", "known interface"},
      {"known fwmark", "known mark"},
      {"known family", "known family"},
      {"known state", "known state"},
      {"known user", "known user"},
      {"known recvq", "known recv_queue"},
      {"known sport", "known local_port"},
      {"known remote_port", "known remote_port"},
      {"known port", "known local_port"},
      {"known src", "known local_address"},
      {"known dst", "known remote_address"},
      {"known dport", "known remote_port"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read_as(row.text) == row.tree);
  }
}

TEST_CASE("why a word is no test, and what was meant") {
  struct Row {
    std::string_view text;
    std::string_view why;
  };
  const Row rows[] = {
      {"()", "1: there is nothing between the brackets"},
      {"uid 1 and ( )", "12: there is nothing between the brackets"},
      {"uid 1 or (uid 2", "9: \"(\" is not closed"},
      {"(uid 1))", "7: \")\" closes nothing"},
      {"state listen )", "13: \")\" closes nothing"},
      {"= 5", "0: a test is missing before \"=\""},
      {"& uid 1", "0: a test is missing before \"&\""},
      {"uid 1 or", "8: the filter ends where a test is missing"},
      {"uid 1 and ", "10: the filter ends where a test is missing"},
      {"state listen or", "15: the filter ends where a test is missing"},
      {"state", "0: \"state\" has no value"},
      {"state listen state =", "13: \"state\" has no value"},
      {"uid 1 state (", "6: \"state\" has no value"},
      {"process =", "0: \"process\" has no value"},
      {"uid 1 process = =", "16: \"=\" is no value of \"process\" (one of = == != < > <= >= between them)"},
      {"uid 1 known", "6: \"known\" has no value"},
      {"known zzz", "6: unknown field \"zzz\""},
      {"known stat", "6: unknown field \"stat\" (did you mean state?)"},
      {"autobound = yes", "10: \"autobound\" takes no value"},
      {"source proc",
       "0: \"source\" cannot be asked for in a filter (rows of one run are read in one place: --source)"},
      {"syn_recv > 3", "0: unknown word \"syn_recv\" (did you mean state syn_recv?)"},
      {"sport 80 or 443",
       "12: unknown word \"443\" (each alternative is a whole test; lists of ports: sport = 80,443)"},
      {"uid 1 and 443", "10: unknown word \"443\" (did you mean port 443?)"},
      {":443", "0: unknown word \":443\" (did you mean port :443?)"},
      {"10.0.0.1", "0: unknown word \"10.0.0.1\" (did you mean dst 10.0.0.1?)"},
      {"10.0.0.0/8:443", "0: unknown word \"10.0.0.0/8:443\" (did you mean dst 10.0.0.0/8:443?)"},
      {"1.2.3", "0: unknown word \"1.2.3\""},
      {"CWNDD > 1", "0: unknown word \"CWNDD\" (did you mean cwnd?)"},
      {"xyzzyq", "0: unknown word \"xyzzyq\""},
      {"family x", "7: unknown family \"x\" (ipv4 or ipv6)"},
      {"cgroup ssh", "7: bad control group \"ssh\" (a path, as /system.slice/ssh.service)"},
      {"pid x", "4: bad value \"x\" of pid (a number, as 100, 64k (1000) or 64Ki (1024))"},
      {"pid 4294967296", "4: bad value \"4294967296\" of pid (a number of 32 bits)"},
      {"state foo uid 1", "6: unknown state \"foo\" (see: tcpstat --list states)"},
      {"uid 1 state foo", "12: unknown state \"foo\" (see: tcpstat --list states)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(refused(row.text) == row.why);
  }
  CHECK(parse_expression("zzz", {}).error().word == "zzz");
  CHECK(parse_expression("uid x", {}).error().word == "");
}

TEST_CASE("brackets and negations are as deep as nobody writes them") {
  const auto brackets = [](std::size_t depth) { return std::string(depth, '(') + "uid 1" + std::string(depth, ')'); };
  CHECK(read_as(brackets(99)) == "uid = 1");
  CHECK(refused(brackets(100)) == "100: the filter has too many brackets within brackets");
  CHECK(read_as(brackets(60) + " and " + brackets(60)) == "uid = 1 and uid = 1");
  CHECK(parse_expression(std::string(101, '!') + "uid 1", {}));
  CHECK(refused(std::string(102, '!') + "uid 1") == "101: the filter has too many negations");
}

TEST_CASE("the host is asked for services and users, and named users and long processes are told") {
  ExpressionWords words;
  words.service_port = [](std::string_view name) {
    return name == "https" ? std::optional<std::uint16_t>(443) : std::nullopt;
  };
  words.why_no_user = [](const std::string& name) { return name == "bob" ? "there is no user \"bob\"" : ""; };
  CHECK(to_string(parsed("sport https", words)) == "sport = 443");
  CHECK(refused("uid 1 user bob", words) == "11: there is no user \"bob\"");
  const auto names =
      parse_expression("user alice or user carol user 7 process fifteen_letters process sixteen_letters_", words);
  REQUIRE(names);
  CHECK(names->user_names == std::vector<std::string>{"alice", "carol"});
  CHECK(names->long_processes == std::vector<std::string>{"sixteen_letters_"});
}

}  // namespace
}  // namespace tcpstat::filter
