#pragma once
// Recorded and hand-written material: tests/fixtures, whose README.md says where each file comes from.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcpstat::test {

/// The whole file; throws if it is not there.
std::string fixture(std::string_view name);
std::string fixture_path(std::string_view name);

std::span<const std::byte> bytes_of(std::string_view text);

/// The netlink messages of a dump, each with its header and padding.
std::vector<std::string> messages_of(const std::string& dump);
/// The lines, without their newlines.
std::vector<std::string> lines_of(std::string_view text);

}  // namespace tcpstat::test
