#pragma once
// Dumps of sock_diag that were saved, as `ss -D` writes them.

#include <string>

#include "parsers/logs/saved_sample.h"
#include "parsers/netlink/netlink_framing.h"

namespace tcpstat::logs {

class SavedDump final : public SampleReader {
 public:
  explicit SavedDump(SavedSamples& samples) : samples_(samples) {}

  void feed(std::string_view block) override;
  void finish() override;

 private:
  void message(std::uint16_t type, std::span<const std::byte> payload);

  SavedSamples& samples_;
  netlink::NetlinkFraming framing_{std::nullopt};
  std::string pending_;  ///< the message that is not there to its end yet
};

}  // namespace tcpstat::logs
