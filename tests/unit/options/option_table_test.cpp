#include "cli/options/option_table.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <string>

namespace tcpstat::cli::options {
namespace {

TEST_CASE("an option is found by its letter and by its name, and by no other") {
  for (const OptionInfo& option : options()) {
    CAPTURE(option.name);
    CHECK(&option_info(option.id) == &option);
    CHECK(find_option(option.name) == &option);
    if (option.letter != '\0') CHECK(find_option(option.letter) == &option);
  }
  CHECK(options().size() == kOptionCount);
  CHECK(find_option("stat") == nullptr);
  CHECK(find_option("") == nullptr);
  CHECK(find_option('x') == nullptr);
  CHECK(find_option('\0') == nullptr);  // most have no letter
}

TEST_CASE("no two options share a spelling, and the flags of other tools are nobody's") {
  std::set<std::string_view> names;
  std::set<char> letters(kIgnoredFlags.begin(), kIgnoredFlags.end());
  for (const OptionInfo& option : options()) {
    CAPTURE(option.name);
    CHECK(names.insert(option.name).second);
    if (option.letter != '\0') CHECK(letters.insert(option.letter).second);
  }
}

TEST_CASE("options of one group stand together") {
  std::set<OptionGroup> seen;
  OptionGroup last = options().front().group;
  for (const OptionInfo& option : options()) {
    if (option.group == last) continue;
    CAPTURE(option.name);
    CHECK(seen.insert(last).second);
    CHECK_FALSE(seen.contains(option.group));
    CHECK_FALSE(name(option.group).empty());
    last = option.group;
  }
}

TEST_CASE("a hint is for an option with a letter and a value") {
  for (const OptionInfo& option : options()) {
    CAPTURE(option.name);
    if (!option.hint.empty()) CHECK((option.takes_value() && option.letter != '\0'));
  }
}

TEST_CASE("a set of ids") {
  const OptionSet two = {OptionId::state, OptionId::version};
  CHECK(two.has(OptionId::state));
  CHECK(two.has(OptionId::version));
  CHECK_FALSE(two.has(OptionId::all));
  CHECK((two - OptionSet{OptionId::state}) == OptionSet{OptionId::version});
  CHECK((two & OptionSet{OptionId::state, OptionId::all}) == OptionSet{OptionId::state});
  CHECK((OptionSet{OptionId::state} | OptionSet{OptionId::version}) == two);
  CHECK_FALSE(OptionSet().has(OptionId::state));
}

}  // namespace
}  // namespace tcpstat::cli::options
