#include "screen/cell_buffer.h"

#include <algorithm>
#include <optional>

#include "base/utf8.h"

namespace tcpstat::screen {
namespace {

// ECMA-48 SGR. The eight colours and their bright forms are all that sixteen-colour terminals have.
std::string_view sequence_of(Tone tone, render::Colour colour) {
  const bool coloured = colour == render::Colour::yes;
  switch (tone) {
    case Tone::plain:
      return "\x1b[0m";
    case Tone::dim:
      return "\x1b[0;2m";
    case Tone::strong:
      return "\x1b[0;1m";
    case Tone::selected:
      return "\x1b[0;7m";
    case Tone::critical:
      return coloured ? "\x1b[0;1;31m" : "\x1b[0;1m";
    case Tone::warning:
    case Tone::opening:
      return coloured ? "\x1b[0;33m" : "\x1b[0m";
    case Tone::ok:
    case Tone::open:
      return coloured ? "\x1b[0;32m" : "\x1b[0m";
    case Tone::info:
      return coloured ? "\x1b[0;36m" : "\x1b[0m";
    case Tone::half_closed:
      return coloured ? "\x1b[0;35m" : "\x1b[0m";
  }
  return {};
}

void go_to(std::size_t x, std::size_t y, TextBuffer& out) {
  out.append("\x1b[");
  out.number(y + 1);
  out.append(';');
  out.number(x + 1);
  out.append('H');
}

}  // namespace

CellBuffer::CellBuffer(std::size_t columns, std::size_t lines)
    : columns_(columns), lines_(lines), cells_(columns * lines) {}

std::size_t CellBuffer::put(std::size_t x, std::size_t y, std::string_view text, Tone tone, std::size_t most) {
  if (y >= lines_) return x;
  const std::size_t end = x + std::min(most, columns_ - std::min(columns_, x));
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(first_code_point(text).length, 1);
    const std::string_view one = text.substr(0, length);
    text.remove_prefix(length);
    const std::size_t width = display_width(one);
    if (width == 0) continue;  // a combining character, which is left out
    if (x + width > end) break;
    Cell cell{.bytes = {},
              .length = static_cast<std::uint8_t>(length),
              .width = static_cast<std::uint8_t>(width),
              .tone = tone};
    std::copy_n(one.begin(), std::min(length, cell.bytes.size()), cell.bytes.begin());
    cells_[y * columns_ + x] = cell;
    if (width == 2) cells_[y * columns_ + x + 1] = {.bytes = {}, .length = 0, .width = 0, .tone = tone};
    x += width;
  }
  return x;
}

void CellBuffer::paint(std::size_t y, Tone tone) {
  if (y >= lines_) return;
  for (std::size_t x = 0; x < columns_; ++x) cells_[y * columns_ + x].tone = tone;
}

void CellBuffer::write_changes(const CellBuffer& before, render::Colour colour, TextBuffer& out) const {
  const bool comparable = before.columns_ == columns_ && before.lines_ == lines_;
  if (!comparable) out.append("\x1b[0m\x1b[2J");
  std::optional<Tone> tone;
  for (std::size_t y = 0; y < lines_; ++y) {
    std::optional<std::size_t> cursor;  // nothing: elsewhere
    for (std::size_t x = 0; x < columns_; ++x) {
      const Cell& cell = cells_[y * columns_ + x];
      const Cell old = comparable ? before.cells_[y * columns_ + x] : Cell{};
      if (cell == old || cell.width == 0) continue;
      if (cursor != x) go_to(x, y, out);
      if (tone != cell.tone) out.append(sequence_of(cell.tone, colour));
      tone = cell.tone;
      out.append({cell.bytes.data(), cell.length});
      cursor = x + cell.width;
    }
  }
  if (tone) out.append("\x1b[0m");
}

}  // namespace tcpstat::screen
