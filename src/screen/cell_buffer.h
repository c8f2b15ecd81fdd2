#pragma once
// What a screen shows, cell by cell, and the bytes that turn one picture into the next.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/text_buffer.h"
#include "render/documents.h"
#include "report/severity.h"

namespace tcpstat::screen {

/// What a text is; the palette says how that looks. No meaning is carried by colour alone.
enum class Tone : std::uint8_t {
  plain,
  dim,
  strong,
  ok,
  info,
  warning,
  critical,
  selected,
  opening,
  open,
  half_closed
};

/// `fine`: the tone of what is no trouble.
constexpr Tone tone_of(Severity severity, Tone fine) {
  switch (severity) {
    case Severity::critical:
      return Tone::critical;
    case Severity::warning:
      return Tone::warning;
    case Severity::unknown:
      return Tone::info;
    case Severity::info:
    case Severity::ok:
      break;
  }
  return fine;
}

class CellBuffer {
 public:
  CellBuffer(std::size_t columns, std::size_t lines);

  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t lines() const { return lines_; }
  /// Puts safe text from column `x` of line `y` on, in at most `most` columns; returns the column behind it. What does
  /// not fit is left out.
  std::size_t put(std::size_t x, std::size_t y, std::string_view text, Tone tone, std::size_t most);
  std::size_t put(std::size_t x, std::size_t y, std::string_view text, Tone tone = Tone::plain) {
    return put(x, y, text, tone, columns_);
  }
  /// Gives a whole line a tone.
  void paint(std::size_t y, Tone tone);
  /// Appends the bytes that turn `before` into this picture. Pictures of different sizes have nothing in common.
  void write_changes(const CellBuffer& before, render::Colour colour, TextBuffer& out) const;

 private:
  /// One character with its width; zero: the second half of a wide one.
  struct Cell {
    std::array<char, 4> bytes = {' '};
    std::uint8_t length = 1;
    std::uint8_t width = 1;
    Tone tone = Tone::plain;
    friend bool operator==(const Cell&, const Cell&) = default;
  };

  std::size_t columns_;
  std::size_t lines_;
  std::vector<Cell> cells_;
};

}  // namespace tcpstat::screen
