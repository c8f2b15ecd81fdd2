#pragma once
// Dumps of sock_diag that were saved, as `ss -D` writes them, one behind the other.

#include <array>
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
  using End = netlink::NetlinkFraming::End;

  void message(std::uint16_t type, std::span<const std::byte> payload);
  void row(std::span<const std::byte> payload);
  void end_part(End end);
  void count_families(End end);
  void tell_families();
  template <typename Row>
  SavedSample& sample_of(const Row& row);

  SavedSamples& samples_;
  netlink::NetlinkFraming framing_{std::nullopt};
  std::string pending_;  ///< a message whose end has not come yet
  // A part ends with NLMSG_DONE. ss(8) asks for one family after the other, so a sample may have several parts.
  bool part_open_ = false;
  bool any_ended_ = false;
  std::array<bool, 2> in_part_{};  ///< families
  std::array<bool, 2> in_earlier_parts_{};
  bool asked_for_all_ = false;  ///< the part answers a request that has no family
  // Of the sample: the families that it has, and the number of parts without a row, each of which covers one more.
  std::array<bool, 2> has_{};
  std::size_t empty_parts_ = 0;
};

}  // namespace tcpstat::logs
