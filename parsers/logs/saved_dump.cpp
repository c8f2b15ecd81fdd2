#include "parsers/logs/saved_dump.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <algorithm>

#include "parsers/logs/log_file.h"
#include "parsers/netlink/inet_diag.h"
#include "parsers/netlink/inet_diag_stream.h"

namespace tcpstat::logs {

/// The sample that the row belongs to. A family that an earlier part of the open sample had begins the next sample.
template <typename Row>
SavedSample& SavedDump::sample_of(const Row& row) {
  const auto family = static_cast<std::size_t>(row.family);
  if (!in_part_[family] && in_earlier_parts_[family]) {
    tell_families();
    samples_.begin();
    in_earlier_parts_ = {};
    in_part_ = {};
  }
  in_part_[family] = has_[family] = true;
  return samples_.current();
}

void SavedDump::row(std::span<const std::byte> payload) {
  const netlink::inet_diag::Row row = netlink::inet_diag::decode(payload);
  if (const auto* connection = std::get_if<Connection>(&row)) {
    sample_of(*connection).complete(*connection, SavedSample::Alike::one);
  } else if (const auto* listener = std::get_if<Listener>(&row)) {
    sample_of(*listener).complete(*listener, SavedSample::Alike::one);
  } else {
    samples_.current().coverage.add(std::get<Flaw>(row));
  }
}

void SavedDump::message(std::uint16_t type, std::span<const std::byte> payload) {
  if (type != SOCK_DIAG_BY_FAMILY && type != TCPDIAG_GETSOCK) return;
  part_open_ = true;
  // The kernel answers with the type of the request (net/ipv4/inet_diag.c), and this one has no family.
  asked_for_all_ = asked_for_all_ || type == TCPDIAG_GETSOCK;
  row(payload);
}

/// What the end of a part tells of families of which it has no row.
void SavedDump::count_families(End end) {
  if (end != End::done) return;
  if (asked_for_all_) has_ = {true, true};
  if (!part_open_) ++empty_parts_;
}

/// Tells which families the sample covers. ss(8) asks for IPv4 alone first: if only that part is there, nothing is
/// known of IPv6. A part without rows covers one more family; parts that are left over belong to the next sample.
void SavedDump::tell_families() {
  const auto lacking = static_cast<std::size_t>(std::count(has_.begin(), has_.end(), false));
  const std::size_t found = std::min(empty_parts_, lacking);
  Coverage& coverage = samples_.current().coverage;
  const auto is_known = [&](Family family) { return has_[static_cast<std::size_t>(family)] || found == lacking; };
  coverage.ipv4 = is_known(Family::ipv4);
  coverage.ipv6 = is_known(Family::ipv6);
  if (any_ended_ && !coverage.ipv4 && !coverage.ipv6 && coverage.complete) {
    coverage.lose("family_not_saved",
                  "the dump has no socket and ends once: it is of one family, and does not say of which");
  }
  empty_parts_ -= found;
  has_ = {};
}

void SavedDump::end_part(End end) {
  Coverage& coverage = samples_.current().coverage;
  if (framing_.take_lost()) {
    coverage.lose("lost_messages", std::string(netlink::InetDiagStream::kLost));
  }
  if (end == End::none) return;
  if (end == End::failed) {
    coverage.lose("dump_failed",
                  "the saved dump records an error of the kernel: " + std::string(std::strerror(framing_.error())));
  }
  for (std::size_t family = 0; family < in_part_.size(); ++family) {
    in_earlier_parts_[family] = in_earlier_parts_[family] || in_part_[family];
  }
  count_families(end);
  in_part_ = {};
  part_open_ = asked_for_all_ = false;
  any_ended_ = true;
}

void SavedDump::feed(std::string_view block) {
  // A message that claims to be longer is none, and no message behind it can be found.
  if (pending_.size() > kLongestLogLine) return;
  pending_.append(block);
  std::size_t taken = 0;
  End end = End::done;
  while (end != End::none) {
    end = framing_.feed(
        std::as_bytes(std::span(pending_).subspan(taken)),
        [this](std::uint16_t type, std::span<const std::byte> payload) {
          message(type, payload);
          return Flow::more;
        },
        [this] { samples_.current().coverage.add(Flaw::bad_length); });
    taken += framing_.taken();
    if (end != End::none) end_part(end);
  }
  pending_.erase(0, taken);
}

void SavedDump::finish() {
  SavedSample& last = samples_.current();
  end_part(End::none);
  if (!pending_.empty()) last.coverage.add(Flaw::cut_short);
  if (part_open_ || !pending_.empty() || !any_ended_) {
    std::string message = "the dump ends without the message that ends one (NLMSG_DONE): rows may be missing";
    if (last.changed() > 0) {
      message += "; sockets come again in another state, as in several dumps: the last row of each is shown";
    }
    last.coverage.lose("no_end", std::move(message));
  }
  tell_families();
  samples_.end();
}

}  // namespace tcpstat::logs
