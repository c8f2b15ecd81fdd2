#include "cli/live/terminal_guard.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "cli/signals.h"
#include "cli/write_all.h"

namespace tcpstat::cli::live {
namespace {

// ECMA-48, and DEC's private modes as every terminal emulator knows them.
constexpr std::string_view kTakeSecond = "\x1b[?1049h";
constexpr std::string_view kHideCursor = "\x1b[?25l";
/// If there is no second screen, the last line makes room for what follows.
constexpr std::string_view kClearLastLine = "\x1b[0m\x1b[999;1H\x1b[K";
constexpr std::string_view kShowCursor = "\x1b[?25h";
constexpr std::string_view kLeaveSecond = "\x1b[?1049l";

// Global, because signal handlers cannot be given anything.
volatile sig_atomic_t screen = -1;
volatile sig_atomic_t keys = -1;
volatile sig_atomic_t pipe_end = -1;
ScreenAbilities able{};
termios as_found{};
termios key_by_key{};

/// A process in the background must leave the terminal alone: tcsetattr(3) would stop it (SIGTTOU), also on its way to
/// its end. A terminal that is not ours to control has no background.
bool in_foreground() {
  const pid_t group = ::tcgetpgrp(keys >= 0 ? keys : screen);
  return group < 0 || group == ::getpgrp();
}

void enter() {
  if (keys >= 0) ::tcsetattr(keys, TCSADRAIN, &key_by_key);
  if (able.second_screen) write_all(screen, kTakeSecond);
  if (able.hidden_cursor) write_all(screen, kHideCursor);
}

void leave_now() {
  if (!in_foreground()) return;  // it was given back when we were stopped
  if (screen >= 0) {
    write_all(screen, kClearLastLine);
    if (able.hidden_cursor) write_all(screen, kShowCursor);
    if (able.second_screen) write_all(screen, kLeaveSecond);
  }
  if (keys >= 0) ::tcsetattr(keys, TCSADRAIN, &as_found);
}

void tell(News news) {
  const char byte = static_cast<char>(news);
  if (pipe_end >= 0 && ::write(pipe_end, &byte, 1) < 0) {
    // The pipe is full, so its reader is woken anyway.
  }
}

/// Does what the signal does by default, now.
void default_action(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::raise(signal);
  ::sigprocmask(SIG_UNBLOCK, &one, nullptr);
}

extern "C" void tcpstat_screen_stop(int signal) {
  const int saved = errno;
  leave_now();
  default_action(signal);
  // The process goes on, and the handler of SIGCONT has taken the screen again.
  if (screen >= 0) handle_signals({signal}, tcpstat_screen_stop, SA_RESTART);
  errno = saved;
}

extern "C" void tcpstat_screen_continue(int /*signal*/) {
  const int saved = errno;
  if (screen >= 0 && in_foreground()) enter();
  tell(News::continued);
  errno = saved;
}

extern "C" void tcpstat_screen_resize(int /*signal*/) {
  const int saved = errno;
  tell(News::resized);
  errno = saved;
}

extern "C" void tcpstat_screen_end_now(int signal) {
  give_terminal_back();
  default_action(signal);
}

extern "C" void tcpstat_screen_end(int signal) {
  const int saved = errno;
  tell(News::stop);
  handle_signals({signal}, tcpstat_screen_end_now, 0);
  errno = saved;
}

/// The other signals that end a process by default (signal(7)), except SIGKILL, which cannot be handled.
constexpr std::initializer_list<int> kEndings = {SIGHUP,  SIGQUIT, SIGABRT,   SIGSEGV,   SIGBUS,  SIGFPE,  SIGILL,
                                                 SIGTRAP, SIGSYS,  SIGPIPE,   SIGALRM,   SIGUSR1, SIGUSR2, SIGXCPU,
                                                 SIGXFSZ, SIGIO,   SIGVTALRM, SIGSTKFLT, SIGPROF, SIGPWR};

}  // namespace

TerminalGuard::TerminalGuard(int out, int in, const ScreenAbilities& abilities) {
  able = abilities;
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0) {
    news_ = FileDescriptor(ends[0]);
    told_ = FileDescriptor(ends[1]);
    pipe_end = ends[1];
  }
  if (in >= 0 && ::tcgetattr(in, &as_found) == 0) {
    key_by_key = as_found;
    // ISIG stays: ^C, ^Z and ^\ are signals. Without IXON, ^S and ^Q are keys without a meaning.
    key_by_key.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
    key_by_key.c_iflag &= ~static_cast<tcflag_t>(IXON);
    key_by_key.c_cc[VMIN] = 1;
    key_by_key.c_cc[VTIME] = 0;
    keys = in;
  }
  screen = out;
  handle_signals({SIGINT, SIGTERM}, tcpstat_screen_end, SA_RESTART);
  handle_signals({SIGTSTP}, tcpstat_screen_stop, SA_RESTART);
  handle_signals({SIGCONT}, tcpstat_screen_continue, SA_RESTART);
  handle_signals({SIGWINCH}, tcpstat_screen_resize, SA_RESTART);
  handle_signals(kEndings, tcpstat_screen_end_now, 0);
  enter();
}

void TerminalGuard::leave() {
  give_terminal_back();
  pipe_end = -1;
}

bool stop_while_in_background() {
  if (in_foreground()) return false;
  ::raise(SIGTSTP);
  return !in_foreground();
}

void give_terminal_back() {
  leave_now();
  screen = -1;
  keys = -1;
}

}  // namespace tcpstat::cli::live
