#include "render/text_table.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"
#include "base/utf8.h"
#include "base/wrapped.h"
#include "render/palette.h"

namespace tcpstat::render {
namespace {

constexpr std::size_t kGap = kColumnGap;
constexpr std::string_view kBlank = "                                ";
static_assert(kBlank.size() == 32);
constexpr std::size_t kSlack = 32;  // behind the text of a row, so that its last cell can be copied in one piece too

/// `text` in `columns` columns at most, with the ellipsis in place of its middle. The part after the last colon stays
/// whole. Returns the columns that it takes: less where a wide character does not fit.
std::size_t append_shortened(TextBuffer& out, std::string_view text, std::size_t columns, std::string_view ellipsis) {
  const std::size_t colon = text.rfind(':');
  std::string_view tail = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  if (display_width(tail) + 2 > columns) tail = {};
  const std::size_t room = columns - 1 - display_width(tail);
  const std::string_view host = text.substr(0, text.size() - tail.size());
  const std::string_view back = fitting_end(host, room / 2);
  const std::string_view front = fitting(host, room - display_width(back));
  out.append(front);
  out.append(ellipsis);
  out.append(back);
  out.append(tail);
  return display_width(front) + 1 + display_width(back) + display_width(tail);
}

/// The beginning of `text` and the ellipsis, in `columns` columns at most; returns how many.
std::size_t append_beginning(TextBuffer& out, std::string_view text, std::size_t columns, std::string_view ellipsis) {
  const std::string_view front = fitting(text, columns - 1);
  out.append(front);
  out.append(ellipsis);
  return display_width(front) + 1;
}

/// Whether a cell tells nothing. A number with a mark of severity does tell something.
bool is_blank(std::string_view cell) {
  return cell.empty() || cell == "0" || cell == "-" || cell == "none" || cell == "*";
}

}  // namespace

TextTable::TextTable(TextBuffer& out, std::vector<Heading> headings, Options options)
    : out_(out),
      headings_(std::move(headings)),
      options_(options),
      widths_(headings_.size()),
      widest_cell_(headings_.size()),
      told_(headings_.size()) {
  row_.cells.reserve(headings_.size());
}

void TextTable::end_row() {
  static_cast<void>(row_.text.reserve(kSlack));
  if (settled_) {
    write_row(row_);
  } else {
    for (std::size_t i = 0; i < row_.cells.size(); ++i) {
      widest_cell_[i] = std::max(widest_cell_[i], row_.cells[i].width);
    }
    if (options_.width != 0) note_blank_cells();
    waiting_.push_back(row_);
    if (waiting_.size() == kScreenful) settle_widths();
  }
  row_.text.clear();
  row_.cells.clear();
}

void TextTable::finish() {
  if (!settled_) settle_widths();
}

std::vector<std::string_view> TextTable::hidden_headings() const {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    if (is_hidden(i)) out.push_back(headings_[i].text);
  }
  return out;
}

void TextTable::note_blank_cells() {
  const std::string_view text = row_.text.view();
  std::size_t start = 0;
  for (std::size_t i = 0; i < row_.cells.size(); ++i) {
    if (!is_blank(text.substr(start, row_.cells[i].end - start))) told_[i] = true;
    start = row_.cells[i].end;
  }
}

void TextTable::settle_widths() {
  settled_ = true;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const std::size_t heading = options_.header ? headings_[i].text.size() : 0;
    widths_[i] = std::max({widest_cell_[i], headings_[i].least_width, heading});
  }
  if (options_.width != 0) place_columns();
  if (options_.header) write_header();
  for (const Row& row : waiting_) write_row(row);
  waiting_.clear();
  waiting_.shrink_to_fit();
}

