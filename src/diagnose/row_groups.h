#pragma once
// Groups of rows that share a process, a port or a peer, in bounded memory: the first kMost groups and, when those are
// full, the larger half of them. What is counted is then too little by at most lost(), never too much.

#include <array>
#include <bitset>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "model/connection.h"
#include "model/kernel_facts.h"
#include "report/subject.h"

namespace tcpstat::diagnose {

/// What a group shares. Only what is set counts: a process; a port (no address); a peer (no port); an endpoint; a
/// device beside one of them. Addresses are un-mapped.
struct GroupKey {
  std::uint32_t pid = 0;
  Endpoint endpoint;
  std::uint32_t interface = 0;

  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

/// With a secret: strangers choose addresses.
struct GroupHash {
  std::size_t operator()(const GroupKey& key) const;
  KeyedHash hash;
};

/// What local ports are for: net.ipv4.ip_local_port_range, and those that are listened on, where that is known before
/// the first connection.
class LocalPorts {
 public:
  LocalPorts() = default;
  explicit LocalPorts(const KernelSettings& settings);

  void add_listener(std::uint16_t port) {
    listening_.set(port);
    knows_listeners_ = true;
  }
  [[nodiscard]] bool listens(std::uint16_t port) const { return listening_.test(port); }
  [[nodiscard]] bool knows_listeners() const { return knows_listeners_; }
  /// connect(2) may take it.
  [[nodiscard]] bool in_range(std::uint16_t port) const { return port >= first_ && port <= last_; }

 private:
  // Where the range begins and ends unless somebody changes it (net/ipv4/af_inet.c, inet_init_net()).
  static constexpr std::uint16_t kFirst = 32768;
  static constexpr std::uint16_t kLast = 60999;

  std::uint16_t first_ = kFirst;
  std::uint16_t last_ = kLast;
  std::bitset<65536> listening_;
  bool knows_listeners_ = false;  ///< asked for each row, and a look at all bits would take longer than the rest
};

/// Which end opened a connection, as far as ports tell.
enum class Opened : std::uint8_t { here, there };
/// The port that names the service: the local one if it is listened on; or the remote one if the local port is from the
/// range and the remote one is not, or nobody listens on the local one. Of two that may be either, the lower one.
struct ServicePort {
  Opened opened = Opened::there;
  std::uint16_t port = 0;
};
ServicePort service_port(const Connection& row, const LocalPorts& ports);

struct RowGroup {
  std::uint64_t rows = 0;
  std::optional<std::uint64_t> oldest_ms;
  std::optional<std::uint64_t> youngest_ms;
  std::uint32_t worst = 0;  ///< the most retransmissions or probes of one row
  StateSet states;          ///< of its rows
  std::string process;      ///< hostile text; empty if no owner is known
  std::uint32_t pid = 0;
  ServicePort service;  ///< of the first row
  bool more_services = false;

  void add(const Connection& row, std::optional<std::uint64_t> age_ms, const LocalPorts& ports);
  /// The port that all rows share, if they share one and differ in the other; nothing if that does not tell.
  [[nodiscard]] std::optional<ServicePort> shared_service() const;
  [[nodiscard]] bool has_one_local_port() const { return !local_ports_differ_; }
  /// Of the first row.
  [[nodiscard]] std::uint16_t local_port() const { return local_port_; }

 private:
  std::uint16_t local_port_ = 0;  ///< of the first row
  std::uint16_t remote_port_ = 0;
  bool local_ports_differ_ = false;
  bool remote_ports_differ_ = false;
};

class RowGroups {
 public:
  static constexpr std::size_t kMost = 4096;
  struct Entry {
    GroupKey key;
    const RowGroup* group;
  };

  RowGroup& of(const GroupKey& key);
  /// Null if it is not kept. Valid until the next row.
  [[nodiscard]] const RowGroup* find(const GroupKey& key) const;
  /// All groups, most rows first, ties by key. Valid until the next row.
  [[nodiscard]] std::vector<Entry> largest() const;
  /// Rows that may be missing from any group; 0 while all counts are exact.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  /// "3 peers", or "more than 2049 peers" where there were too many to keep.
  [[nodiscard]] std::string how_many(std::string_view noun) const;

 private:
  void halve();

  std::unordered_map<GroupKey, RowGroup, GroupHash> groups_;
  std::uint64_t lost_ = 0;
};

/// The process that holds the row, else its service: the local port, or the destination it was opened to.
GroupKey holder_of(const Connection& row, const LocalPorts& ports);
GroupKey peer_of(const Connection& row);
GroupKey destination_of(const Connection& row);

/// "nginx(812)", ":443", "192.0.2.1", "192.0.2.1:443".
Subject subject_of(const GroupKey& key, const RowGroup& group);

}  // namespace tcpstat::diagnose
