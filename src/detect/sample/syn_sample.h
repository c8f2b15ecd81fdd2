#pragma once
// What one dump says about half-open connections: numbers per listener, and a bounded sample of the requests.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "detect/sample/hash_sample.h"
#include "model/address.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/listener_drops.h"
#include "model/listening_end.h"
#include "model/names.h"
#include "model/sink.h"

namespace tcpstat::detect {

/// One half-open request. The kernel keeps two counters of it: how often the SYN+ACK was sent again (num_retrans, which
/// netlink shows) and how often its timer ran out (num_timeout, which /proc shows); include/net/request_sock.h.
struct HalfOpen {
  std::uint64_t hash = 0;      ///< of its four-tuple
  std::uint64_t cookie = 0;    ///< zero: not known
  Address source;              ///< un-mapped
  std::uint32_t listener = 0;  ///< index in SynSample::listeners
  std::optional<std::uint32_t> timer_ms;
  std::uint16_t source_port = 0;
  Family family = Family::ipv4;  ///< of the socket: whose file of /proc lists it
  std::optional<std::uint8_t> retransmits;
  std::optional<std::uint8_t> timeouts;

  /// Timer rounds that passed: its timeouts where known, else its retransmits.
  [[nodiscard]] unsigned rounds() const { return timeouts ? *timeouts : retransmits.value_or(0); }
  /// The client has sent its ACK and the listener waits for data (TCP_DEFER_ACCEPT): the timer runs and nothing is
  /// sent.
  [[nodiscard]] bool deferred() const;
  /// Seconds since the SYN: a lower bound if the client repeated it, because each repetition starts the timer anew.
  [[nodiscard]] std::optional<double> age_s() const;
};

/// Rounds that are told apart; more count as the last.
inline constexpr std::size_t kRounds = 16;

/// All LISTEN sockets on one end and the half-opens that belong to them. Members of a SO_REUSEPORT pool are one,
/// because the kernel does not tell which of them a request was given to.
struct SynListener {
  Endpoint local;                       ///< un-mapped
  std::vector<std::uint32_t> backlogs;  ///< one a socket; empty: not known
  std::uint64_t netns = 0;
  std::uint32_t interface = 0;  ///< that the sockets are bound to
  std::string device = {};      ///< its name, by SynSample::name_devices()
  bool leaves_ipv4 = false;     ///< IPV6_V6ONLY of all of the sockets
  std::uint32_t sockets = 0;    ///< 0: half-opens whose listener was not seen
  /// Made from the cookies of the sockets: another one after a restart.
  std::optional<std::uint64_t> identity;
  std::optional<std::uint32_t> accept_queue;       ///< of the fullest socket
  std::optional<std::uint32_t> accept_limit;       ///< of the same
  std::optional<std::uint64_t> drops;              ///< lost SYNs and ACKs since the sockets were made
  std::uint64_t half_open = 0;                     ///< requests; exact
  std::uint64_t deferred = 0;                      ///< of these, deferred as far as the rows alone tell
  std::array<std::uint64_t, kRounds> by_rounds{};  ///< the others, by SYN+ACK retransmits (from /proc: timeouts); exact
  std::uint64_t fast_open = 0;       ///< full sockets in SYN_RECV: TCP Fast Open, they sit in the accept queue already
  std::uint64_t told_half_open = 0;  ///< by the sockets; each of a pool tells those of all
  double each_stands_for = 1;        ///< requests that one stands for: more than 1 where a record kept a part of them

  /// Not deferred, and at least one timeout old; exact.
  [[nodiscard]] std::uint64_t aged() const;
  /// Scales the counts up to `all` requests, of which those that were counted are a fair sample.
  void stretch_to(std::uint64_t all);
  /// Adds the counts of the other's requests.
  void add_half_opens(const SynListener& other);
  [[nodiscard]] ListeningEnd end() const { return {local, interface}; }
  /// Whether these are other sockets than those of `past`, with queues and drops that began anew. No, where an identity
  /// is not known.
  [[nodiscard]] bool is_other_than(std::optional<std::uint64_t> past) const {
    return past && identity && *past != *identity;
  }
  /// Whether a request of this family, as its un-mapped address has it, may be given to one of the sockets.
  [[nodiscard]] bool takes(Family family) const {
    return family == local.address.family || (local.address.is_wildcard() && family == Family::ipv4 && !leaves_ipv4);
  }
};

/// What became of a half-open request that was seen before.
enum class Outcome : std::uint8_t { waiting, completed, gone };

class SynSample {
 public:
  static constexpr std::size_t kMostHalfOpens = 65'536;

