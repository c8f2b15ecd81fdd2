#pragma once
// What connections that nobody answers have in common, and those that are heard meanwhile lack: a network of peers, a
// port here, an address here. There the cause is, and not where others are well.

#include <optional>
#include <string>

#include "diagnose/heard_peers.h"
#include "diagnose/row_groups.h"
#include "diagnose/turnover.h"
#include "model/address.h"

namespace tcpstat::diagnose {

struct InCommon {
  /// `peers`: of the stuck rows.
  InCommon(const StuckRows& stuck, const RowGroups& peers, const HeardPeers& heard);

  /// Other connections were heard since nearly all of these are stuck, so that this host's link is well.
  bool others_heard = false;
  std::optional<Prefix> network;
  bool whole_network = false;  ///< all of them are of it
  std::optional<std::uint16_t> port;
  std::optional<Address> address;

  [[nodiscard]] bool tells() const { return network || port || address; }
  /// " of 198.51.100.0/24, all on :443"; empty where there is nothing.
  [[nodiscard]] std::string where() const;
  /// "other peers are heard: the way to 198.51.100.0/24 is cut", if this tells.
  [[nodiscard]] std::string why() const;
  [[nodiscard]] std::string advice() const;
  /// " --remote 198.51.100.0/24": what lists them.
  [[nodiscard]] std::string filter() const;
};

}  // namespace tcpstat::diagnose
