#include "check/open_files.h"

#include <algorithm>

namespace tcpstat::check {

std::optional<std::uint64_t> OpenFiles::open_files(std::uint32_t pid) const {
  const auto known = std::find_if(known_.begin(), known_.end(), [pid](const auto& one) { return one.pid == pid; });
  if (known != known_.end()) return known->limit;
  if (std::find(unknown_.begin(), unknown_.end(), pid) != unknown_.end()) return std::nullopt;
  const auto limit = host_.open_files_limit(pid);
  if (pid == 0) return limit;  // a socket whose process is not known
  if (limit) {
    known_.push_back({pid, *limit});
  } else {
    unknown_.push_back(pid);
  }
  return limit;
}

std::string OpenFiles::unknown() const {
  if (unknown_.empty()) return {};
  std::string out = "how many files process " + std::to_string(unknown_.front());
  if (unknown_.size() > 1) out += " (and " + std::to_string(unknown_.size() - 1) + " more)";
  out += " may have open: ";
  return out + (host_.is_file() ? "that was not saved" : "its limits cannot be read");
}

}  // namespace tcpstat::check
