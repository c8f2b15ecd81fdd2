#pragma once
// The terminal while something is drawn on it and keys are read: whatever ends or stops the program, it is given back.
// Signals, keys and cells are our own, because ncursesw does not promise to give a terminal back from a signal handler.

#include <cstdint>

#include "base/file_descriptor.h"
#include "cli/terminal.h"

namespace tcpstat::cli::live {

/// What the terminal or the user did, one byte each in TerminalGuard::news().
enum class News : char { stop = 's', resized = 'r', continued = 'c' };

class TerminalGuard {
 public:
  /// Takes the screen behind `out`, hides the cursor, and reads `in` key by key; `in` may be -1: no keys. SIGINT and
  /// SIGTERM are told as news; a second one ends the process. One guard at a time.
  TerminalGuard(int out, int in, const ScreenAbilities& abilities);
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
  /// Gives it back, also while an exception passes. What was drawn must have been written before.
  ~TerminalGuard() { leave(); }
  void leave();

  /// Readable when there are News.
  [[nodiscard]] int news() const { return news_.get(); }

 private:
  FileDescriptor news_;
  FileDescriptor told_;
};

/// Stops this process, as the terminal would, while another one has the terminal (bg of a shell). True: it goes on
/// without having it, because a signal is to end it.
bool stop_while_in_background();

/// For the last words of a process that cannot unwind; harmless without a guard.
void give_terminal_back();

}  // namespace tcpstat::cli::live
