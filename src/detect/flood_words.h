#pragma once
// Pieces of the sentences and commands of findings.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/assess.h"

namespace tcpstat::detect {

/// Whole, or with one digit below ten.
std::string number(double value);
/// "1 SYN a second is dropped", "20 SYNs a second are dropped": `one` and `many` say what happens to them.
std::string counted_per_second(double per_s, std::string_view noun, std::string_view one, std::string_view many);
/// `before` and "20 SYN/s". A queue that has just been emptied holds nothing old enough to tell a rate; then none is said.
std::string rate_text(std::optional<double> rate, std::string_view before);
/// "443", "8000–8049, 8100"; of many ranges only the first are told. In ascending order.
std::string ports_text(std::vector<std::uint16_t> ports);
/// ", queue 131 of 129", ", 20 half-open".
std::string queue_text(const Measurements& signals);

/// " --local-port 443"; empty for the host.
std::string port_words(const Assessment& one);
/// Lists the half-opens of a listener.
std::string list_command(const Assessment& one);
/// Shows SYNs as they come: cookies and RSTs leave nothing in the table.
std::string syn_packets_command(const Assessment& one);
/// Shows RSTs as they come.
std::string reset_packets_command(const Assessment& one);

}  // namespace tcpstat::detect
