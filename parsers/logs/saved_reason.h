#pragma once
// Why something that was saved is not complete: its summary line has warnings, and some of them lose nothing.

#include <string_view>

namespace tcpstat::logs {

/// Whether a warning with this code may be the reason. Of several the last is, as in Coverage::last_loss.
bool may_be_reason(std::string_view code);

}  // namespace tcpstat::logs
