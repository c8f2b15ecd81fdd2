#include "cli/terminal.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

#include "base/file_descriptor.h"

namespace tcpstat::cli {
namespace {

/// Variables of the environment, as they were before when this goes.
class Environment {
 public:
  explicit Environment(const std::vector<std::pair<const char*, const char*>>& values) {
    for (const char* name : {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM"}) {
      const char* old = std::getenv(name);
      before_.emplace_back(name, old == nullptr ? std::optional<std::string>() : old);
      ::unsetenv(name);
    }
    for (const auto& [name, value] : values) ::setenv(name, value, 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : before_) {
      ::unsetenv(name);
      if (value) ::setenv(name, value->c_str(), 1);
    }
  }

 private:
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

Terminal terminal() {
  Terminal out;
  out.is_terminal = true;
  return out;
}

bool coloured(When asked, const Terminal& on, const std::vector<std::pair<const char*, const char*>>& values) {
  const Environment environment(values);
  return choose_colour(asked, on) == render::Colour::yes;
}

TEST_CASE("a terminal that is not dumb is coloured, and nothing else") {
  CHECK(coloured(When::automatic, terminal(), {{"TERM", "xterm"}}));
  CHECK_FALSE(coloured(When::automatic, terminal(), {{"TERM", "dumb"}}));
  CHECK_FALSE(coloured(When::automatic, terminal(), {{"TERM", ""}}));
  CHECK_FALSE(coloured(When::automatic, terminal(), {}));
  CHECK_FALSE(coloured(When::automatic, Terminal{}, {{"TERM", "xterm"}}));
}

TEST_CASE("terminals of serial lines and monochrome ones have no colour") {
  for (const char* term : {"vt100", "vt102", "vt220", "vt52", "linux-m", "xterm-mono"}) {
    CAPTURE(term);
    CHECK_FALSE(coloured(When::automatic, terminal(), {{"TERM", term}}));
  }
  for (const char* term : {"linux", "screen", "tmux-256color", "xterm-16color", "rxvt"}) {
    CAPTURE(term);
    CHECK(coloured(When::automatic, terminal(), {{"TERM", term}}));
  }
}

TEST_CASE("what was asked for beats the environment") {
  CHECK(coloured(When::always, Terminal{}, {{"NO_COLOR", "1"}, {"TERM", "dumb"}}));
  CHECK_FALSE(coloured(When::never, terminal(), {{"FORCE_COLOR", "1"}, {"TERM", "xterm"}}));
}

TEST_CASE("NO_COLOR beats the others, empty it says nothing") {
  CHECK_FALSE(coloured(When::automatic, terminal(), {{"NO_COLOR", "0"}, {"FORCE_COLOR", "1"}, {"TERM", "xterm"}}));
  CHECK(coloured(When::automatic, terminal(), {{"NO_COLOR", ""}, {"TERM", "xterm"}}));
}

TEST_CASE("FORCE_COLOR and CLICOLOR_FORCE colour a pipe, but for 0") {
  for (const char* name : {"FORCE_COLOR", "CLICOLOR_FORCE"}) {
    CAPTURE(name);
    CHECK(coloured(When::automatic, Terminal{}, {{name, "1"}}));
    CHECK_FALSE(coloured(When::automatic, Terminal{}, {{name, "0"}}));
    CHECK_FALSE(coloured(When::automatic, Terminal{}, {{name, ""}}));
  }
}

TEST_CASE("what is no terminal has no size, whatever COLUMNS says") {
  const FileDescriptor null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const Terminal seen = look_at_terminal(null.get());
  CHECK_FALSE(seen.is_terminal);
  CHECK(seen.width == 0);
  CHECK(seen.height == 0);
}

TEST_CASE("words are in characters that the locale can show") {
  Terminal of;
  of.utf8 = true;
  CHECK(of.words("§3.5 …") == "§3.5 …");
  CHECK(of.ellipsis() == "…");
  of.utf8 = false;
  CHECK(of.words("§3.5") == "3.5");
  CHECK(of.ellipsis() == "~");
}

}  // namespace
}  // namespace tcpstat::cli
