#pragma once
// The screen of a terminal while something is drawn on it: whatever ends or stops the program, it is given back.

#include <string_view>

namespace tcpstat::cli {

class Screen {
 public:
  /// Takes the screen behind `fd` and hides the cursor; nothing for a negative one. One at a time.
  explicit Screen(int fd);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  /// Gives it back, also while an exception passes. What was drawn must have been written before.
  ~Screen() { leave(); }
  void leave();

 private:
  int fd_;
};

}  // namespace tcpstat::cli
