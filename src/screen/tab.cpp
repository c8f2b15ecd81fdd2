#include "screen/tab.h"

#include <algorithm>

#include "base/shell_word.h"
#include "render/device_names.h"

namespace tcpstat::screen {

void add_netns(std::vector<Heading>& to, const Manner& manner) {
  if (manner.several()) to.push_back({"NETNS", Align::left});
}

void add_netns(std::vector<std::string>& to, std::uint64_t inode, const Manner& manner) {
  if (manner.several()) to.push_back(safe(render::netns_text(inode, *manner.names), manner.charset));
}

std::string netns_option(const LiveData& data, std::uint64_t inode, const Manner& manner) {
  if (!manner.several()) return {};
  const auto& all = data.judged.namespaces;
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.verdict.inode == inode; });
  return " --netns " + safe(shell_word(at == all.end() ? manner.netns : at->word), manner.charset);
}

}  // namespace tcpstat::screen
