#include "render/text_table.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "render/palette.h"

namespace tcpstat {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::string_view kBlank = "                                ";
static_assert(kBlank.size() == 32);

}  // namespace

TextTable::TextTable(TextBuffer& out, std::vector<Heading> headings, Options options)
    : out_(out),
      headings_(std::move(headings)),
      options_(options),
      widths_(headings_.size()),
      widest_cell_(headings_.size()) {
  row_.cells.reserve(headings_.size());
}

void TextTable::end_cell(std::size_t width, std::string_view colour) {
  row_.cells.push_back({row_.text.size(), width, colour});
}

void TextTable::end_row() {
  if (settled_) {
    write_row(row_);
  } else {
    for (std::size_t i = 0; i < row_.cells.size(); ++i) {
      widest_cell_[i] = std::max(widest_cell_[i], row_.cells[i].width);
    }
    waiting_.push_back(row_);
    if (waiting_.size() == kScreenful) settle_widths();
  }
  row_.text.clear();
  row_.cells.clear();
}

void TextTable::finish() {
  if (!settled_) settle_widths();
}

std::size_t TextTable::total_width() const {
  std::size_t total = 0;
  for (const std::size_t width : widths_) total += width + kGap;
  return total == 0 ? 0 : total - kGap;
}

void TextTable::settle_widths() {
  settled_ = true;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const std::size_t heading = options_.header ? headings_[i].text.size() : 0;
    widths_[i] = std::max({widest_cell_[i], headings_[i].least_width, heading});
  }
  if (options_.width != 0) narrow_numbers();
  if (options_.header) write_header();
  for (const Row& row : waiting_) write_row(row);
  waiting_.clear();
  waiting_.shrink_to_fit();
}

/// On a narrow terminal the words above numbers are what takes the room: they are shortened before any data is cut.
void TextTable::narrow_numbers() {
  constexpr std::size_t kLeastHeading = 6;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const std::size_t total = total_width();
    if (total <= options_.width) return;
    if (headings_[i].align != Align::right) continue;
    const std::size_t least = std::max(widest_cell_[i], kLeastHeading);
    const std::size_t wanted = widths_[i] - std::min(widths_[i], total - options_.width);
    widths_[i] = std::min(widths_[i], std::max(least, wanted));
  }
}

void TextTable::write_header() {
  Row header;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const std::string_view text = headings_[i].text;
    if (text.size() > widths_[i]) {
      header.text.append(text.substr(0, widths_[i] - 1));
      header.text.append(options_.ellipsis);
      header.cells.push_back({header.text.size(), widths_[i], {}});
    } else {
      header.text.append(text);
      header.cells.push_back({header.text.size(), text.size(), {}});
    }
  }
  write_row(header);
}

void TextTable::write_row(const Row& row) {
  if (options_.width != 0) {
    write_cut(row);
    return;
  }
  // One reservation a row, then pointers: this is the hottest loop of the table.
  const std::string_view text = row.text.view();
  std::size_t room = text.size() + 1 + kBlank.size();
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    room += widths_[i] + kGap + row.cells[i].colour.size() + kColourEnd.size();
  }
  char* to = out_.reserve(room);
  const auto put = [&](std::string_view part) {
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  };
  const auto spaces = [&](std::size_t count) {
    if (count <= kBlank.size()) {
      std::memcpy(to, kBlank.data(), kBlank.size());  // of a fixed size: two moves; what is too much is overwritten
    } else {
      std::memset(to, ' ', count);
    }
    to += count;
  };
  std::size_t start = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Span& cell = row.cells[i];
    const std::size_t padding = widths_[i] > cell.width ? widths_[i] - cell.width : 0;
    const bool last = i + 1 == row.cells.size();
    if (headings_[i].align == Align::right) spaces(padding);
    if (cell.colour.empty()) {
      put(text.substr(start, cell.end - start));
    } else {
      put(cell.colour);
      put(text.substr(start, cell.end - start));
      put(kColourEnd);
    }
    if (!last) spaces(kGap + (headings_[i].align == Align::left ? padding : 0));
    start = cell.end;
  }
  *to++ = '\n';
  out_.commit(to);
}

/// As write_row(), within the terminal's width: what does not fit gives way to the ellipsis.
void TextTable::write_cut(const Row& row) {
  const std::string_view text = row.text.view();
  // Padding never runs over the edge by itself, so only the columns up to the last cell's end count.
  std::size_t full = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const bool last = i + 1 == row.cells.size();
    const bool padded = !last || headings_[i].align == Align::right;
    full += (padded ? std::max(widths_[i], row.cells[i].width) : row.cells[i].width) + (last ? 0 : kGap);
  }
  const bool cut = full > options_.width;
  std::size_t room = cut ? options_.width - 1 : options_.width;
  const auto spaces = [&](std::size_t count) {
    const std::size_t taken = std::min(count, room);
    out_.append(taken, ' ');
    room -= taken;
  };
  std::size_t start = 0;
  for (std::size_t i = 0; i < row.cells.size() && room > 0; ++i) {
    const Span& cell = row.cells[i];
    const std::size_t padding = widths_[i] > cell.width ? widths_[i] - cell.width : 0;
    if (i > 0) spaces(kGap);
    if (headings_[i].align == Align::right) spaces(padding);
    if (room == 0) break;
    const std::string_view shown = fitting(text.substr(start, cell.end - start), room);
    if (!cell.colour.empty()) out_.append(cell.colour);
    out_.append(shown);
    if (!cell.colour.empty()) out_.append(kColourEnd);
    room -= std::min(room, shown.size() == cell.end - start ? cell.width : room);
    if (headings_[i].align == Align::left && i + 1 < row.cells.size()) spaces(padding);
    start = cell.end;
  }
  if (cut) out_.append(options_.ellipsis);
  out_.append('\n');
}

}  // namespace tcpstat
