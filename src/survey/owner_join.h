#pragma once
// Adds to each row who holds its socket. Owners are read before the rows, so that rows stream; a socket that was
// opened in between is found by one more look at the end, and only such rows wait for it.

#include <cstdint>
#include <functional>

#include "filter/filter.h"
#include "model/owner.h"
#include "model/row_store.h"
#include "model/sink.h"

namespace tcpstat::survey {

class OwnerJoin final : public Sink {
 public:
  /// Rows without a holder that may wait for the second look; those beyond it pass with the reason for none.
  static constexpr std::size_t kMaxHeld = 4096;

  /// `look_again` reads the owners anew; what it returns stays valid as long as this object is used. Rows that
  /// `relevant` does not match, if there is one, pass as they are.
  OwnerJoin(const OwnerLookup& owners, std::function<const OwnerLookup&()> look_again, Sink& next,
            const filter::Filter* relevant = nullptr)
      : owners_(&owners), look_again_(std::move(look_again)), next_(next), relevant_(relevant) {}

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// Passes the rows that waited. Rows may follow, and one more finish(): listeners come behind all connections.
  Flow finish();

  /// Sockets with an inode for which no holder was found, while some processes could not be looked into.
  [[nodiscard]] std::uint64_t not_permitted() const { return not_permitted_; }

 private:
  /// True if it has a holder or cannot have one.
  bool join(Socket& row) const;
  void give_up(Socket& row);
  template <typename Row>
  Flow pass(Row row, Flow (Sink::*next)(const Row&));

  const OwnerLookup* owners_;
  std::function<const OwnerLookup&()> look_again_;
  Sink& next_;
  const filter::Filter* relevant_;
  RowStore held_;
  bool looked_again_ = false;
  std::uint64_t not_permitted_ = 0;
};

}  // namespace tcpstat::survey
