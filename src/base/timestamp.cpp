#include "base/timestamp.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace tcpstat {

std::string timestamp(const timespec& time) {
  std::tm parts{};
  if (::gmtime_r(&time.tv_sec, &parts) == nullptr) return "1970-01-01T00:00:00.000Z";
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", parts.tm_year + 1900,
                                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                                 time.tv_nsec / 1'000'000);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace tcpstat
