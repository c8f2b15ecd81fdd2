#include "cli/screen.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "cli/signals.h"
#include "cli/write_all.h"

namespace tcpstat::cli {
namespace {

// ECMA-48, and DEC's private modes as every terminal emulator knows them.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";

// For the signal handlers, which can be given nothing.
volatile sig_atomic_t screen = -1;

/// Does what the signal does by default, now.
void default_action(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::raise(signal);
  ::sigprocmask(SIG_UNBLOCK, &one, nullptr);
}

extern "C" void give_back_and_stop(int signal) {
  const int saved = errno;
  if (screen >= 0) write_all(screen, kLeave);
  default_action(signal);
  // Continued: the screen is taken again, and the next sample draws all of it.
  if (screen >= 0) {
    handle_signals({signal}, give_back_and_stop, SA_RESTART);
    write_all(screen, kEnter);
  }
  errno = saved;
}

extern "C" void give_back_and_end(int signal) {
  if (screen >= 0) write_all(screen, kLeave);
  screen = -1;
  default_action(signal);
}

}  // namespace

Screen::Screen(int fd) : fd_(fd) {
  if (fd_ < 0) return;
  screen = fd_;
  handle_signals({SIGTSTP}, give_back_and_stop, SA_RESTART);
  handle_signals({SIGHUP, SIGQUIT}, give_back_and_end, 0);
  write_all(fd_, kEnter);
}

void Screen::leave() {
  if (fd_ < 0) return;
  screen = -1;
  write_all(fd_, kLeave);
  fd_ = -1;
}

}  // namespace tcpstat::cli
