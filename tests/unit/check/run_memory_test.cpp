#include "check/run_memory.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace tcpstat;
using namespace tcpstat::check;

namespace {

RunMemory everything() {
  RunMemory memory;
  detect::SynBaseline& base = memory.baseline;
  base.boot_id = "01234567-89ab-cdef-0123-456789abcdef";
  base.netns = 4026531833;
  base.boot_time = std::chrono::milliseconds(123456789);
  base.wall_time_s = 1764000000;
  base.counters.syncookies_sent = UINT64_MAX;
  base.counters.listen_drops = 0;
  base.filters.synproxy_syn_received = 3080;
  base.filters.synproxy_cookie_valid = 80;
  base.filters.softnet_dropped = UINT64_MAX;
  base.listeners.push_back({.end = {{*parse_address("2001:db8::1"), 443}, 3},
                            .identity = UINT64_MAX,
                            .drops = std::nullopt,
                            .half_open = 3,
                            .aged = 2,
                            .gone = 5,
                            .ends = 3,
                            .requests = {{.cookie = 1, .rounds = 255, .timer_ms = UINT32_MAX}, {.cookie = 2}},
                            .sockets = 4});
  base.mean = 0.125;
  base.variance = 1e-9;
  base.sum = 2.5;
  base.completions_per_s = 1000;
  base.resets_per_s = 2.25;
  base.quiet_runs = 7;
  base.history = {AttackLevel::none, AttackLevel::under_attack};
  base.reported = AttackLevel::likely;
  base.alert_since_s = 1763999999;
  base.peak_per_s = 99.5;
  base.alert_rule = "return-path";
  base.runs = 4;
  memory.close_waits = {1, 2, 3};
  memory.spacing = std::chrono::milliseconds(60000);
  memory.filter_words = " --local-port 443";
  return memory;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("a file of a version that did not learn how many RSTs are ordinary is read") {
  const auto old = check::memory_from(replaced(check::memory_text(everything()), "\"resets_per_s\":2.25,", ""));
  REQUIRE(old);
  CHECK_FALSE(old->baseline.resets_per_s);
  CHECK_FALSE(
      check::memory_from(replaced(check::memory_text(everything()), "\"resets_per_s\":2.25", "\"resets_per_s\":-1")));
}

TEST_CASE("a file of a version that did not keep the filter is read") {
  const std::string text = check::memory_text(everything());
  CHECK(check::memory_from(text)->filter_words == " --local-port 443");
  const auto old = check::memory_from(replaced(text, "\"filter_words\":\" --local-port 443\",", ""));
  REQUIRE(old);
  CHECK_FALSE(old->filter_words);
  CHECK_FALSE(check::memory_from(replaced(text, "\"filter_words\":\" --local-port 443\"", "\"filter_words\":443")));
}

TEST_CASE("a file of a version that did not count how often listeners ended is read") {
  const std::string text = check::memory_text(everything());
  const auto old = check::memory_from(replaced(replaced(text, "\"gone\":5,", ""), "\"ends\":3,", ""));
  REQUIRE(old);
  CHECK(old->baseline.listeners.at(0).gone == 0);
  CHECK(old->baseline.listeners.at(0).ends == 0);
  const auto without_pools = check::memory_from(replaced(text, ",\"sockets\":4", ""));
  REQUIRE(without_pools);
  CHECK(without_pools->baseline.listeners.at(0).sockets == 1);
  CHECK(check::memory_from(text)->baseline.listeners.at(0).sockets == 4);
  CHECK_FALSE(check::memory_from(replaced(text, "\"ends\":3", "\"ends\":9")));
  CHECK_FALSE(check::memory_from(replaced(text, "\"gone\":5", "\"gone\":-5")));
}

TEST_CASE("what is remembered comes back") {
  const RunMemory before = everything();
  const auto after = check::memory_from(check::memory_text(before));
  REQUIRE(after);
  CHECK(check::memory_text(*after) == check::memory_text(before));
  CHECK(after->baseline.counters.syncookies_sent == UINT64_MAX);
  CHECK(after->baseline.counters.listen_drops == 0);
  CHECK(after->baseline.resets_per_s == 2.25);
  CHECK_FALSE(after->baseline.counters.passive_opens);
  CHECK(after->baseline.listeners.at(0).end.local.port == 443);
  CHECK(after->baseline.listeners.at(0).end.interface == 3);
  CHECK(to_string(after->baseline.listeners.at(0).end.local.address) == "2001:db8::1");
  CHECK(after->baseline.listeners.at(0).requests.at(0).timer_ms == UINT32_MAX);
  CHECK_FALSE(after->baseline.listeners.at(0).drops);
  CHECK(after->baseline.listeners.at(0).gone == 5);
  CHECK(after->baseline.listeners.at(0).ends == 3);
  CHECK(after->baseline.history.back() == AttackLevel::under_attack);
  CHECK(after->baseline.alert_since_s == 1763999999);
  CHECK(after->spacing == std::chrono::milliseconds(60000));
  CHECK(check::memory_from(memory_text(check::RunMemory{})));
}

TEST_CASE("what netfilter counted comes back") {
  const auto after = check::memory_from(check::memory_text(everything()));
  REQUIRE(after);
  CHECK(after->baseline.filters.synproxy_syn_received == 3080);
  CHECK(after->baseline.filters.synproxy_cookie_valid == 80);
  CHECK(after->baseline.filters.softnet_dropped == UINT64_MAX);
  CHECK_FALSE(after->baseline.filters.conntrack_drop);
}

TEST_CASE("a state file without what netfilter counts tells nothing") {
  const std::string text = check::memory_text(everything());
  const std::size_t from = text.find("\"filters\":{");
  REQUIRE(from != std::string::npos);
  const std::string older = std::string(text).erase(from, text.find('}', from) + 2 - from);
  CHECK_FALSE(check::memory_from(older));
  CHECK_FALSE(check::memory_from(replaced(text, "\"synproxy_syn_received\":3080", "\"synproxy_syn_received\":-1")));
}

TEST_CASE("every cut of a state file is damaged") {
  const std::string text = check::memory_text(everything());
  for (std::size_t length = 0; length + 2 < text.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(check::memory_from(std::string_view(text).substr(0, length)));
  }
}

TEST_CASE("numbers that nothing can be are refused") {
  const std::string text = check::memory_text(everything());
  struct Row {
    const char* what;
    const char* by;
  };
  for (const Row& row : {Row{"\"mean\":0.125", "\"mean\":-1"},
                         {"\"mean\":0.125", "\"mean\":1e300"},
                         {"\"mean\":0.125", "\"mean\":null"},
                         {"\"port\":443", "\"port\":65536"},
                         {"0123-456789abcdef", "0123-456789abcdef0"},
                         {"\"reported\":3", "\"reported\":5"},
                         {"\"runs\":4", "\"runs\":-4"},
                         {"\"runs\":4", "\"runs\":4.5"},
                         {"[1,255,4294967295]", "[1,256,4294967295]"},
                         {"[1,255,4294967295]", "[1,255,4294967296]"},
                         {"[1,255,4294967295]", "[1,255]"},
                         {"[1,255,4294967295]", "[]"},
                         {"[1,255,4294967295]", "{}"},
                         {"[1,255,4294967295]", "[1,255,4294967295,0]"},
                         {"\"2001:db8::1\"", "\"2001:db8::1::\""},
                         {"\"alert_since_s\":1763999999", "\"alert_since_s\":-1"},
                         {"\"wall_time_s\":1764000000", "\"wall_time_s\":18446744073709551615"},
                         {"\"spacing_ms\":60000", "\"spacing_ms\":\"60000\""}}) {
    CAPTURE(row.what);
    CAPTURE(row.by);
    const auto read = check::memory_from(replaced(text, row.what, row.by));
    REQUIRE_FALSE(read);
    CHECK(read.error() == "is damaged");
  }
}

TEST_CASE("another version and another program say what they are") {
  const std::string text = check::memory_text(everything());
  CHECK(check::memory_from(replaced(text, "\"version\":1", "\"version\":2")).error() == "has version 2, not 1");
  CHECK(check::memory_from(replaced(text, "tcpstat state", "other state")).error() == "was not written by tcpstat");
  CHECK(check::memory_from("[]").error() == "was not written by tcpstat");
  CHECK(check::memory_from(std::string(100000, '[')).error() == "is damaged");
}

TEST_CASE("what a check left is known, damaged and of any version, and what it did not is not") {
  const std::string text = check::memory_text(everything());
  CHECK(check::begins_like_memory(text));
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK(check::begins_like_memory(std::string_view(text).substr(0, length)));
  }
  CHECK(check::begins_like_memory(replaced(text, "\"version\":1", "\"version\":2")));
  CHECK(check::begins_like_memory(replaced(text, "\"mean\":0.125", "\"mean\":?")));
  CHECK(check::begins_like_memory(R"({"anything": 1, "format": "tcpstat state"})"));
  for (const char* other :
       {"key = value\n", R"({"a":1})", R"({"format":"other","version":1})", "[]", "[\"tcpstat state\"]", "{}", "{\n",
        "\n", " ", R"({"alerts":)", "root:x:0:0:root:/root:/bin/bash\n"}) {
    CAPTURE(other);
    CHECK_FALSE(check::begins_like_memory(other));
  }
  CHECK_FALSE(check::begins_like_memory(std::string(100000, '[')));
  CHECK_FALSE(check::begins_like_memory(replaced(text, "tcpstat state", "other state")));
}

TEST_CASE("a file of an earlier version lacks a counter that came later, and no other") {
  const std::string text = check::memory_text(everything());
  const auto after = check::memory_from(replaced(text, R"("active_opens":null,)", ""));
  REQUIRE(after);
  CHECK_FALSE(after->baseline.counters.active_opens);
  CHECK(check::memory_from(replaced(text, R"("out_no_routes":null,)", "")));
  CHECK(check::memory_from(replaced(text, R"("abort_on_close":null,)", "")));
  CHECK(check::memory_from(replaced(text, R"("abort_on_data":null,)", "")));
  CHECK(check::memory_from(replaced(text, R"("lock_dropped_icmps":null,)", "")));
  CHECK_FALSE(check::memory_from(replaced(text, R"("passive_opens":null,)", "")));
}

TEST_CASE("a file of an earlier version does not say what its alert is about") {
  RunMemory before = everything();
  const std::string text = check::memory_text(before);
  const auto after = check::memory_from(replaced(text, R"("alert_rule":"return-path",)", ""));
  REQUIRE(after);
  CHECK(after->baseline.alert_rule.empty());
  CHECK(check::memory_from(text)->baseline.alert_rule == "return-path");
  CHECK_FALSE(check::memory_from(replaced(text, R"("return-path")", "7")));
}
