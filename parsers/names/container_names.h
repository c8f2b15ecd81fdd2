#pragma once
// What containers are called, from files that their engines keep on this host. No engine is asked.

#include <string>
#include <string_view>

namespace tcpstat::names {

/// The name of the container with this id of 64 digits, by the files below `root`; empty if none of them tells: other
/// engines keep their names in databases of their own, and most of these files are for root alone. Hostile text.
std::string container_name(const std::string& root, std::string_view id);

}  // namespace tcpstat::names
