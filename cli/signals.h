#pragma once
// Taking over the signals with which users and service managers end a program.

#include <initializer_list>

namespace tcpstat::cli {

/// A signal that our parent had us ignore (nohup) stays ignored. `flags`: those of sigaction(2).
void handle_signals(std::initializer_list<int> signals, void (*handler)(int), int flags);

}  // namespace tcpstat::cli
