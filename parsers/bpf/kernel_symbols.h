#pragma once
// Addresses of the kernel's functions.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tcpstat::bpf {

/// The address of `name` in lines of /proc/kallsyms ("ffffffff81000000 t name [module]"). 0: it is not there, or the
/// kernel hides addresses.
std::uint64_t address_in(std::string_view lines, std::string_view name);
/// The same for several names in the running kernel, in one pass over the file.
std::vector<std::uint64_t> kernel_addresses(std::span<const std::string_view> names);
std::uint64_t kernel_address(std::string_view name);

}  // namespace tcpstat::bpf
