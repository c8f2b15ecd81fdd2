#include "parsers/source/row_delivery.h"

#include <array>
#include <cstring>

#include "model/age.h"
#include "model/row_rules.h"

namespace tcpstat::source {
namespace {

using Words = std::array<std::uint64_t, 2>;

Words words_of(const Address& address) {
  Words words;
  std::memcpy(words.data(), address.bytes.data(), sizeof words);
  return words;
}

}  // namespace

bool RowDelivery::repeated(const Socket& row, const Endpoint& remote) {
  if (row.cookie) return cookies_.seen(*row.cookie);
  // SO_REUSEPORT listeners share a tuple, so the inode belongs to the identity.
  const Words local = words_of(row.local.address);
  const Words far = words_of(remote.address);
  const std::array<std::uint64_t, 6> identity = {
      local[0],
      local[1],
      far[0],
      far[1],
      row.inode,
      std::uint64_t{row.local.port} << 32U | std::uint64_t{remote.port} << 8U | static_cast<std::uint64_t>(row.family)};
  return tuples_.seen(hash_(identity));
}

Flow RowDelivery::deliver(Connection& row) {
  if (repeated(row, row.remote)) {
    ++coverage_.duplicates_dropped;
    return Flow::more;
  }
  ++coverage_.rows_read;
  if (rows_ == Rows::live) {
    row.age_ms = estimate_age(row, limits_);
  } else {
    row.origin = Origin::file;
  }
  row.orphan = orphan_reason(row);
  // A saved row keeps those that came with it: they may rest on sysctls that were not saved.
  row.flags.add(flags_of(row, limits_));
  return sink_.connection(row);
}

Flow RowDelivery::deliver(Listener& row) {
  if (repeated(row, {})) {
    ++coverage_.duplicates_dropped;
    return Flow::more;
  }
  ++coverage_.rows_read;
  if (rows_ == Rows::saved) row.origin = Origin::file;
  return sink_.listener(row);
}

}  // namespace tcpstat::source
