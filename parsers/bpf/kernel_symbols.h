#pragma once
// Addresses of the kernel's functions.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcpstat::bpf {

/// Nothing: there is no such name. 0: the kernel hides addresses.
using KernelAddress = std::optional<std::uint64_t>;

/// The address of `name` in lines of /proc/kallsyms ("ffffffff81000000 t name [module]").
KernelAddress address_in(std::string_view lines, std::string_view name);
/// The same for several names in the running kernel, in one pass over the file.
std::vector<KernelAddress> kernel_addresses(std::span<const std::string_view> names);
KernelAddress kernel_address(std::string_view name);
/// Why the address of `name` is not known.
std::string why_no_address(std::string_view name, KernelAddress found);

}  // namespace tcpstat::bpf
