// Transitions as fields between separators.

#include <doctest/doctest.h>

#include "render/transitions.h"

namespace tcpstat::render {
namespace {

TEST_CASE("plain marks what is unknown, csv leaves it empty and quotes what needs it") {
  const auto plain = lines(written_transitions("plain"));
  REQUIRE(plain.size() == 3);
  CHECK(plain[0].starts_with("TIME\tSNAPSHOT\tFAMILY\t"));
  CHECK(plain[2].find("\t::\t22\t-\t-\t-\tABSENT\t" + std::string(name(State::listen)) + "\t-\t-\tlegal\tone step") !=
        std::string::npos);
  const auto csv = lines(written_transitions("csv"));
  REQUIRE(csv.size() == 3);
  CHECK(csv[0].starts_with("time,snapshot,family,"));
  CHECK(csv[1].ends_with(",61500,legal,\"3 steps, \"\"unseen\"\"\",somewhere,,,socket,,,,"));
  CHECK(csv[2].find(",::,22,,,,ABSENT,") != std::string::npos);
}

std::vector<std::string> fields_of_transition(const Transition& of, const Judgement& judgement,
                                              Charset charset = Charset::utf8) {
  Rendering rendering("table");
  rendering.settings.charset = charset;
  rendering.names.namespaces[9] = "\xC4\x9B";
  rendering.names.namespaces[8] = "web";
  rendering.names.interfaces[7] = "eth0";
  const auto writer = find_format("csv")->transitions(rendering.settings);
  writer->transition(of, judgement);
  return lines(rendering.text());
}

TEST_CASE("each fact of a transition has a field of its own") {
  Transition of = closed();
  of.cookie = 99;
  of.reset_sent = true;
  of.reset_reason = ResetReason::abort;
  of.body = Body::request;
  of.minisocket_end = MinisocketEnd::pruned;
  of.actor_pid = 5;
  of.interface = 7;
  of.netns = 8;
  constexpr std::array<Seen, 2> kTwo = {State::fin_wait1, State::fin_wait2};
  const auto all = fields_of_transition(of, {TransitionVerdict::quirk, "why", "where", kTwo, {}});
  REQUIRE(all.size() == 1);  // a header comes with the first sample
  CHECK(all[0] ==
        ",1,ipv4,192.0.2.1,443,198.51.100.7,50000,99,ESTABLISHED,TIME_WAIT,FIN_WAIT1>FIN_WAIT2,61500,quirk,why,where,"
        "here,abort,request,pruned,5,eth0,web");
  of.netns = 9;
  CHECK(fields_of_transition(of, {TransitionVerdict::quirk, "why", "where", kTwo, {}}).at(0).ends_with(",\xC4\x9B"));
  CHECK(fields_of_transition(of, {TransitionVerdict::quirk, "why", "where", kTwo, {}}, Charset::ascii)
            .at(0)
            .ends_with(",\\xc4\\x9b"));
}

TEST_CASE("who sent the RST is a field: the peer before this host") {
  const auto reset_by = [](std::optional<bool> peer, std::optional<bool> here) {
    Transition of = closed();
    of.peer_reset = peer;
    of.reset_sent = here;
    const std::string line = fields_of_transition(of, {TransitionVerdict::legal, "", "where", {}, {}}).at(0);
    const std::size_t at = line.find(",where,") + 7;
    return line.substr(at, line.find(',', at) - at);
  };
  CHECK(reset_by(true, std::nullopt) == "peer");
  CHECK(reset_by(true, true) == "peer");
  CHECK(reset_by(false, true) == "here");
  CHECK(reset_by(std::nullopt, true) == "here");
  CHECK(reset_by(false, false).empty());
  CHECK(reset_by(std::nullopt, std::nullopt).empty());
}

TEST_CASE("without transitions the header is there") {
  Rendering rendering("table");
  find_format("csv")->transitions(rendering.settings)->finish({}, {});
  CHECK(rendering.text() ==
        "time,snapshot,family,local_address,local_port,remote_address,remote_port,cookie,from,to,path,dwell_ms,verdict,"
        "reason,reference,reset_by,reset_reason,object,cause,pid,interface,netns\n");
}

}  // namespace
}  // namespace tcpstat::render
