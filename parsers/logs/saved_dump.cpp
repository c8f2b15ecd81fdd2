#include "parsers/logs/saved_dump.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "parsers/netlink/inet_diag.h"

namespace tcpstat::logs {

using netlink::NetlinkFraming;

void SavedDump::message(std::uint16_t type, std::span<const std::byte> payload) {
  // The first is also the answer to a TCPDIAG_GETSOCK request.
  if (type != SOCK_DIAG_BY_FAMILY && type != TCPDIAG_GETSOCK) return;
  const netlink::inet_diag::Row row = netlink::inet_diag::decode(payload);
  SavedSample& sample = samples_.current();
  if (const auto* connection = std::get_if<Connection>(&row)) {
    sample.complete(*connection);
  } else if (const auto* listener = std::get_if<Listener>(&row)) {
    sample.complete(*listener);
  } else {
    sample.coverage.add(std::get<Flaw>(row));
  }
}

void SavedDump::feed(std::string_view block) {
  pending_.append(block);
  std::size_t taken = 0;
  while (true) {
    const auto end = framing_.feed(
        std::as_bytes(std::span(pending_).subspan(taken)),
        [this](std::uint16_t type, std::span<const std::byte> payload) {
          message(type, payload);
          return Flow::more;
        },
        [this] { samples_.current().coverage.add(Flaw::bad_length); });
    taken += framing_.taken();
    if (end == NetlinkFraming::End::none) break;
    // ss -D appends each family's dump to the file; both end with a DONE of their own, or with none at all.
    Coverage& coverage = samples_.current().coverage;
    if (end != NetlinkFraming::End::failed) continue;
    coverage.complete = false;
    coverage.warn("dump_failed",
                  "the saved dump records an error of the kernel: " + std::string(std::strerror(framing_.error())));
  }
  pending_.erase(0, taken);
}

void SavedDump::finish() {
  if (!pending_.empty()) samples_.current().coverage.add(Flaw::cut_short);
  samples_.end();
}

}  // namespace tcpstat::logs
