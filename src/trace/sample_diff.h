#pragma once
// From samples to transitions: remembers every socket, compares it with what the next sample shows, and hands over the
// difference. A dump is not atomic, so one dump that does not show a socket proves nothing. It gets rows and times, of
// a live host or of a log; it reads, judges, prints and filters nothing.

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/transition_source.h"
#include "trace/socket_table.h"

namespace tcpstat::trace {

/// For how long one socket was seen in the state of its row: when the sample before showed it, and now. Zero where its
/// state is new, or where nothing proves that it is the same socket.
struct Stay {
  EventTime before{};
  EventTime now{};
};

class SampleDiff {
 public:
  /// Whether the user's filter matches a row. A transition is told if it does on either side.
  enum class Wanted : bool { no, yes };
  /// partial: rows may be missing, so that no socket is taken for gone.
  enum class Sample : std::uint8_t { complete, partial };
  /// What becomes of sockets that partial samples do not show. remembered: they stay until a complete sample tells; for
  /// sources that are seldom partial. forgotten: they go after two samples, so that memory has a bound even if all
  /// samples are partial.
  enum class Unseen : std::uint8_t { remembered, forgotten };

  /// Borrows `out`.
  explicit SampleDiff(TransitionSink& out, Unseen unseen = Unseen::remembered)
      : out_(out), unseen_(unseen), v4_(KeyHash{hash_}), v6_(KeyHash{hash_}) {}

  /// A sample begins. Its time may be of any clock; nothing if it is not known.
  void begin(std::optional<EventTime> now);
  /// A row of the sample, whose socket is found by cookie, or without one by addresses and ports. Changes of state are
  /// told at once.
  Stay see(const Connection& row, Wanted wanted);
  Stay see(const Listener& row, Wanted wanted);
  Stay see(const SampleRow& row);
  /// Before a sample begins: the kernel said that this socket is gone, so that one complete sample without it is
  /// enough. A connection may still be there as TIME_WAIT with the same cookie. False: no sample showed it.
  bool destroyed(std::uint64_t cookie);
  /// The sample has ended. Tells new sockets, unless there is no complete sample to compare with; and those that are
  /// gone: that two complete samples in succession did not show, or whose addresses and ports another socket has.
  void end(Sample sample);
  /// No sample follows: sockets that the last one did not show are gone if it was complete.
  void finish();
  /// The samples to come are of another host or namespace, where cookies and addresses mean something else.
  void forget_all();

  /// What the sink answered last.
  [[nodiscard]] Flow flow() const { return flow_; }
  /// How many sockets were seen, and how many were not seen again in samples that cannot tell whether they were gone.
  [[nodiscard]] std::uint64_t sockets() const { return sockets_; }
  [[nodiscard]] std::uint64_t unknown() const { return unknown_; }
  /// How many sockets are remembered, including those that one sample missed, and how much memory that takes.
  [[nodiscard]] std::size_t size() const { return v4_.table.size() + v6_.table.size(); }
  [[nodiscard]] std::size_t bytes() const { return v4_.table.bytes() + v6_.table.bytes(); }

 private:
  /// With a secret: strangers choose addresses and ports, and a log may have any cookies.
  struct KeyHash {
    KeyedHash secret;
    template <typename Tuple>
    std::uint64_t operator()(const SocketRecord<Tuple>& record) const;
  };
  template <typename Tuple>
  struct Sockets {
    explicit Sockets(KeyHash hash) : table(hash) {}
    SocketTable<Tuple, KeyHash> table;
    /// Records that this sample added; they stay in their places until the next begin().
    std::vector<SocketRecord<Tuple>*> appeared;
  };
  /// The devices that sockets were bound to, each once, so that a record needs two bytes for its own.
  class Devices {
   public:
    /// Zero for none, and for those that do not fit.
    std::uint16_t place_of(std::uint32_t interface);
    [[nodiscard]] std::uint32_t interface_at(std::uint16_t place) const { return interfaces_[place]; }

   private:
    std::vector<std::uint32_t> interfaces_ = {0};
    std::unordered_map<std::uint32_t, std::uint16_t> places_ = {{0, 0}};
    std::uint16_t last_ = 0;
  };

  /// What the comparison needs of a row.
  struct Row {
    const Endpoint& local;
    const Endpoint& remote;
    std::optional<std::uint64_t> cookie;
    std::uint64_t inode;
    State state;
    Wanted wanted;
    std::uint32_t interface = 0;
    bool timed = false;  ///< as SocketRecord::kTimed
  };

  template <typename Tuple>
  bool mark_destroyed(Sockets<Tuple>& sockets, std::uint64_t cookie);
  template <typename Tuple>
  Stay see_in(Sockets<Tuple>& sockets, const Row& row);
  template <typename Tuple>
  Stay update(SocketRecord<Tuple>& known, const SocketRecord<Tuple>& now);
  template <typename Tuple>
  void finish_sample(Sockets<Tuple>& sockets, Sample sample);
  template <typename Tuple>
  void replace(SocketRecord<Tuple>& gone, SocketRecord<Tuple>& added);
  template <typename Tuple>
  void finish_all(Sockets<Tuple>& sockets);
  template <typename Tuple>
  void tell(const SocketRecord<Tuple>* before, const SocketRecord<Tuple>* after, Sameness sameness);

  TransitionSink& out_;
  Unseen unseen_;
  KeyedHash hash_;
  Sockets<TupleV4> v4_;
  Sockets<TupleV6> v6_;
  std::int64_t now_us_ = 0;
  bool turn_ = false;
  bool compares_ = false;      ///< a sample came before
  bool has_baseline_ = false;  ///< a socket that is not remembered did not exist
  bool last_complete_ = false;
  Flow flow_ = Flow::more;
  std::uint64_t sockets_ = 0;
  Devices devices_;
  std::uint64_t unknown_ = 0;
};

}  // namespace tcpstat::trace
