#include "report/rule.h"

#include <doctest/doctest.h>

#include <ostream>

using namespace tcpstat;

namespace {

constexpr ThresholdInfo kThresholds[] = {
    {"warning", 10, "sockets", "a few are ordinary"},
    {"share", 0.25, "ratio", "a quarter"},
};
constexpr RuleInfo kRule = {"pile-up", "is there a pile-up?", "RFC 9293", kThresholds};
constexpr RuleInfo kOther = {"other", "is there another one?", "RFC 9293", kThresholds};

}  // namespace

TEST_CASE("a limit is the user's where given, else the rule's") {
  Thresholds thresholds;
  const LimitsOf<kRule> limit(thresholds);
  CHECK(limit("warning") == 10);
  CHECK(thresholds.get(kRule, "share") == 0.25);
  thresholds.set("pile-up", "warning", 3);
  CHECK(limit("warning") == 3);
  CHECK(thresholds.get(kRule, "warning") == 3);
  CHECK(limit("share") == 0.25);
  CHECK(LimitsOf<kOther>(thresholds)("warning") == 10);
}

TEST_CASE("defaults are printed as --threshold takes them") { CHECK(defaults_text(kRule) == "warning=10 share=0.25"); }
