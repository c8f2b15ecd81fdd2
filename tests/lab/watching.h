// A tcpstat that runs on, beside what happens: watch --events or trace, its lines read one by one.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "handle.h"

namespace tcpstat::lab {

class Watching {
 public:
  /// Starts tcpstat with these arguments in the caller's namespace.
  explicit Watching(const std::vector<std::string>& arguments);
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  /// Kills it, if it is still there.
  ~Watching();

  /// The next line; nothing at the end, or when none came in time.
  std::optional<std::string> line(std::chrono::milliseconds limit = std::chrono::seconds(10));
  [[nodiscard]] pid_t pid() const { return child_; }
  /// Sends SIGINT: the summary line is to come.
  void interrupt() const;
  /// Its exit code, once it has ended.
  int wait();

 private:
  pid_t child_ = -1;
  Handle out_;
  std::string text_;
  std::size_t read_ = 0;  // of text_
};

/// The value of a key of a line, as it stands there without quotes; empty if it is not there. Values that hold commas
/// or braces are cut short.
std::string value_of(const std::string& line, const std::string& key);

}  // namespace tcpstat::lab
