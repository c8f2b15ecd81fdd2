#pragma once
// Groups of rows that share a process, a port or a peer, in bounded memory: the first kMost groups and, when those are
// full, the larger half of them. What is counted is then too little by at most lost(), never too much.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "model/connection.h"
#include "model/kernel_facts.h"
#include "report/subject.h"

namespace tcpstat::diagnose {

/// What a group shares. Only what is set counts: a process; a port (no address); a peer (no port); an endpoint.
/// Addresses are un-mapped.
struct GroupKey {
  std::uint32_t pid = 0;
  Endpoint endpoint;

  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

/// With a secret: strangers choose addresses.
struct GroupHash {
  std::size_t operator()(const GroupKey& key) const;
  KeyedHash hash;
};

/// Which end opened a connection, as far as ports tell.
enum class Opened : std::uint8_t { here, there };
/// The port that names the service: the local one, or the remote one if the local port was taken from
/// net.ipv4.ip_local_port_range for a connection to a port that was not.
struct ServicePort {
  Opened opened = Opened::there;
  std::uint16_t port = 0;
};
ServicePort service_port(const Connection& row, const KernelSettings& settings);

struct RowGroup {
  std::uint64_t rows = 0;
  std::optional<std::uint64_t> oldest_ms;
  std::uint32_t worst = 0;  ///< the most retransmissions or probes of one row
  std::string process;      ///< hostile text; empty if no owner is known
  std::uint32_t pid = 0;
  ServicePort service;  ///< of the first row
  bool more_services = false;

  void add(const Connection& row, std::optional<std::uint64_t> age_ms, const KernelSettings& settings);
};

class RowGroups {
 public:
  static constexpr std::size_t kMost = 4096;
  struct Entry {
    GroupKey key;
    const RowGroup* group;
  };

  RowGroup& of(const GroupKey& key);
  /// All groups, most rows first, ties by key. Valid until the next row.
  [[nodiscard]] std::vector<Entry> largest() const;
  /// Rows that may be missing from any group; 0 while all counts are exact.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  void halve();

  std::unordered_map<GroupKey, RowGroup, GroupHash> groups_;
  std::uint64_t lost_ = 0;
};

/// The process that holds the row, else its service: the local port, or the destination it was opened to.
GroupKey holder_of(const Connection& row, const KernelSettings& settings);
GroupKey peer_of(const Connection& row);
GroupKey destination_of(const Connection& row);

/// "nginx(812)", ":443", "192.0.2.1", "192.0.2.1:443".
Subject subject_of(const GroupKey& key, const RowGroup& group);

}  // namespace tcpstat::diagnose
