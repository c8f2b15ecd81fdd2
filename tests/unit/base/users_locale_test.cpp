#include "base/users_locale.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tcpstat::inline base {
namespace {

constexpr const char* kNames[] = {"LC_ALL", "LC_CTYPE", "LANG"};

/// What wants_utf8() says with these variables alone; they are as before when it returns.
bool wanted_with(const std::vector<std::pair<const char*, const char*>>& values) {
  std::vector<std::optional<std::string>> before;
  for (const char* name : kNames) {
    const char* old = std::getenv(name);
    before.push_back(old == nullptr ? std::optional<std::string>() : old);
    ::unsetenv(name);
  }
  for (const auto& [name, value] : values) ::setenv(name, value, 1);
  const bool wanted = wants_utf8();
  for (std::size_t i = 0; i < before.size(); ++i) {
    ::unsetenv(kNames[i]);
    if (before[i]) ::setenv(kNames[i], before[i]->c_str(), 1);
  }
  return wanted;
}

TEST_CASE("the first variable that is not empty says whether UTF-8 is wanted") {
  CHECK(wanted_with({{"LANG", "en_US.UTF-8"}}));
  CHECK(wanted_with({{"LC_ALL", "C.utf8"}, {"LANG", "C"}}));
  CHECK(wanted_with({{"LC_ALL", ""}, {"LC_CTYPE", "de_DE.UTF-8@euro"}, {"LANG", "C"}}));
  CHECK_FALSE(wanted_with({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}));
  CHECK_FALSE(wanted_with({{"LC_CTYPE", "zh_CN.GBK"}, {"LANG", "zh_CN.UTF-8"}}));
  CHECK_FALSE(wanted_with({{"LANG", "zh_TW"}}));
  CHECK_FALSE(wanted_with({}));
}

TEST_CASE("the locale of the tests is loaded, and has UTF-8") {
  CHECK(users_locale() != nullptr);
  CHECK(has_utf8());
}

}  // namespace
}  // namespace tcpstat::inline base
