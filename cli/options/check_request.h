#pragma once
// The options of `check`: taken where they mean something, refused where they do not.

#include <optional>

#include "cli/options/request.h"
#include "cli/options/typed_options.h"

namespace tcpstat::cli::options {

/// Fills `to.check` and `to.interval`; the verb, the format and the source of `to` are settled.
std::optional<UsageError> read_check_options(const TypedOptions& typed, Request& to);

}  // namespace tcpstat::cli::options
