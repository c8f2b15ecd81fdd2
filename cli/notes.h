#pragma once
// What goes to standard error: errors, and notes that -q silences. Rows never do.

#include <string>
#include <string_view>

namespace tcpstat::cli {

class Notes {
 public:
  enum class Level : char { error = '3', warning = '4', note = '6' };  // the numbers of syslog(3)

  void set_quiet(bool quiet) { quiet_ = quiet; }

  /// One line "tcpstat: …". Control bytes in it come out escaped. Under systemd's journal the line carries its level
  /// (JOURNAL_STREAM, sd-daemon(3)).
  void print(Level level, std::string_view text) const;
  void error(std::string_view text) const { print(Level::error, text); }
  void warning(std::string_view text) const { print(Level::warning, text); }

 private:
  bool quiet_ = false;
};

}  // namespace tcpstat::cli
