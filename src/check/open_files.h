#pragma once
// Limits of processes, as the host knows them.

#include "diagnose/diagnosis.h"
#include "model/host.h"

namespace tcpstat::check {

class OpenFiles final : public diagnose::ProcessLimits {
 public:
  explicit OpenFiles(const Host& host) : host_(host) {}
  [[nodiscard]] std::optional<std::uint64_t> open_files(std::uint32_t pid) const override {
    return host_.open_files_limit(pid);
  }

 private:
  const Host& host_;
};

}  // namespace tcpstat::check
