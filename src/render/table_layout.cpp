#include "render/table_layout.h"

#include <algorithm>
#include <optional>

namespace tcpstat::render {
namespace {

constexpr std::size_t kFullIpv4 = 21;         // 255.255.255.255:65535
constexpr std::size_t kReadableAddress = 15;  // 198…7:40000

class Layout {
 public:
  Layout(std::span<const ColumnShape> columns, std::size_t width) : columns_(columns), width_(width) {
    for (const ColumnShape& column : columns) placed_.push_back({column.natural, Place::line});
  }

  std::vector<PlacedColumn> take(SecondLine second_line) {
    second_line_ = second_line;
    if (fit_without_blanks()) return placed_;
    if (second_line == SecondLine::yes) {
      move_details();
      if (fit_without_blanks()) return placed_;
    }
    while (!fit(kFullIpv4)) {
      const auto victim = least_wanted();
      if (!victim) break;
      drop(*victim);
    }
    if (fit(kFullIpv4) || fit(kReadableAddress)) return placed_;
    if (second_line == SecondLine::yes) {
      move_from_the_end(Addresses::stay, kReadableAddress);
      if (!fit(kReadableAddress)) move_from_the_end(Addresses::go, kLeastAddress);
    }
    if (!fit(kReadableAddress)) fit(kLeastAddress);
    return placed_;
  }

 private:
  enum class Addresses : bool { stay, go };

  [[nodiscard]] bool in_line(std::size_t i) const { return placed_[i].place == Place::line; }

  [[nodiscard]] std::size_t total() const {
    std::size_t sum = 0;
    for (const PlacedColumn& column : placed_) sum += column.place == Place::line ? column.width + kColumnGap : 0;
    return sum == 0 ? 0 : sum - kColumnGap;
  }
  [[nodiscard]] std::size_t excess() const { return total() > width_ ? total() - width_ : 0; }

  /// This makes room, so blank columns come back.
  void move_details() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      placed_[i].place = columns_[i].detail ? Place::below : Place::line;
    }
  }

  void drop(std::size_t column) {
    const bool below = columns_[column].kept && second_line_ == SecondLine::yes;
    placed_[column].place = below ? Place::below : Place::hidden;
  }

  /// Drops blank columns until the rest fits. Words are cut only if no blank column is left.
  bool fit_without_blanks() {
    for (;;) {
      const bool fits = fit(kFullIpv4);
      if (fits && !cuts_words()) return true;
      const auto victim = least_wanted();
      if (!victim || !columns_[*victim].blank) return fits;
      drop(*victim);
    }
  }

  [[nodiscard]] bool cuts_words() const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (in_line(i) && !columns_[i].address && placed_[i].width < columns_[i].shortened) return true;
    }
    return false;
  }

  /// Moves columns below, from the last one, until the rest fits. The first column stays where it is.
  void move_from_the_end(Addresses addresses, std::size_t least_address) {
    for (std::size_t i = columns_.size(); i-- > 1 && !fit(least_address);) {
      const bool stays = columns_[i].answer || (columns_[i].address && addresses == Addresses::stay);
      if (in_line(i) && !stays) placed_[i].place = Place::below;
    }
  }

  /// The next column to go: blank ones first, then by rank, then from the right.
  [[nodiscard]] std::optional<std::size_t> least_wanted() const {
    std::optional<std::size_t> out;
    const auto order = [&](std::size_t i) { return std::pair(columns_[i].blank, columns_[i].rank); };
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!in_line(i) || columns_[i].rank == 0) continue;
      if (!out || order(i) >= order(*out)) out = i;
    }
    return out;
  }

  /// Sets the widths of the line; whether it fits if addresses have at least that width, or what they need if that is
  /// less.
  bool fit(std::size_t least_address) {
    for (std::size_t i = 0; i < columns_.size(); ++i) placed_[i].width = columns_[i].natural;
    shorten_headings();
    for (int rank = 255; rank >= 0 && excess() > 0; --rank) cut_words(rank);
    return excess() == 0 || share(least_address);
  }

  void shorten_headings() {
    for (const bool blank : {true, false}) {
      for (int rank = 255; rank >= 0 && excess() > 0; --rank) {
        for (std::size_t i = 0; i < columns_.size() && excess() > 0; ++i) {
          const ColumnShape& column = columns_[i];
          if (in_line(i) && column.rank == rank && column.blank == blank) placed_[i].width = column.shortened;
        }
      }
    }
  }

  void cut_words(int rank) {
    for (std::size_t i = columns_.size(); i-- > 0;) {
      const ColumnShape& column = columns_[i];
      if (!in_line(i) || column.rank != rank || column.address) continue;
      std::size_t& width = placed_[i].width;
      width = std::min(width, std::max(column.least, width - std::min(width, excess())));
    }
  }

  /// Addresses take equal shares of the room that other columns leave, or less if they need less. False if one of them
  /// would get less than it needs and less than `least`.
  bool share(std::size_t least) {
    std::vector<std::size_t> addresses;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (in_line(i) && columns_[i].address) addresses.push_back(i);
    }
    std::size_t others = total();
    std::size_t wanted = 0;
    for (const std::size_t i : addresses) {
      others -= placed_[i].width;
      wanted += std::min(placed_[i].width, least);
    }
    if (addresses.empty() || others + wanted > width_) return false;
    std::size_t room = width_ - others;
    std::sort(addresses.begin(), addresses.end(),
              [this](auto a, auto b) { return placed_[a].width < placed_[b].width; });
    for (std::size_t left = addresses.size(); left > 0; --left) {
      std::size_t& width = placed_[addresses[addresses.size() - left]].width;
      width = std::min(width, room / left);
      room -= width;
    }
    return true;
  }

  std::span<const ColumnShape> columns_;
  std::size_t width_;
  SecondLine second_line_ = SecondLine::no;
  std::vector<PlacedColumn> placed_;
};

}  // namespace

std::vector<PlacedColumn> lay_out(std::span<const ColumnShape> columns, std::size_t width, SecondLine second_line) {
  return Layout(columns, width).take(second_line);
}

}  // namespace tcpstat::render
