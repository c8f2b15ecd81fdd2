#include "render/device_names.h"

#include <string>

#include "render/cell_text.h"

namespace tcpstat::render {

std::string_view DeviceNames::name(std::optional<std::uint64_t> netns, std::uint32_t interface) const {
  if (interface == 0 || (own_ && netns && *own_ != *netns)) return {};
  return names_.interface_of(netns.value_or(0), interface);
}

void DeviceNames::append_end(TextBuffer& out, const Endpoint& end, std::optional<std::uint64_t> netns,
                             std::uint32_t interface, Charset charset) const {
  if (interface == 0) {
    out.commit(write_endpoint(out.reserve(kMaxEndpointText), end));
    return;
  }
  const std::string_view known = name(netns, interface);
  append_on_device(out, end, known.empty() ? std::to_string(interface) : known, charset);
}

}  // namespace tcpstat::render
