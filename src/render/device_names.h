#pragma once
// The names of the devices that sockets of a trace are bound to, and of the network namespaces that they are in.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_buffer.h"
#include "model/address.h"
#include "model/names.h"
#include "render/escape.h"

namespace tcpstat::render {

class DeviceNames {
 public:
  /// `own`: the network namespace of the run, where it has one.
  DeviceNames(Names& names, std::optional<std::uint64_t> own) : names_(names), own_(own) {}

  /// Hostile text; empty if it is bound to no device, if that is not known, or if names of that namespace are not known
  /// here.
  [[nodiscard]] std::string_view name(std::optional<std::uint64_t> netns, std::uint32_t interface) const;
  /// Hostile text: the name, or the number if there is no name; empty if it is bound to no device or that is not known.
  [[nodiscard]] std::string text(std::optional<std::uint64_t> netns, std::uint32_t interface) const;
  /// "192.0.2.1:80", "192.0.2.1%eth0:80", "[fe80::1%eth0]:80" (RFC 4007, section 11), safe to print. A device without a
  /// name is told by its number.
  void append_end(TextBuffer& out, const Endpoint& end, std::optional<std::uint64_t> netns, std::uint32_t interface,
                  Charset charset) const;

 private:
  Names& names_;
  std::optional<std::uint64_t> own_;
};

/// Hostile text: the name, or the inode if there is no name.
std::string netns_text(std::uint64_t inode, Names& names);

}  // namespace tcpstat::render
