#pragma once
// Names from this host, with what network namespaces are called, and devices told apart by namespace.

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "parsers/names/system_names.h"

namespace tcpstat::host {

class NamespaceNames final : public names::SystemNames {
 public:
  std::string_view netns(std::uint64_t inode) override;
  void find_namespaces() override;
  std::string_view interface_of(std::uint64_t netns, std::uint32_t index) override;

  void add(std::uint64_t inode, std::string label) { labels_.insert_or_assign(inode, std::move(label)); }
  /// Tells that this thread has entered one of several namespaces: the kernel names only the devices of the current
  /// one. The name of a device that was asked for is kept.
  void enter(std::uint64_t inode) { inside_ = inode; }

 private:
  std::unordered_map<std::uint64_t, std::string> labels_;
  bool found_ = false;
  std::uint64_t inside_ = 0;  ///< zero: the run has one namespace alone
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::string> devices_;
};

}  // namespace tcpstat::host