void TextTable::place_columns() {
  constexpr std::size_t kLeastHeading = 4;
  std::vector<ColumnShape> shapes;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const Heading& heading = headings_[i];
    std::size_t text = options_.header ? heading.text.size() : 0;
    if (!heading.short_text.empty()) {
      text = std::min(text, heading.short_text.size());
    } else if (heading.align == Align::right && !heading.answer) {
      text = std::min(text, kLeastHeading);
    }
    const std::size_t shortened = std::max({widest_cell_[i], heading.least_width, text});
    const bool words = heading.shorten == Shorten::end;
    shapes.push_back({.natural = widths_[i],
                      .shortened = shortened,
                      .least = words ? std::min(shortened, std::max(heading.least_cell, text)) : shortened,
                      .rank = heading.rank,
                      .blank = !told_[i] && !waiting_.empty(),
                      .address = heading.shorten == Shorten::middle,
                      .answer = heading.answer,
                      .detail = heading.detail,
                      .kept = heading.kept});
  }
  placed_ = lay_out(shapes, options_.width, options_.second_line);
  for (std::size_t i = 0; i < placed_.size(); ++i) widths_[i] = placed_[i].width;
}

void TextTable::append_heading(TextBuffer& out, std::size_t column) const {
  const Heading& heading = headings_[column];
  if (heading.text.size() <= widths_[column]) return out.append(heading.text);
  if (!heading.short_text.empty() && heading.short_text.size() <= widths_[column])
    return out.append(heading.short_text);
  append_shortened(out, heading.text, widths_[column], options_.ellipsis);
}

void TextTable::write_header() {
  Row header;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const std::size_t start = header.text.size();
    if (options_.width == 0 || in_line(i)) append_heading(header.text, i);
    header.cells.push_back({header.text.size(), display_width(header.text.view().substr(start)), {}});
  }
  static_cast<void>(header.text.reserve(kSlack));
  if (options_.width == 0) return write_row(header);
  write_cut(header);
}

void TextTable::write_row(const Row& row) {
  if (options_.width != 0) {
    write_within_terminal(row);
    return;
  }
  // One reservation a row, then pointers: this is the hottest loop of the table.
  const std::string_view text = row.text.view();
  std::size_t room = text.size() + 1 + std::max(kBlank.size(), kSlack);
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    room += widths_[i] + kGap + row.cells[i].colour.size() + kColourEnd.size();
  }
  char* to = out_.reserve(room);
  const auto put = [&](std::string_view part) {
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  };
  const auto put_cell = [&](std::string_view part) {
    if (part.size() > kSlack) return put(part);
    std::memcpy(to, part.data(), kSlack);  // of a fixed size, as below; the row has so much room behind it
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
      put_cell(text.substr(start, cell.end - start));
    } else {
      put(cell.colour);
      put_cell(text.substr(start, cell.end - start));
      put(kColourEnd);
    }
    if (!last) spaces(kGap + (headings_[i].align == Align::left ? padding : 0));
    start = cell.end;
  }
  *to++ = '\n';
  out_.commit(to);
}

std::size_t TextTable::last_in_line() const {
  std::size_t last = headings_.size();
  while (last > 0 && !in_line(last - 1)) --last;
  return last == 0 ? 0 : last - 1;
}

/// Columns of the terminal that the row takes. Padding behind the last cell does not count.
std::size_t TextTable::full_width(const Row& row) const {
  const std::size_t last = last_in_line();
  std::size_t full = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!in_line(i)) continue;
    const bool padded = i != last || headings_[i].align == Align::right;
    full += (padded ? std::max(widths_[i], row.cells[i].width) : row.cells[i].width) + (i == last ? 0 : kGap);
  }
  return full;
}

/// As write_row(), within the terminal's width. Cells that are wider than their columns are shortened if the column was
/// narrowed or the row does not fit. If the row still does not fit, its end is replaced by the ellipsis.
void TextTable::write_within_terminal(const Row& row) {
  const std::string_view text = row.text.view();
  const bool fits = full_width(row) <= options_.width;
  Row shown;
  std::size_t start = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Span& cell = row.cells[i];
    const std::string_view part = text.substr(start, cell.end - start);
    const Shorten shorten = headings_[i].shorten;
    const std::size_t least = shorten == Shorten::middle ? kLeastAddress : 1;
    const std::size_t wanted = std::max(widths_[i], least);
    const bool narrowed = widths_[i] < widest_cell_[i];
    const bool too_wide = (narrowed || !fits) && shorten != Shorten::no && cell.width > wanted;
    std::size_t width = cell.width;
    if (!in_line(i)) {
      // written below, or not at all
    } else if (too_wide && shorten == Shorten::middle) {
      width = append_shortened(shown.text, part, wanted, options_.ellipsis);
    } else if (too_wide) {
      width = append_beginning(shown.text, part, wanted, options_.ellipsis);
    } else {
      shown.text.append(part);
    }
    shown.cells.push_back({shown.text.size(), width, cell.colour});
    start = cell.end;
  }
  write_cut(shown);
  write_below(row);
}

