#include "parsers/bpf/companions.h"

#include <algorithm>
#include <cstring>

namespace tcpstat::bpf {

void Companions::add(const ring_record& record) {
  any_ = true;
  auto at =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.socket == record.socket; });
  if (at == waiting_.end()) {
    at = waiting_.begin() + static_cast<std::ptrdiff_t>(next_++ % waiting_.size());
    *at = {record.socket, {}};
  }
  at->what.pid = record.netns;
  std::memcpy(at->what.name.data(), record.addresses, at->what.name.size() - 1);
}

Companion Companions::settle(std::uint64_t socket) {
  if (!any_) return {};
  const auto at =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.socket == socket; });
  if (at == waiting_.end()) return {};
  const Companion out = at->what;
  *at = {};
  return out;
}

}  // namespace tcpstat::bpf
