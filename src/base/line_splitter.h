#pragma once
// Text that comes in blocks, as lines. Lines may be cut anywhere between two blocks.

#include <cstddef>
#include <string>
#include <string_view>

namespace tcpstat::inline base {

/// What goes on for so long without the end of a line is given up: a device such as /dev/zero never ends, and a sparse
/// file would keep us for hours.
inline constexpr std::size_t kEndless = std::size_t{64} << 20U;

/// Looks whether lines of a text end.
class LineWatch {
 public:
  /// Takes the next block. True once none of the last kEndless bytes ended a line.
  bool is_endless(std::string_view block) {
    const std::size_t last = block.rfind('\n');
    without_newline_ = last == std::string_view::npos ? without_newline_ + block.size() : block.size() - last - 1;
    return without_newline_ >= kEndless;
  }
  static std::string why() { return "no line ends within " + std::to_string(kEndless >> 20U) + " MiB"; }

 private:
  std::size_t without_newline_ = 0;
};

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
