#pragma once
// Limits of processes, as the host knows them.

#include <vector>

#include "diagnose/diagnosis.h"
#include "model/host.h"

namespace tcpstat::check {

/// Keeps the answers, because a record stores them, and a verdict says which ones were missing.
class OpenFiles final : public diagnose::ProcessLimits {
 public:
  explicit OpenFiles(const Host& host) : host_(host) {}
  [[nodiscard]] std::optional<std::uint64_t> open_files(std::uint32_t pid) const override;

  /// Of the processes that were asked about, each once.
  [[nodiscard]] const std::vector<OpenFilesLimit>& known() const { return known_; }
  /// The processes that were asked about and have no answer, in a sentence; empty where each had one.
  [[nodiscard]] std::string unknown() const;

 private:
  const Host& host_;
  mutable std::vector<OpenFilesLimit> known_;
  mutable std::vector<std::uint32_t> unknown_;
};

}  // namespace tcpstat::check
