#pragma once
// The options of `check`: taken where they mean something, refused where they do not.

#include <optional>

#include "cli/request.h"
#include "cli/typed_options.h"

namespace tcpstat {

/// Fills `to.check` and `to.interval`; the verb, the format and the source of `to` are settled.
std::optional<UsageError> read_check_options(const TypedOptions& typed, Request& to);

}  // namespace tcpstat
