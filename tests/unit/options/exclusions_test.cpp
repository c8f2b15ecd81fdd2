#include "cli/options/exclusions.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <ostream>

#include "filter/expression.h"
#include "options/typed.h"
#include "support/rows.h"

namespace tcpstat::cli::options {
namespace {

filter::Filter filter_typed(const std::vector<std::string>& words) { return typed_command<ListCommand>(words).filter; }

std::string expression_typed(const std::vector<std::string>& words) {
  const filter::Filter filter = filter_typed(words);
  return filter.expression == nullptr ? "none" : filter::to_string(*filter.expression);
}

TEST_CASE("a value is excluded by a mark before it") {
  CHECK(Exclusions::is_excluded("!22"));
  CHECK(Exclusions::is_excluded("^22"));
  CHECK_FALSE(Exclusions::is_excluded("22!"));
  CHECK_FALSE(Exclusions::is_excluded(""));
  CHECK(Exclusions::meant("!22") == "22");
  CHECK(Exclusions::meant("^22") == "22");
  CHECK(Exclusions::meant("!!22") == "!22");
  CHECK(Exclusions::meant("22") == "22");
}

TEST_CASE("what is wanted stays a value, and what is not becomes a test") {
  const filter::Filter filter = filter_typed({"--local-port", "80,!443,8080", "--local-port", "^1"});
  REQUIRE(filter.local_ports.size() == 2);
  CHECK(filter.local_ports[0].first == 80);
  CHECK(filter.local_ports[1].first == 8080);
  CHECK(expression_typed({"--local-port", "!443"}) == expression_typed({"not ( sport = 443 )"}));
  CHECK(expression_typed({"--local-port", "80"}) == "none");
  CHECK_FALSE(refusal({"--local-port", "80,!x"}).empty());
}

TEST_CASE("ends are values, unless they are of a device or of a file") {
  const filter::Filter filter = filter_typed({"--local", "192.0.2.1:80,!192.0.2.2"});
  REQUIRE(filter.local.size() == 1);
  CHECK(filter.local[0].matches(test::endpoint("192.0.2.1", 80)));
  REQUIRE(filter.expression != nullptr);
  CHECK(filter_typed({"--local", "[fe80::1%lo],192.0.2.1"}).local.empty());
  CHECK(expression_typed({"--local", "[fe80::1%lo],192.0.2.1"}).find(" or ") != std::string::npos);
  CHECK(filter_typed({"--local", "192.0.2.1,![fe80::1%lo]"}).local.size() == 1);
  CHECK(refusal({"--local", "@"}) == "@ is followed by the name of a file of prefixes: @FILE");
  CHECK(refusal({"--local", "!@"}) == "@ is followed by the name of a file of prefixes: @FILE");
  CHECK(refusal({"--local", "@/does/not/exist"}).starts_with("cannot read /does/not/exist: "));
  CHECK_FALSE(refusal({"--local", "example.org"}).empty());
}

TEST_CASE("a file of prefixes stands for all of them, wanted or not") {
  const std::string path = "exclusions_test." + std::to_string(::getpid()) + ".txt";
  std::ofstream(path) << "192.0.2.0/24\n";
  const auto matches = [&path](const char* mark, std::string_view address) {
    const filter::Filter filter = filter_typed({"-a", "--remote", mark + path});
    return filter.matches(
        test::connection(State::established, test::endpoint("10.0.0.1", 1), test::endpoint(address, 2)));
  };
  CHECK(matches("@", "192.0.2.9"));
  CHECK_FALSE(matches("@", "192.0.3.9"));
  CHECK_FALSE(matches("!@", "192.0.2.9"));
  CHECK(matches("!@", "192.0.3.9"));
  // Beside it another end is one more that is wanted.
  const filter::Filter both = filter_typed({"-a", "--remote", "@" + path + ",198.51.100.7"});
  const auto seen = [&both](std::string_view address) {
    return both.matches(
        test::connection(State::established, test::endpoint("10.0.0.1", 1), test::endpoint(address, 2)));
  };
  CHECK(seen("192.0.2.9"));
  CHECK(seen("198.51.100.7"));
  CHECK_FALSE(seen("198.51.100.8"));
  ::unlink(path.c_str());
}

TEST_CASE("whatever is asked of its remote end, a listener has none") {
  const Listener row = test::listener(test::endpoint("192.0.2.1", 80));
  CHECK(filter_typed({"-l"}).matches(row));
  CHECK_FALSE(filter_typed({"-l", "--remote", "!198.51.100.7"}).matches(row));
  CHECK_FALSE(filter_typed({"-l", "--remote", "198.51.100.7"}).matches(row));
  CHECK(filter_typed({"-l", "--local", "!198.51.100.7"}).matches(row));
}

}  // namespace
}  // namespace tcpstat::cli::options
