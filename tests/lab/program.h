// The words that a program of the lab is started with, and how it ends: by its code, or with one line on standard error
// and exit code 2.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace tcpstat::lab {

/// Words that cannot be meant.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline std::uint64_t number(const std::string& text, std::uint64_t least) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least)
    throw UsageError("not a number from " + std::to_string(least) + " on: " + text);
  return value;
}

inline int run_program(const char* name, const char* usage, int (*program)(const std::vector<std::string>&), int argc,
                       char** argv) {
  try {
    return program({argv + 1, argv + argc});
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s: %s\n%s", name, error.what(), usage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
  }
  return 2;
}

}  // namespace tcpstat::lab
