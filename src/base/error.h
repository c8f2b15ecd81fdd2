#pragma once
// What went wrong when something outside the program failed: one sentence for the user, made in one place.
// Not for bad rows (model/flaw.h) and not for our own bugs (assert).

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace tcpstat::inline base {

/// A failed action. `doing` completes "cannot …"; `code` is an errno or 0; `reason` replaces the errno's text where
/// it is not empty; `hint` says what to try next and may be empty.
struct Error {
  std::string doing;
  int code = 0;
  std::string hint = {};
  std::string reason = {};

  /// "cannot open NETLINK_SOCK_DIAG: Permission denied (try --source proc)"
  [[nodiscard]] std::string sentence() const;
  /// "Permission denied (try --source proc)"
  [[nodiscard]] std::string why() const;
};

template <typename T>
using Expected = tl::expected<T, Error>;

/// An Error as the failed side of any Expected.
inline tl::unexpected<Error> failure(std::string doing, int code, std::string hint = {}, std::string reason = {}) {
  return tl::make_unexpected(Error{std::move(doing), code, std::move(hint), std::move(reason)});
}

}  // namespace tcpstat::inline base
