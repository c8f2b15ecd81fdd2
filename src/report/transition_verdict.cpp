#include "report/transition_verdict.h"

#include <algorithm>
#include <vector>

namespace tcpstat::inline report {

std::string text_of(std::span<const UnseenPath> ways, std::string_view then, std::string_view either) {
  std::string out;
  const std::size_t length = ways.empty() ? 0 : ways.front().states().size();
  for (std::size_t place = 0; place < length; ++place) {
    if (place > 0) out += then;
    std::vector<Seen> here;
    for (const UnseenPath& way : ways) {
      const Seen seen = way.states()[place];
      if (std::find(here.begin(), here.end(), seen) != here.end()) continue;
      if (!here.empty()) out += either;
      out += name(seen);
      here.push_back(seen);
    }
  }
  return out;
}

}  // namespace tcpstat::inline report
