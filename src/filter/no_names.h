#pragma once
// Names for a filter that nobody gave the names of a host.

#include "model/names.h"

namespace tcpstat::filter {

class NoNames final : public Names {
 public:
  std::string_view user(std::uint32_t /*uid*/) override { return {}; }
  std::string_view interface(std::uint32_t /*index*/) override { return {}; }
  std::string_view cgroup(std::uint64_t /*id*/) override { return {}; }
};

}  // namespace tcpstat::filter
