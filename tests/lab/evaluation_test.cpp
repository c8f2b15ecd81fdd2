// The judge of the judge: hand-made runs with known assessments.

#include "evaluation.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace tcpstat::lab {
namespace {

Look look(int end_s, Level level, const char* attack_class = "", Mode mode = Mode::delta) {
  Look made;
  made.mode = mode;
  made.begin = std::chrono::seconds(end_s - 3);
  made.end = std::chrono::seconds(end_s);
  made.level = level;
  made.attack_class = attack_class;
  made.half_open = 30;
  return made;
}

const char* const kFlood = "flood: random sources";

TEST_SUITE("evaluation") {
  TEST_CASE("a flood found in time and named is right") {
    const Assessment found = assess({"a1", 1, {look(3, Level::none), look(7, Level::under_attack, kFlood)}});
    CHECK(found.right());
    CHECK(found.delay == milliseconds(3000));  // the onset is at 4 s
    CHECK(found.naive == std::array<bool, 3>{true, false, false});
  }

  TEST_CASE("a flood that is missed, late, wrongly named or suspected before it began is not") {
    CHECK_FALSE(assess({"a1", 1, {look(7, Level::suspicious, kFlood)}}).right());
    CHECK_FALSE(assess({"a1", 1, {look(11, Level::likely, kFlood)}}).right());
    CHECK_FALSE(assess({"a1", 1, {look(7, Level::likely, "flood: subnet")}}).right());
    CHECK_FALSE(assess({"a1", 1, {look(3, Level::likely, kFlood), look(7, Level::likely, kFlood)}}).right());
    CHECK_FALSE(assess({"a1", 1, {}}).right());
    Look vain = look(7, Level::likely, kFlood);
    vain.next_in_vain = "tcpstat -l";
    CHECK_FALSE(assess({"a1", 1, {vain}}).right());
    CHECK_FALSE(assess({"a1", 1, {look(7, Level::likely, kFlood), look(10, Level::broken)}}).right());
  }

  TEST_CASE("the first line and the exit code have to fit too") {
    Look said = look(7, Level::none);
    said.exit_code = 0;
    said.headline = "nothing wrong";
    CHECK(assess({"n1", 1, {said}}).right());
    CHECK(assess({"hc1", 1, {said}}).right());
    said.headline = "SYN flood on everything";
    CHECK_FALSE(assess({"hc1", 1, {said}}).right());
    said.exit_code = 2;
    CHECK_FALSE(assess({"n1", 1, {said}}).right());
    Look cron = look(9, Level::likely, "", Mode::cron4);
    cron.exit_code = 0;
    said.exit_code = 0;
    CHECK_FALSE(assess({"n1", 1, {said, cron}}).right());
  }

  TEST_CASE("a slow flood has more time") {
    CHECK(assess({"a2", 1, {look(18, Level::likely, kFlood)}}).right());
    CHECK_FALSE(assess({"a2", 1, {look(20, Level::likely, kFlood)}}).right());
  }

  TEST_CASE("an alarm of either mode is false where nothing attacks") {
    CHECK(assess({"g2", 1, {look(7, Level::suspicious, "flash crowd")}}).right());
    CHECK_FALSE(assess({"g2", 1, {look(7, Level::likely, "flash crowd")}}).right());
    CHECK_FALSE(assess({"g2", 1, {look(7, Level::none), look(8, Level::likely, "", Mode::one_shot)}}).right());
  }

  TEST_CASE("what passes is named by any look, and quiet is right where nothing has to be said") {
    CHECK(assess({"i", 1, {look(7, Level::none, "port scan"), look(10, Level::none)}}).right());
    CHECK_FALSE(assess({"i", 1, {look(7, Level::none), look(10, Level::none)}}).right());
    CHECK(assess({"x", 1, {look(7, Level::none)}}).right());
    CHECK_FALSE(assess({"x", 1, {look(7, Level::none, "port scan"), look(10, Level::none)}}).right());
  }

  TEST_CASE("a run is the same after its journey as JSON") {
    const ScenarioRun run{"a1", 7, {look(7, Level::under_attack, kFlood), look(8, Level::none, "", Mode::one_shot)}};
    CHECK(to_json(run_from_json(to_json(run))) == to_json(run));
    CHECK(run_from_json(to_json(run)).looks[0].level == Level::under_attack);
  }

  TEST_CASE("the report counts both sides") {
    const std::string text = report({assess({"a1", 1, {look(7, Level::likely, kFlood)}}),
                                     assess({"g2", 1, {look(7, Level::likely, "flash crowd")}})});
    CHECK(text.find("attacks found in time 1/1, alarms before the onset 0, class right 2/2") != std::string::npos);
  }
}

}  // namespace
}  // namespace tcpstat::lab
