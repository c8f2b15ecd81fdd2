#pragma once
// Several network namespaces as one host: their rows come one namespace after the other, each row with its own.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "parsers/host/known_namespaces.h"
#include "parsers/host/opened_host.h"

namespace tcpstat::host {

/// The word of --netns for every namespace that can be seen.
inline constexpr std::string_view kAllNamespaces = "all";

/// Whether the word of --netns is "all" or a comma list. A namespace of that name is spelt /run/netns/all.
bool names_several(std::string_view netns);

/// The namespaces that the word of --netns names, each inode once. Each word of a list must exist; "all" means those
/// that can be seen.
Expected<NamespaceList> chosen_namespaces(const std::string& netns);

/// Opens the host in this namespace. Fails also if the namespace is gone: see is_gone().
Expected<std::unique_ptr<Host>> open_namespace(const KnownNamespace& known, HostOptions options);
/// Whether no process and no file shows the namespace any more.
bool is_gone(const KnownNamespace& known);

/// A sentence about the namespaces that this user may not see; empty if there is none.
std::string hidden_namespaces(const NamespaceList& list);

/// Brings the thread that made it back to the namespace in which it was then.
class WayHome {
 public:
  WayHome();
  void go() const;

 private:
  FileDescriptor home_;
};

Expected<std::unique_ptr<Host>> open_many(const HostOptions& options);

}  // namespace tcpstat::host
