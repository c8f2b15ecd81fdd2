#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/users_locale.h"

namespace tcpstat::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool forced(const char* name) {
  const std::string_view value = environment(name);
  return !value.empty() && value != "0";
}

std::size_t terminal_width(int fd) {
  const std::string columns(environment("COLUMNS"));
  const long wanted = std::strtol(columns.c_str(), nullptr, 10);
  if (wanted > 0 && wanted < 100'000) return static_cast<std::size_t>(wanted);
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// DEC's terminals, which serial lines name.
bool is_dec(std::string_view term) { return term.starts_with("vt1") || term.starts_with("vt2") || term == "vt52"; }

/// Tells by TERM. terminfo has no colours for DEC's terminals, nor for the monochrome ones (linux-m, xterm-mono).
bool has_colour(std::string_view term) {
  if (term.empty() || term == "dumb") return false;
  return !is_dec(term) && !term.ends_with("-m") && !term.ends_with("-mono");
}

}  // namespace

std::string Terminal::words(std::string_view text) const { return render::shown_in(charset(), text); }

ScreenAbilities screen_abilities() {
  // terminfo: smcup is there for neither the Linux console nor DEC's terminals, civis not before the VT220.
  const std::string_view term = environment("TERM");
  const bool plain = is_dec(term) || term.starts_with("linux");
  return {.second_screen = !plain, .hidden_cursor = !term.starts_with("vt1"), .clipboard = !plain};
}

bool has_block_eighths() { return !environment("TERM").starts_with("linux"); }

Terminal look_at_terminal(int fd) {
  Terminal terminal;
  terminal.is_terminal = ::isatty(fd) == 1;
  terminal.width = terminal.is_terminal ? terminal_width(fd) : 0;
  winsize size{};
  if (terminal.is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0) terminal.height = size.ws_row;
  terminal.utf8 = has_utf8();
  return terminal;
}

render::Colour choose_colour(When asked, const Terminal& terminal) {
  if (asked != When::automatic) return asked == When::always ? render::Colour::yes : render::Colour::no;
  if (!environment("NO_COLOR").empty()) return render::Colour::no;
  if (forced("FORCE_COLOR") || forced("CLICOLOR_FORCE")) return render::Colour::yes;
  return terminal.is_terminal && has_colour(environment("TERM")) ? render::Colour::yes : render::Colour::no;
}

}  // namespace tcpstat::cli
