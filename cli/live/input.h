#pragma once
// Waits for whatever comes first: a key, news of the terminal, or the time of the next sample.

#include <chrono>
#include <cstdint>
#include <optional>

#include "cli/live/terminal_guard.h"
#include "screen/keys.h"

namespace tcpstat::cli::live {

struct Wake {
  enum class Why : std::uint8_t {
    time,
    key,
    redraw,  ///< the terminal has another size, or another program has used it meanwhile
    stop,    ///< a signal, or a terminal that is gone
  };
  Why why = Why::time;
  screen::Key key = {};
};

class Input {
 public:
  using Clock = std::chrono::steady_clock;

  /// `keys` may be -1: there are none.
  Input(int keys, const TerminalGuard& guard) : keys_(keys), guard_(guard) {}

  /// Without `due` it waits for the others, however long.
  Wake wait(std::optional<Clock::time_point> due);

 private:
  std::optional<Wake> read_news();
  /// False: the terminal is gone.
  bool read_keys();

  int keys_;
  const TerminalGuard& guard_;
  screen::KeyDecoder decoder_;
};

}  // namespace tcpstat::cli::live