  std::vector<SynListener> listeners;
  /// Sorted by hash; each stands for `scale` of them.
  std::vector<HalfOpen> half_opens;
  double scale = 1;
  /// Rows that are neither half-open nor LISTEN: without any, nothing is known about known sources.
  std::uint64_t other_rows = 0;

  [[nodiscard]] std::uint64_t half_open() const;
  /// Looks up the names of the devices that listeners are bound to; subjects show them.
  void name_devices(Names& names);
  /// For how many listeners timeouts from the file of /proc of that family can decide something: those with many aged
  /// or deferred half-opens, hardly any of whose timeouts are known yet.
  [[nodiscard]] std::size_t wants_timeouts(Family family) const;
  /// Joins a row of /proc (whose `retransmits` are timeouts) by its four-tuple. Rows that do not fit are ignored.
  void add_timeouts(const Connection& proc_row);
  /// Half-opens that add_timeouts() found.
  [[nodiscard]] std::uint64_t joined() const { return joined_; }
  /// Whether a source owns an established, closing or time-wait connection too; nothing if it was not remembered.
  [[nodiscard]] std::optional<bool> knows(const Address& source) const;
  /// Whether a source in that network is known to own such a connection.
  [[nodiscard]] bool knows_some_in(const Prefix& network) const;
  /// What became of a request that SynSampler::watch() was told of; nothing for any other.
  [[nodiscard]] std::optional<Outcome> outcome(std::uint64_t cookie) const;
  /// What each listener lost since an earlier sample, most first; those that lost nothing, or are other sockets now,
  /// are left out.
  [[nodiscard]] std::vector<ListenerDrops> drops_since(const SynSample& before) const;
  /// The listener on this endpoint, or nothing.
  [[nodiscard]] const SynListener* find(const Endpoint& local) const;

 private:
  friend class SynSampler;
  KeyedHash hash_;
  std::vector<std::uint64_t> known_;
  std::vector<std::uint64_t> known_networks_;  // network_of() each
  std::uint64_t known_up_to_ = 0;
  std::unordered_map<std::uint64_t, Outcome> outcomes_;
  std::uint64_t joined_ = 0;
  std::unordered_map<std::uint32_t, std::uint64_t> joined_by_listener_;
};

/// Takes the rows of one dump, in any order.
class SynSampler final : public Sink {
 public:
  /// Most local endpoints that are told apart; half-opens on others count for their port.
  static constexpr std::size_t kMostEndpoints = 4096;
  static constexpr std::size_t kMostKnownSources = 131'072;

  SynSampler();

  /// Asks what becomes of requests that were at least one timeout old. Before the first row.
  void watch(const SynSample& before);
  void watch(std::span<const std::uint64_t> cookies);

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// Whether the dump had every request, or a part of them and listeners that tell how many there were.
  enum class Requests : std::uint8_t { all, part };
  /// Once, when the dump has ended.
  SynSample take(Requests requests = Requests::all);

 private:
  struct Known {
    std::uint64_t hash = 0;
    std::uint64_t network = 0;
  };
  void half_open(const Connection& row);
  std::uint32_t place_of(const ListeningEnd& end);
  void settle(SynSample& sample, Requests requests);

  KeyedHash hash_;
  struct Place {
    ListeningEnd end;
    std::optional<std::uint32_t> number;
  };
  std::map<ListeningEnd, std::uint32_t> places_;
  std::array<Place, 2> last_;        ///< of each family: rows of both come in turns
  std::vector<SynListener> counts_;  // by end, in the order of places_' values
  std::map<ListeningEnd, SynListener> listeners_;
  HashSample<HalfOpen> half_opens_{SynSample::kMostHalfOpens};
  HashSample<Known> known_{kMostKnownSources};
  // The hash added last for each value of its low bits, because many rows are of few peers. The first place starts with
  // 1, which no hash there can be.
  std::array<std::uint64_t, 64> added_{1};
  std::unordered_map<std::uint64_t, Outcome> outcomes_;
  std::uint64_t other_rows_ = 0;
};

/// Feeds the rows of a dump of /proc to SynSample::add_timeouts(). The kernel walks its hash table, so that the first
/// rows are as good a sample as any: it ends the dump when it has found `most`.
class TimeoutJoin final : public Sink {
 public:
  TimeoutJoin(SynSample& sample, std::uint64_t most) : sample_(sample), end_(sample.joined() + most) {}
  Flow connection(const Connection& row) override {
    sample_.add_timeouts(row);
    return sample_.joined() < end_ ? Flow::more : Flow::stop;
  }
  Flow listener(const Listener&) override { return Flow::more; }

 private:
  SynSample& sample_;
  std::uint64_t end_;
};

}  // namespace tcpstat::detect