void TextTable::write_cut(const Row& row) {
  const std::string_view text = row.text.view();
  const std::size_t last = last_in_line();
  const bool cut = full_width(row) > options_.width;
  std::size_t room = cut ? options_.width - 1 : options_.width;
  const auto spaces = [&](std::size_t count) {
    const std::size_t taken = std::min(count, room);
    out_.append(taken, ' ');
    room -= taken;
  };
  std::size_t start = 0;
  bool first = true;
  for (std::size_t i = 0; i < row.cells.size() && room > 0; ++i) {
    const Span& cell = row.cells[i];
    if (!in_line(i)) {
      start = cell.end;
      continue;
    }
    const std::size_t padding = widths_[i] > cell.width ? widths_[i] - cell.width : 0;
    if (!first) spaces(kGap);
    first = false;
    if (headings_[i].align == Align::right) spaces(padding);
    if (room == 0) break;
    const std::string_view shown = fitting(text.substr(start, cell.end - start), room);
    if (!cell.colour.empty()) out_.append(cell.colour);
    out_.append(shown);
    if (!cell.colour.empty()) out_.append(kColourEnd);
    room -= std::min(room, shown.size() == cell.end - start ? cell.width : room);
    if (headings_[i].align == Align::left && i != last) spaces(padding);
    start = cell.end;
  }
  if (cut) out_.append(options_.ellipsis);
  out_.append('\n');
}

/// Writes what has no room in the line: "    rtt 1.2ms  cwnd 10", in as many lines as it takes. Empty and usual cells
/// are left out.
void TextTable::write_below(const Row& row) {
  constexpr std::size_t kIndent = 4;
  const std::string_view text = row.text.view();
  std::size_t column = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Span& cell = row.cells[i];
    const std::string_view part = text.substr(start, cell.end - start);
    start = cell.end;
    if (placed_[i].place != Place::below || part.empty() || part == headings_[i].usual) continue;
    const std::string_view name = headings_[i].short_text.empty() ? headings_[i].text : headings_[i].short_text;
    const std::size_t width = name.size() + 1 + cell.width;
    if (kIndent + width > options_.width) {
      // A cell that is longer than a line gets lines of its own.
      if (column != 0) out_.append('\n');
      column = 0;
      const std::string first = std::string(std::min(kIndent, options_.width / 8), ' ') + ascii_lower(name) + " ";
      if (headings_[i].shorten == Shorten::middle && first.size() + kLeastAddress <= options_.width) {
        out_.append(first);
        append_shortened(out_, part, options_.width - first.size(), options_.ellipsis);
        out_.append('\n');
        continue;
      }
      // A word alone can be longer than the terminal is wide.
      const std::string lines = wrapped(first, part, options_.width);
      for (std::string_view left = lines; !left.empty(); left.remove_prefix(left.find('\n') + 1)) {
        out_.append(fitting(left.substr(0, left.find('\n')), options_.width));
        out_.append('\n');
      }
      continue;
    }
    if (column != 0 && column + kGap + width > options_.width) {
      out_.append('\n');
      column = 0;
    }
    const std::size_t before = column == 0 ? std::min(kIndent, options_.width / 8) : kGap;
    out_.append(before, ' ');
    std::size_t room = options_.width - std::min(options_.width, column + before);
    const auto put = [&](std::string_view words) {
      const std::string_view shown = fitting(words, room);
      out_.append(shown);
      room -= display_width(shown);
    };
    put(ascii_lower(name) + " ");
    if (!cell.colour.empty()) out_.append(cell.colour);
    put(part);
    if (!cell.colour.empty()) out_.append(kColourEnd);
    column += before + width;
  }
  if (column != 0) out_.append('\n');
}

}  // namespace tcpstat::render
