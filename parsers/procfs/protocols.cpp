#include "parsers/procfs/protocols.h"

#include <cstdint>
#include <optional>

#include "parsers/procfs/text_cursor.h"

namespace tcpstat::procfs {
namespace {

/// Since Linux 6.3 ("mptcp: add statistics for mptcp socket in use"). The kernels before show 0 whatever there is.
bool counts_mptcp(std::string_view release) {
  const std::size_t point = release.find('.');
  if (point == std::string_view::npos) return false;
  const auto major = number_of<std::uint32_t>(release.substr(0, point));
  release.remove_prefix(point + 1);
  const auto minor = number_of<std::uint32_t>(release.substr(0, release.find_first_not_of("0123456789")));
  if (!major || !minor) return false;
  return *major > 6 || (*major == 6 && *minor >= 3);
}

}  // namespace

bool has_no_mptcp(std::string_view text, std::string_view release) {
  if (!counts_mptcp(release)) return false;
  bool known = false;
  while (const std::optional<Line> line = take_line(text)) {
    std::string_view rest = line->text;
    const std::string_view protocol = take_word(rest);
    if (protocol != "MPTCP" && protocol != "MPTCPv6") continue;
    take_word(rest);
    // A socket that calls listen(2) twice is counted twice, so the number may be too high, but never too low.
    const auto sockets = number_of<std::uint64_t>(take_word(rest));
    if (!line->complete || sockets != 0U) return false;
    if (protocol == "MPTCP") known = true;
  }
  return known;
}

}  // namespace tcpstat::procfs
