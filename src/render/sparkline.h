#pragma once
// Numbers as one line of small bars.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "render/escape.h"

namespace tcpstat::render {

/// One character for each value, from the least to the largest of them; a blank where there is none.
std::string sparkline(std::span<const std::optional<std::uint64_t>> values, Charset charset);

}  // namespace tcpstat::render
