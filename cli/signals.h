#pragma once
// Taking over the signals with which users and service managers end a program.

#include <signal.h>

#include <initializer_list>

namespace tcpstat::cli {

/// A signal that our parent had us ignore (nohup) stays ignored. `flags`: those of sigaction(2).
void handle_signals(std::initializer_list<int> signals, void (*handler)(int), int flags);

/// Ignores a signal, which other programs inherit (execve(2)).
void ignore_signal(int signal);
/// Before another program runs: gives it what our parent gave us. May be called in the child of fork(2).
void restore_ignored_signals();

/// Holds signals back while something is half done.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld();

 private:
  sigset_t before_{};
};

}  // namespace tcpstat::cli
