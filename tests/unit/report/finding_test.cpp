#include "report/finding.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>

namespace tcpstat {
namespace {

TEST_CASE("levels of an attack have the words that JSON promises") {
  struct Row {
    AttackLevel level;
    std::string_view word;
  };
  for (const Row& row : {Row{AttackLevel::none, "none"}, Row{AttackLevel::unknown, "unknown"},
                         Row{AttackLevel::suspicious, "suspicious"}, Row{AttackLevel::likely, "likely"},
                         Row{AttackLevel::under_attack, "under attack"}}) {
    CHECK(name(row.level) == row.word);
  }
  CHECK(AttackLevel::none < AttackLevel::unknown);
  CHECK(AttackLevel::unknown < AttackLevel::suspicious);
  CHECK(AttackLevel::suspicious < AttackLevel::likely);
  CHECK(AttackLevel::likely < AttackLevel::under_attack);
}

TEST_CASE("classes have a word each, floods say so, and none has no word") {
  struct Row {
    AttackClass attack_class;
    std::string_view word;
  };
  std::set<std::string_view> words;
  for (const Row& row :
       {Row{AttackClass::none, ""}, Row{AttackClass::single_source, "flood: single source"},
        Row{AttackClass::subnet, "flood: subnet"}, Row{AttackClass::random_sources, "flood: random sources"},
        Row{AttackClass::mixed_sources, "flood: mixed"}, Row{AttackClass::flash_crowd, "flash crowd"},
        Row{AttackClass::accept_queue, "accept-queue overflow"}, Row{AttackClass::deferred_accept, "deferred accept"},
        Row{AttackClass::lossy_clients, "lossy clients"}, Row{AttackClass::return_path, "return path or replay"},
        Row{AttackClass::port_scan, "port scan"}, Row{AttackClass::live_sources, "live-source resets"},
        Row{AttackClass::undecided, "saturated, undecided"}}) {
    CHECK(name(row.attack_class) == row.word);
    CHECK(words.insert(name(row.attack_class)).second);
  }
}

TEST_CASE("a finding is of the rule whose id it has") {
  constexpr RuleInfo kRule = {"leak", "do programs forget sockets?", "", {}};
  constexpr RuleInfo kOther = {"leaks", "?", "", {}};
  const Finding finding("leak", Severity::warning, Subject::host(), {Evidence()});
  CHECK(finding.is(kRule));
  CHECK_FALSE(finding.is(kOther));
}

}  // namespace
}  // namespace tcpstat
