// tcpstat watch --events beside connections that come and go at a given rate: what it says must be true of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tcpstat::lab {

struct SoakOptions {
  std::chrono::seconds time{10};
  std::uint64_t rate = 10'000;  // connections opened, and closed, a second
  std::string interval = "1";
  std::string source = "netlink";
};

struct Soaked {
  std::uint64_t connections = 0;  // opened meanwhile, as the kernel counted them
  double seconds = 0;
  std::uint64_t transitions = 0;
  std::uint64_t reuse = 0;  // another connection on the same addresses and ports
  std::uint64_t quirk = 0;  // none of these three can happen here
  std::uint64_t illegal = 0;
  std::uint64_t revived = 0;  // a descriptor used again: the loops never do
  std::uint64_t samples = 0;
  long peak_kib = 0;
  int exit_code = -1;
  std::string example;  // the first line that should not be
};

/// In a namespace of its own.
Soaked soak(const SoakOptions& options);

}  // namespace tcpstat::lab
