// Lives as fields, and beside that as a table.

#include <doctest/doctest.h>

#include "base/utf8.h"
#include "render/transitions.h"

namespace tcpstat::render {
namespace {

TEST_CASE("a life as fields and as a table") {
  const auto csv = lines(lives("csv", reset_life()));
  REQUIRE(csv.size() == 2);
  CHECK(csv[0].starts_with("time,snapshot,family,local_address,"));
  CHECK(csv[1].ends_with(",active,3206,57,,reset,peer,yes,yes,SYN_SENT:57 " + std::string(name(State::established)) +
                         ":3149,,socket,,,,"));
  CHECK(lines(lives("plain", reset_life()))[1].find("\t57\t-\treset\tpeer\tyes") != std::string::npos);
  const auto table = lines(lives("table", reset_life()));
  REQUIRE(table.size() == 2);
  CHECK(table[1].starts_with("04:04:05.678   3.2ms    57us  -       reset-peer  192.0.2.1:40000"));
  CHECK(table[1].ends_with("57us, " + std::string(name(State::established)) + " 3.1ms"));
  for (const std::size_t width : {60U, 80U, 120U}) {
    const std::string text = lives("table", reset_life(), width);
    CHECK(text.find("3.1ms\n") != std::string::npos);  // the last state is not cut
    for (const std::string& line : lines(text)) CHECK(display_width(line) <= width);
  }
}

std::string fields_of_life(const ConnectionLife& life, std::string_view format) {
  Rendering rendering("table");
  rendering.names.namespaces[8] = "web";
  rendering.names.interfaces[7] = "eth0";
  const auto writer = find_format(format)->lives(rendering.settings);
  writer->sample({3, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
  writer->transition(closed(), {});  // of another document
  writer->life(life);
  writer->finish({}, {});
  return rendering.text();
}

TEST_CASE("each fact of a life has a field of its own") {
  ConnectionLife life = reset_life();
  life.body = Body::time_wait;
  life.cookie = 99;
  life.closed_first = ClosedFirst::remote;
  life.reset_reason = ResetReason::abort;
  life.bytes_sent = 10;
  life.bytes_received = 20;
  life.interface = 7;
  life.netns = 8;
  life.complete = false;
  life.states.push_back({State::close_wait, {}});
  CHECK(fields_of_life(life, "csv") ==
        "time,snapshot,family,local_address,local_port,remote_address,remote_port,cookie,opening,lasted_us,"
        "handshake_us,closed_first,ending,reset_by,complete,legal,states,reset_reason,object,bytes_sent,"
        "bytes_received,interface,netns\n"
        "2026-01-02T03:04:05.678Z,3,ipv4,192.0.2.1,40000,198.51.100.7,443,99,active,3206,57,remote,reset,peer,no,yes,"
        "SYN_SENT:57 ESTABLISHED:3149 CLOSE_WAIT,abort," +
            std::string(name(Body::time_wait)) + ",10,20,eth0,web\n");
  // What is not known is empty.
  ConnectionLife little;
  little.legal = false;
  CHECK(lines(fields_of_life(little, "csv"))[1] == "2026-01-02T03:04:05.678Z,3,,,,,,,,,,,,,yes,no,,,socket,,,,");
  CHECK(lines(fields_of_life(little, "plain"))[1] ==
        "2026-01-02T03:04:05.678Z\t3\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\tyes\tno\t-\t-\tsocket\t-\t-\t-\t-");
}

TEST_CASE("without lives the header is there, once") {
  Rendering rendering("table");
  const auto writer = find_format("csv")->lives(rendering.settings);
  writer->finish({}, {});
  writer->finish({}, {});
  CHECK(lines(rendering.text()).size() == 1);
  Rendering bare("table");
  bare.settings.header = false;
  find_format("csv")->lives(bare.settings)->finish({}, {});
  CHECK(bare.text().empty());
}

}  // namespace
}  // namespace tcpstat::render
