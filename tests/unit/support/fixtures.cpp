#include "support/fixtures.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tcpstat::test {

std::string fixture_path(std::string_view name) { return std::string(TCPSTAT_FIXTURES "/").append(name); }

std::string fixture(std::string_view name) {
  const std::ifstream file(fixture_path(name), std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + std::string(name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::vector<std::string> messages_of(const std::string& dump) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at + sizeof(nlmsghdr) <= dump.size();) {
    nlmsghdr header;
    std::memcpy(&header, dump.data() + at, sizeof header);
    const std::size_t length = NLMSG_ALIGN(std::size_t{header.nlmsg_len});
    if (header.nlmsg_len < sizeof header || length > dump.size() - at) throw std::runtime_error("a cut message");
    out.push_back(dump.substr(at, length));
    at += length;
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace tcpstat::test
