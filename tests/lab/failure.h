// How the lab fails: by an exception that says what was being done. A half-built lab proves nothing.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace tcpstat::lab {

[[noreturn]] inline void fail(const std::string& doing, int error = errno) {
  throw std::system_error(error, std::generic_category(), doing);
}

/// Passes the result of a system call through; throws when it is negative.
template <typename Result>
Result check(Result result, const std::string& doing) {
  if (result < 0) fail(doing);
  return result;
}

}  // namespace tcpstat::lab
