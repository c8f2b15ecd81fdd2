#pragma once
// How long something lasted, in few letters.

#include <cstdint>
#include <string>

#include "model/transition.h"

namespace tcpstat::render {

/// "0.2s", "12.3s", "4m05s", "2h03m", "5d01h".
std::string duration_text(std::uint64_t ms);
/// "57us", "3.1ms"; from a second on as above.
std::string exact_text(EventTime time);

}  // namespace tcpstat::render
