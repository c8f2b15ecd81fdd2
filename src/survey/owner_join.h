#pragma once
// Adds to each row the processes that hold its socket. Owners are read before the rows, so that rows can stream. A
// socket that was opened in between is found by a second look at the end, and only rows without an owner wait for it.

#include <array>
#include <cstdint>
#include <functional>

#include "filter/filter.h"
#include "model/owner.h"
#include "model/row_store.h"
#include "model/sink.h"

namespace tcpstat::survey {

class OwnerJoin final : public Sink {
 public:
  /// How many rows without an owner may wait for the second look; others pass on at once, with the reason for having
  /// none.
  static constexpr std::size_t kMaxHeld = 4096;

  /// `look_again` reads the owners anew, or returns nullptr if that fails; what it returns must stay valid as long as
  /// this object is used. Rows that `relevant` does not match pass unchanged; null: all rows are relevant.
  OwnerJoin(const OwnerLookup& owners, std::function<const OwnerLookup*()> look_again, Sink& next,
            const filter::Filter* relevant = nullptr)
      : owners_(&owners), look_again_(std::move(look_again)), next_(next), relevant_(relevant) {}

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// Passes on the rows that waited. Listeners may follow, because they come behind all connections, and then a second
  /// finish().
  Flow finish();

  /// Sockets with an inode for which no owner was found, for that reason.
  [[nodiscard]] std::uint64_t without_owner(Orphan reason) const {
    return without_owner_[static_cast<std::size_t>(reason)];
  }

 private:
  /// True if it has an owner or cannot have one.
  bool join(Socket& row) const;
  void give_up(Socket& row);
  template <typename Row>
  Flow pass(Row row, Flow (Sink::*next)(const Row&));

  const OwnerLookup* owners_;
  std::function<const OwnerLookup*()> look_again_;
  Sink& next_;
  const filter::Filter* relevant_;
  RowStore held_;
  bool looked_again_ = false;
  bool second_look_failed_ = false;
  std::array<std::uint64_t, static_cast<std::size_t>(kLastOrphan) + 1> without_owner_{};
};

}  // namespace tcpstat::survey
