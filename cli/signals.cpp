#include "cli/signals.h"

#include <array>

namespace tcpstat::cli {
namespace {

struct Ignored {
  int signal = 0;
  struct sigaction before {};
};
std::array<Ignored, 2> ignored;

}  // namespace

void handle_signals(std::initializer_list<int> signals, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int signal : signals) {
    struct sigaction old {};
    if (::sigaction(signal, nullptr, &old) == 0 && old.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

void ignore_signal(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  for (Ignored& one : ignored) {
    if (one.signal != 0) continue;
    if (::sigaction(signal, &action, &one.before) == 0) one.signal = signal;
    return;
  }
}

void restore_ignored_signals() {
  for (const Ignored& one : ignored) {
    if (one.signal != 0) ::sigaction(one.signal, &one.before, nullptr);
  }
}

SignalsHeld::SignalsHeld() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before_);
}

SignalsHeld::~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace tcpstat::cli
