#include "parsers/host/namespace_names.h"

#include <net/if.h>

#include <array>

#include "parsers/host/known_namespaces.h"

namespace tcpstat::host {

std::string_view NamespaceNames::netns(std::uint64_t inode) {
  const auto at = labels_.find(inode);
  return at == labels_.end() ? std::string_view{} : std::string_view(at->second);
}

void NamespaceNames::find_namespaces() {
  if (found_) return;
  found_ = true;
  for (KnownNamespace& known : list_namespaces().namespaces) labels_.emplace(known.inode, std::move(known.label));
}

std::string_view NamespaceNames::interface_of(std::uint64_t netns, std::uint32_t index) {
  if (inside_ == 0) return interface(index);
  const auto at = devices_.find({netns, index});
  if (at != devices_.end()) return at->second;
  if (netns != inside_) return {};
  std::array<char, IF_NAMESIZE> name{};
  const bool found = ::if_indextoname(index, name.data()) != nullptr;
  return devices_.emplace(std::pair(netns, index), found ? name.data() : "").first->second;
}

}  // namespace tcpstat::host
