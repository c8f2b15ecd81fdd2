#include "render/device_names.h"

#include <string>

#include "render/cell_text.h"

namespace tcpstat::render {

std::string_view DeviceNames::name(std::optional<std::uint64_t> netns, std::uint32_t interface) const {
  if (interface == 0 || (own_ && netns && *own_ != *netns)) return {};
  return names_.interface_of(netns.value_or(0), interface);
}

std::string DeviceNames::text(std::optional<std::uint64_t> netns, std::uint32_t interface) const {
  if (interface == 0) return {};
  const std::string_view known = name(netns, interface);
  return known.empty() ? std::to_string(interface) : std::string(known);
}

void DeviceNames::append_end(TextBuffer& out, const Endpoint& end, std::optional<std::uint64_t> netns,
                             std::uint32_t interface, Charset charset) const {
  if (interface == 0) {
    out.commit(write_endpoint(out.reserve(kMaxEndpointText), end));
    return;
  }
  append_on_device(out, end, text(netns, interface), charset);
}

std::string netns_text(std::uint64_t inode, Names& names) {
  const std::string_view name = names.netns(inode);
  return name.empty() ? std::to_string(inode) : std::string(name);
}

}  // namespace tcpstat::render
