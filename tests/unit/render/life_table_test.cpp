// Lives as aligned columns.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "render/transitions.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

TEST_CASE("a life of which little is known") {
  ConnectionLife life;
  life.states = {{State::close_wait, {}}};
  life.complete = false;
  life.legal = false;
  const auto table = lines(lives("table", life));
  CHECK(table[1].find("(illegal) (records are missing) ") != std::string::npos);
  CHECK(table[1].ends_with(" ?"));
  const json line = json::parse(lines(lives("ndjson", life))[0]);
  for (const char* key : {"family", "local_port", "socket", "opening", "began_us", "lasted_us", "ending", "reset_by"}) {
    CAPTURE(key);
    CHECK(line[key] == nullptr);
  }
}

TEST_CASE("a life of a socket that is bound to a device names it, in every format") {
  ConnectionLife life = reset_life();
  life.interface = 7;
  life.netns = 1;
  const auto told = [&life](std::string_view format, Namespaces namespaces) {
    Rendering rendering("table");
    rendering.names.interfaces[7] = "v\x1b\x30";
    rendering.names.namespaces[1] = "we,b";
    rendering.settings.facts.netns = 1;
    rendering.settings.namespaces = namespaces;
    const auto writer = find_format(format)->lives(rendering.settings);
    writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
    writer->life(life);
    writer->sample_end();
    return lines(rendering.text());
  };
  CHECK(told("table", Namespaces::one).at(1).find(R"( 192.0.2.1%v\x1b0:40000 )") != std::string::npos);
  CHECK(told("table", Namespaces::one).at(0).find("NETNS") == std::string::npos);
  const auto several = told("table", Namespaces::several);
  CHECK(several.at(0).find("  NETNS  STATES") != std::string::npos);
  CHECK(several.at(1).find("  we,b   SYN_SENT") != std::string::npos);
  const json object = json::parse(told("ndjson", Namespaces::one).at(0));
  CHECK(object["interface"] == "v\x1b\x30");
  CHECK(object["netns"] == 1);
  CHECK(told("csv", Namespaces::one).at(0).ends_with(",bytes_received,interface,netns"));
  CHECK(told("csv", Namespaces::one).at(1).ends_with(R"(,v\x1b0,"we,b")"));
  CHECK(told("plain", Namespaces::one).at(1).ends_with("\tv\\x1b0\twe,b"));
}

std::vector<std::string> table_of_life(const ConnectionLife& life) {
  Rendering rendering("table");
  const auto writer = find_format("table")->lives(rendering.settings);
  writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
  writer->transition(closed(), {});  // of another document
  writer->life(life);
  writer->sample_end();
  return lines(rendering.text());
}

TEST_CASE("a life is a line with its times, its ends and its states") {
  ConnectionLife life = reset_life();
  life.closed_first = ClosedFirst::local;
  auto table = table_of_life(life);
  REQUIRE(table.size() == 2);
  CHECK(table[0] == "ENDED         LASTED   SHAKE  FIRST   END         LOCAL            REMOTE            STATES");
  CHECK(table[1] ==
        "04:04:05.678   3.2ms    57us  local   reset-peer  192.0.2.1:40000  198.51.100.7:443  SYN_SENT 57us, "
        "ESTABLISHED 3.1ms");
  life.reset_by.reset();
  life.local.reset();
  life.remote.reset();
  life.bytes_sent = 1;
  table = table_of_life(life);
  CHECK(table[1] ==
        "04:04:05.678   3.2ms    57us  local   reset       -                *                SYN_SENT 57us, "
        "ESTABLISHED 3.1ms");
  life.ending.reset();
  life.ended.reset();
  life.handshake.reset();
  life.closed_first.reset();
  life.bytes_sent.reset();
  life.bytes_received = 1;
  CHECK(table_of_life(life)[1].starts_with("04:04:05.678       -       -  -       -           -  "));
  CHECK(table_of_life(life)[1].ends_with(" ESTABLISHED 3.1ms"));
}

TEST_CASE("what is wrong with a life comes before its states") {
  ConnectionLife life = reset_life();
  life.legal = false;
  CHECK(table_of_life(life)[1].find("  (illegal) SYN_SENT") != std::string::npos);
  life.legal = true;
  life.complete = false;
  CHECK(table_of_life(life)[1].find("  (records are missing) SYN_SENT") != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::render
