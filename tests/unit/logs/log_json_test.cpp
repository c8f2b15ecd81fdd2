#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

LineText text;

LogRecord decode(const std::string& line) {
  REQUIRE(log_json.recognizes(line));
  return log_json.decode(line, text);
}

std::string_view why(const std::string& line) {
  const LogRecord record = decode(line);
  const auto* bad = std::get_if<BadLine>(&record);
  return bad == nullptr ? "" : bad->why;
}

std::string with(std::string_view more) {
  return R"({"from":"CLOSE","to":"LISTEN")" + std::string(more.empty() ? "" : ",") + std::string(more) + "}";
}

Transition transition(std::string_view more) {
  const LogRecord record = decode(with(more));
  REQUIRE(std::holds_alternative<Transition>(record));
  return std::get<Transition>(record);
}

SampleRow row(const std::string& line) {
  const LogRecord record = decode(line);
  REQUIRE(std::holds_alternative<SampleRow>(record));
  return std::get<SampleRow>(record);
}

constexpr std::string_view kEnds =
    R"("local_address":"192.0.2.1","local_port":80,"remote_address":"192.0.2.2","remote_port":9)";

TEST_CASE("an object begins with a brace, blanks before it or not") {
  CHECK(log_json.recognizes("{"));
  CHECK(log_json.recognizes(" \t{}"));
  for (const std::string_view line : {"", "  ", "[{}]", "1 {", "\"{\""}) CHECK_FALSE(log_json.recognizes(line));
  CHECK(why("{") == "no JSON object");
  CHECK(why("{}{}") == "no JSON object");
  CHECK(why("{}") == "neither a transition nor a connection");
  CHECK(std::holds_alternative<OtherLine>(decode(R"({"type":"finding","from":"CLOSE"})")));
}

TEST_CASE("a cookie is a string or a number, whole") {
  CHECK(transition(R"("cookie":"18446744073709551615")").cookie == UINT64_MAX);
  CHECK(transition(R"("cookie":7)").cookie == 7);
  CHECK_FALSE(transition(R"("cookie":null)").cookie.has_value());
  for (const char* bad : {R"("cookie":"")", R"("cookie":"7x")", R"("cookie":-1)", R"("cookie":7.5)", R"("cookie":true)",
                          R"("cookie":"18446744073709551616")", R"("cookie":[7])"}) {
    CAPTURE(bad);
    CHECK(why(with(bad)) == "a \"cookie\" that is no number");
  }
}

TEST_CASE("whoever has a cookie or a socket's name is known to be the same") {
  CHECK(transition("").sameness == Sameness::doubtful);
  CHECK(transition(R"("cookie":"7")").sameness == Sameness::same);
  CHECK(transition(R"("socket":"a")").sameness == Sameness::same);
  CHECK(transition(R"("socket":12)").socket == "12");
  CHECK(transition(R"("socket":"")").sameness == Sameness::doubtful);
}

TEST_CASE("modes: exact unless it says sampled; an exact one has two states") {
  CHECK(transition("").observed == Observed::exact);
  CHECK(transition(R"("mode":"exact")").observed == Observed::exact);
  CHECK(transition(R"("mode":"sampled")").observed == Observed::sampled);
  CHECK(why(with(R"("mode":"guessed")")) == "\"mode\" is neither exact nor sampled");
  CHECK(why(R"({"from":"ABSENT","to":"SYN_RECV","object":"request"})").empty());
  CHECK(why(R"({"from":"ABSENT","to":"LISTEN","object":"socket"})") == "an exact transition has two states");
  CHECK(why(R"({"from":"ABSENT","to":"LISTEN"})") == "an exact transition has two states");
  CHECK(why(R"({"from":"LISTEN","to":"ABSENT"})") == "an exact transition has two states");
  CHECK(why(R"({"from":"ABSENT","to":"LISTEN","mode":"sampled"})").empty());
}

TEST_CASE("protocols: TCP unless it says so, MPTCP by a table of its own, others are no matter") {
  CHECK(transition("").protocol == Protocol::tcp);
  CHECK(transition(R"("protocol":6)").protocol == Protocol::tcp);
  CHECK(transition(R"("protocol":262)").protocol == Protocol::mptcp);
  CHECK(std::holds_alternative<OtherLine>(decode(with(R"("protocol":132)"))));
  CHECK(why(with(R"("protocol":"tcp")")) == "a \"protocol\" that is no number");
}

TEST_CASE("states are any spelling or a number, and groups are none") {
  CHECK(why(R"({"from":7,"to":"syn-sent"})").empty());
  CHECK(why(R"({"from":"half-open","to":"LISTEN"})") == "no state that is known in \"from\"");
  CHECK(why(R"({"from":"CLOSE","to":14})") == "no state that is known in \"to\"");
  CHECK(why(R"({"from":"CLOSE"})") == "no state that is known in \"to\"");
}

