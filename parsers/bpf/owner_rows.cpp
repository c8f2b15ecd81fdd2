#include <cstring>
#include <string_view>

#include "parsers/bpf/owner_row.h"
#include "parsers/bpf/owner_rows.h"

namespace tcpstat::bpf {

void OwnerRows::feed(std::span<const std::byte> bytes) {
  if (!rest_.empty()) {
    rest_.insert(rest_.end(), bytes.begin(), bytes.end());
    bytes = rest_;
  }
  std::size_t used = 0;
  while (const std::size_t one = take_one(bytes.subspan(used))) used += one;
  rest_ = std::vector<std::byte>(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
}

std::size_t OwnerRows::take_one(std::span<const std::byte> bytes) {
  owner_row row{};
  if (bytes.size() < sizeof row) return 0;
  std::memcpy(&row, bytes.data(), sizeof row);
  if (row.inode != 0) {
    // Without the row of its process before it, a socket has no known owner.
    if (held_.processes.empty() || held_.processes.back().pid != row.pid) return sizeof row;
    held_.sockets.push_back({row.inode, static_cast<std::uint32_t>(held_.processes.size() - 1), row.fd});
    return sizeof row;
  }
  owner_process process{};
  if (bytes.size() < sizeof process) return 0;
  std::memcpy(&process, bytes.data(), sizeof process);
  const std::string_view name(process.name, sizeof process.name);
  held_.processes.push_back({row.pid, std::string(name.substr(0, name.find('\0')))});
  return sizeof process;
}

}  // namespace tcpstat::bpf
