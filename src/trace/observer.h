#pragma once
// From samples to transitions: remembers every socket, compares it with what the next sample shows, and has the
// difference judged. What it must not believe: a dump is not atomic, so one that does not show a socket proves
// nothing. It is told rows and times; it reads, prints and filters nothing.

#include <cstdint>
#include <functional>
#include <vector>

#include "base/keyed_hash.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/observed_transition.h"
#include "trace/judgement.h"
#include "trace/socket_table.h"

namespace tcpstat::trace {

class Observer {
 public:
  /// Whether the user's filter matches a row. A transition is told if it does on either side.
  enum class Wanted : bool { no, yes };
  /// partial: rows may be missing, so that no socket is taken for gone.
  enum class Sample : std::uint8_t { complete, partial };
  using Tell = std::function<void(const ObservedTransition&, Verdict)>;

  explicit Observer(Tell tell) : tell_(std::move(tell)), v4_(KeyHash{hash_}), v6_(KeyHash{hash_}) {}

  /// A sample begins, at milliseconds of a clock that never stands still between two of them.
  void begin(std::int64_t now_ms);
  /// A row of it: by cookie, or where there is none by addresses and ports. Changes of state are told at once.
  void see(const Connection& row, Wanted wanted);
  void see(const Listener& row, Wanted wanted);
  /// The sample has ended. Who is new is told, unless no complete sample came before; and who is gone: whoever two
  /// complete samples did not show, or whose addresses and ports another socket has.
  void end(Sample sample);

  /// Sockets that are remembered, those that one sample missed included, and the memory that takes.
  [[nodiscard]] std::size_t size() const { return v4_.table.size() + v6_.table.size(); }
  [[nodiscard]] std::size_t bytes() const { return v4_.table.bytes() + v6_.table.bytes(); }

 private:
  /// Cookies are spread by the table itself; addresses and ports are chosen by strangers.
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

  template <typename Tuple>
  void see_in(Sockets<Tuple>& sockets, const Socket& row, const Endpoint& remote, State state, Wanted wanted);
  template <typename Tuple>
  void update(SocketRecord<Tuple>& known, const SocketRecord<Tuple>& now);
  template <typename Tuple>
  void finish(Sockets<Tuple>& sockets, Sample sample);
  template <typename Tuple>
  void tell(const SocketRecord<Tuple>* before, const SocketRecord<Tuple>* after, Sameness sameness);

  Tell tell_;
  KeyedHash hash_;
  Sockets<TupleV4> v4_;
  Sockets<TupleV6> v6_;
  std::int64_t now_ms_ = 0;
  bool has_baseline_ = false;
};

}  // namespace tcpstat::trace
