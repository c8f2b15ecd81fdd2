#include "report/source_names.h"

#include <algorithm>
#include <array>

namespace tcpstat::inline report {

std::string SourceNames::of(std::string_view list) const {
  struct Place {
    std::string_view usual;
    std::string_view here;
  };
  // The longer one first.
  const std::array<Place, 3> places = {{{"sock_diag", rows}, {"/proc/net", net}, {"/proc", root}}};
  constexpr std::string_view kComma = ", ";
  std::string out;
  while (!list.empty()) {
    const std::size_t end = list.find(kComma);
    std::string_view word = list.substr(0, end);
    const auto* const place =
        std::find_if(places.begin(), places.end(), [&](const Place& one) { return word.starts_with(one.usual); });
    if (place != places.end()) {
      out += place->here;
      word.remove_prefix(place->usual.size());
    }
    out += word;
    if (end == std::string_view::npos) break;
    out += kComma;
    list.remove_prefix(end + kComma.size());
  }
  return out;
}

std::string SourceNames::command(std::string_view words) const {
  constexpr std::string_view kLive = " --source netlink";
  const bool ours = words == "tcpstat" || words.starts_with("tcpstat ");
  std::string out(words);
  if (out.empty()) return out;
  if (saved) {
    const bool looks_anew = words.find(" --interval ") != std::string_view::npos ||
                            words.starts_with("tcpstat trace ") || words.starts_with("tcpstat watch ");
    if (!ours || looks_anew) return {};
    if (const std::size_t at = out.find(kLive); at != std::string::npos) out.erase(at, kLive.size());
  }
  if (ours) return options.empty() ? out : out + " " + options;
  return enter.empty() ? out : enter + " " + out;
}

}  // namespace tcpstat::inline report
