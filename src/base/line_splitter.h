#pragma once
// Text that comes in blocks, as lines. Lines may be cut anywhere between two blocks.

#include <cstddef>
#include <string>
#include <string_view>

namespace tcpstat::inline base {

class LineSplitter {
 public:
  /// Of a line that spans blocks, at most `longest` bytes are kept before the last block, and as many from that block.
  explicit LineSplitter(std::size_t longest) : longest_(longest) {}

  /// Calls `use(line)` for each line that ends in `block`, without its newline. Stops and returns false as soon as
  /// `use` returns false.
  template <typename Use>
  bool feed(std::string_view block, Use use) {
    for (std::size_t newline = block.find('\n'); newline != std::string_view::npos; newline = block.find('\n')) {
      const std::string_view part = block.substr(0, newline);
      block.remove_prefix(newline + 1);
      if (pending_.empty()) {
        if (!use(part)) return false;
        continue;
      }
      pending_.append(part.substr(0, longest_));
      const bool more = use(std::string_view(pending_));
      pending_.clear();
      if (!more) return false;
    }
    if (pending_.size() < longest_) pending_.append(block.substr(0, longest_ - pending_.size()));
    return true;
  }

  /// What follows the last newline. Valid until the next call.
  [[nodiscard]] std::string_view rest() const { return pending_; }
  void clear() { pending_.clear(); }

 private:
  std::size_t longest_;
  std::string pending_;
};

}  // namespace tcpstat::inline base