TEST_CASE("ends: an address and a port, or none") {
  const Transition both = transition(kEnds);
  CHECK(to_string(both.local.value()) == "192.0.2.1:80");
  CHECK(to_string(both.remote.value()) == "192.0.2.2:9");
  CHECK_FALSE(transition(R"("local_address":"192.0.2.1")").local.has_value());
  CHECK_FALSE(transition(R"("local_port":80)").local.has_value());
  for (const char* bad :
       {R"("local_address":"192.0.2")", R"("local_address":7)", R"("local_address":"::","local_port":65536)",
        R"("remote_port":"9")", R"("remote_address":"")"}) {
    CAPTURE(bad);
    CHECK(why(with(bad)) == "an address or a port that cannot be");
  }
}

TEST_CASE("times are dates or seconds, and as far as a date can be") {
  CHECK(transition(R"("time":2)").time == EventTime(2'000'000));
  CHECK(transition(R"("time":9000000000000)").time.has_value());
  for (const char* bad : {R"("time":9000000000001)", R"("time":-1.5)", R"("time":9e12)", R"("time":true)",
                          R"("time":"now")", R"("time":-1)"}) {
    CAPTURE(bad);
    CHECK(why(with(bad)) == "a \"time\" that is none");
  }
  CHECK(transition(R"("dwell_ms":250)").dwell == EventTime(250'000));
  CHECK_FALSE(transition(R"("dwell_ms":9000000000000)").dwell.has_value());
}

TEST_CASE("of a key that is there twice the last counts, and what is inside of others does not") {
  CHECK(transition(R"("cookie":"1","cookie":"2")").cookie == 2);
  CHECK(transition(R"("x":{"cookie":"5"})").cookie == std::nullopt);
  CHECK(transition(R"("cookie":{"cookie":"5"},"cookie":null)").cookie == std::nullopt);
}

TEST_CASE("a row of a sample has its state, its ends and the sample that it belongs to") {
  const SampleRow one = row(R"({"state":"ESTABLISHED","cookie":"7","inode":12,"timer":"keepalive","snapshot":3,)"
                            R"("time":"1970-01-01T00:00:01Z","host":"a","netns":5,)" +
                            std::string(kEnds) + "}");
  CHECK(one.state == State::established);
  CHECK(one.cookie == 7);
  CHECK(one.inode == 12);
  CHECK(one.timer == TimerKind::keepalive);
  CHECK(one.sample.counter == 3);
  CHECK(one.sample.time == EventTime(1'000'000));
  CHECK(one.sample.host == "a");
  CHECK(one.sample.netns == 5);
  CHECK(to_string(one.remote) == "192.0.2.2:9");
}

TEST_CASE("a listener has no remote end, whatever the line says; a connection needs one") {
  const std::string listening = R"({"state":"LISTEN",)" + std::string(kEnds) + "}";
  CHECK(row(listening).remote.port == 0);
  CHECK(why(R"({"state":"LISTEN","local_address":"::","local_port":22})").empty());
  CHECK(why(R"({"state":"CLOSE","local_address":"::","local_port":22})").empty());
  CHECK(why(R"({"state":"ESTABLISHED","local_address":"::","local_port":22})") ==
        "a connection without its remote end");
  CHECK(why(R"({"state":"LISTEN"})") == "an address or a port that cannot be");
  CHECK(why(R"({"state":"ABSENT","local_address":"::","local_port":22})") == "no state that is known in \"state\"");
  CHECK(why(R"({"state":"LISTEN","local_address":"::","local_port":22,"inode":"x"})") ==
        "an \"inode\" that is no number");
  CHECK(why(R"({"state":"LISTEN","local_address":"::","local_port":22,"snapshot":"x"})") ==
        "a \"snapshot\" or \"time\" that is none");
}

TEST_CASE("rows and samples of MPTCP are other lines") {
  const std::string listener = R"({"state":"LISTEN","local_address":"::","local_port":22,"protocol":)";
  CHECK(std::holds_alternative<SampleRow>(decode(listener + "6}")));
  CHECK(std::holds_alternative<SampleRow>(decode(listener + "null}")));
  CHECK(std::holds_alternative<OtherLine>(decode(listener + "262}")));
  CHECK(why(listener + "\"tcp\"}") == "a \"protocol\" that is no number");
  CHECK(std::holds_alternative<SampleEnd>(decode(R"({"type":"summary","snapshot":4,"protocol":6})")));
  CHECK(std::holds_alternative<OtherLine>(decode(R"({"type":"summary","snapshot":4,"protocol":262})")));
}

TEST_CASE("a summary ends a sample only if it says which") {
  const LogRecord end = decode(R"({"type":"summary","snapshot":4,"host":"a"})");
  REQUIRE(std::holds_alternative<SampleEnd>(end));
  CHECK(std::get<SampleEnd>(end).sample.counter == 4);
  CHECK(std::get<SampleEnd>(end).whole == Whole::no);
  CHECK(std::holds_alternative<OtherLine>(decode(R"({"type":"summary"})")));
}

RunEnd run_end(std::string_view more) {
  const LogRecord record = decode(R"({"type":"summary","snapshot":1,)" + std::string(more) + "}");
  REQUIRE(std::holds_alternative<RunEnd>(record));
  return std::get<RunEnd>(record);
}

TEST_CASE("what a trace lost is read where it says so") {
  const LogRecord lost =
      decode(R"({"type":"lost","time":"1970-01-01T00:00:01.000Z","host":"a","snapshot":1,"count":500})");
  REQUIRE(std::holds_alternative<LostRecords>(lost));
  CHECK(std::get<LostRecords>(lost).count == 500);
  for (const char* bad : {R"({"type":"lost"})", R"({"type":"lost","count":"5"})", R"({"type":"lost","count":-5})"}) {
    CAPTURE(bad);
    CHECK(why(bad) == "a \"count\" that is no number");
  }
}

TEST_CASE("the summary of a trace, or of watch --events, ends no sample") {
  const RunEnd end =
      run_end(R"("host":"a","kernel":"6.1","warnings":[],"complete":true,"samples":null,"lost_records":0,)"
              R"("transitions":{"total":2,"by_verdict":{}})");
  CHECK(end.host == "a");
  CHECK(end.kernel == "6.1");
  CHECK(end.lost == 0);
  CHECK(end.transitions == 2);
  CHECK(run_end(R"("lost_records":0,"transitions":{"total":7,"written":3,"by_verdict":{"total":9}})").transitions == 3);
  CHECK_FALSE(run_end(R"("lost_records":0,"transitions":{"total":null})").transitions);
  CHECK((end.sight.whole == Whole::yes));
  CHECK_FALSE(run_end(R"("samples":3,"lost_records":null,"transitions":{})").lost);
  CHECK(run_end(R"("complete":false,"lost_records":500)").lost == 500);
  CHECK(why(R"({"type":"summary","transitions":{},"lost_records":"5"})") == "a \"lost_records\" that is no number");
  for (const char* other : {R"({"type":"summary","snapshot":1,"complete":false,"transitions":5,"lost_records":7})",
                            R"({"type":"summary","snapshot":1,"complete":false,"groups":[]})"}) {
    CAPTURE(other);
    CHECK(std::holds_alternative<OtherLine>(decode(other)));
  }
}

TEST_CASE("who did not see everything says why, and a loss alone is told as one") {
  const auto warning = [](std::string_view code, std::string_view message) {
    return R"({"code":")" + std::string(code) + R"(","message":")" + std::string(message) + R"("})";
  };
  const auto sight = [&](const std::string& warnings, std::string_view more) {
    return run_end(R"("complete":false,"transitions":{},"warnings":[)" + warnings + "]," + std::string(more)).sight;
  };
  const std::string lost = warning("lost_records", "the kernel lost 5 records");
  const std::string uncounted = warning("uncounted_loss", "the kernel may skip programs");
  CHECK(sight(uncounted, R"("lost_records":0)").why == "the kernel may skip programs");
  CHECK(sight(lost + "," + uncounted, R"("lost_records":5)").why == "the kernel may skip programs");
  CHECK((sight(lost + "," + warning("forgotten_lives", "x"), R"("lost_records":5)").whole == Whole::yes));
  // As Coverage::last_loss, and what loses nothing is no reason.
  CHECK(sight(warning("fallback", "x") + "," + uncounted + "," + warning("read_failed", "y") + "," +
                  warning("other_namespace", "z"),
              R"("lost_records":0)")
            .why == "y");
  CHECK((sight("", R"("lost_records":0)").whole == Whole::no));
  CHECK(sight("", R"("lost_records":0)").why.empty());
  CHECK((sight(R"([],{"code":{"message":"x"}},7)", R"("lost_records":null)").whole == Whole::no));
  const LogRecord sample = decode(R"({"type":"summary","snapshot":1,"complete":false,"warnings":[)" + uncounted + "]}");
  REQUIRE(std::holds_alternative<SampleEnd>(sample));
  CHECK((std::get<SampleEnd>(sample).sight.whole == Whole::no));
  CHECK(std::get<SampleEnd>(sample).sight.why == "the kernel may skip programs");
  const LogRecord filtered =
      decode(R"({"type":"summary","snapshot":1,"complete":true,"filtered":true,"limited":true})");
  CHECK((std::get<SampleEnd>(filtered).sight.whole == Whole::yes));
}

}  // namespace
}  // namespace tcpstat::logs
