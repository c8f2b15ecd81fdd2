#include "parsers/bpf/kernel_symbols.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "base/file_descriptor.h"

namespace tcpstat::bpf {

KernelAddress address_in(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines = end == lines.npos ? std::string_view() : lines.substr(end + 1);
    const std::size_t kind = line.find(' ');
    if (kind == line.npos || line.size() < kind + 3) continue;
    if (const std::string_view symbol = line.substr(kind + 3); symbol.substr(0, symbol.find('\t')) != name) continue;
    std::uint64_t address = 0;
    std::from_chars(line.data(), line.data() + kind, address, 16);
    return address;
  }
  return std::nullopt;
}

std::vector<KernelAddress> kernel_addresses(std::span<const std::string_view> names) {
  std::vector<KernelAddress> out(names.size());
  const FileDescriptor file(::open("/proc/kallsyms", O_RDONLY | O_CLOEXEC));
  std::string text;
  std::size_t kept = 0;
  while (file && std::find(out.begin(), out.end(), std::nullopt) != out.end()) {
    text.resize(kept + 64U * 1024);
    const ssize_t got = ::read(file.get(), text.data() + kept, text.size() - kept);
    if (got <= 0) break;
    text.resize(kept + static_cast<std::size_t>(got));
    const std::size_t whole = text.rfind('\n') + 1;  // 0: no line has ended yet
    const std::string_view lines(text.data(), whole);
    for (std::size_t at = 0; at < names.size(); ++at) {
      if (!out[at] && lines.find(names[at]) != lines.npos) out[at] = address_in(lines, names[at]);
    }
    kept = text.size() - whole;
    std::memmove(text.data(), text.data() + whole, kept);
  }
  return out;
}

KernelAddress kernel_address(std::string_view name) { return kernel_addresses({&name, 1}).front(); }

std::string why_no_address(std::string_view name, KernelAddress found) {
  const std::string function = std::string(name) + "()";
  return found ? "the kernel hides the address of " + function
               : "/proc/kallsyms has no " + function + ", which the compiler of this kernel may have renamed";
}

}  // namespace tcpstat::bpf
