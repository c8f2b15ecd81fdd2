#pragma once
// Ages of rows, counted by whole seconds.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tcpstat::diagnose {

/// Whole seconds before now; the last one does not belong to it.
struct AgeSpan {
  std::size_t first = 0;
  std::size_t end = 0;

  [[nodiscard]] std::size_t seconds() const { return end > first ? end - first : 0; }
};

/// Rows by whole seconds of age; those of kMost and more are one.
class Ages {
 public:
  static constexpr std::size_t kMost = 1024;

  void add(std::uint64_t age_ms);
  [[nodiscard]] std::uint64_t all() const { return all_; }
  [[nodiscard]] std::uint64_t in(AgeSpan span) const;
  /// Between the youngest and the one in the middle. What a break of all at one time left is of one age, and has none.
  [[nodiscard]] AgeSpan younger_half() const;
  /// The whole seconds that nearly all of `rows` have reached; those of unknown age have not.
  [[nodiscard]] std::size_t reached_by_nearly_all(std::uint64_t rows) const;

 private:
  std::vector<std::uint32_t> counts_;
  std::uint64_t all_ = 0;
};

/// Nine of ten: on any host a peer or two have trouble of their own.
constexpr bool are_nearly_all(std::uint64_t some, std::uint64_t all) { return some * 10 >= all * 9; }

}  // namespace tcpstat::diagnose
