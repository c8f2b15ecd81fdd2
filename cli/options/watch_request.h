#pragma once
// The options of `watch`: taken where they mean something, refused where they do not.

#include <optional>

#include "cli/options/request.h"
#include "cli/options/typed_options.h"

namespace tcpstat::cli::options {

/// Fills what a watch has of its own; verb, format and source of `to` are settled.
std::optional<UsageError> read_watch_options(const TypedOptions& typed, Request& to);

}  // namespace tcpstat::cli::options
