#include "render/text_table.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "render/palette.h"

namespace tcpstat::render {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastAddress = 12;  // less of an address tells nothing
constexpr std::string_view kBlank = "                                ";
static_assert(kBlank.size() == 32);
constexpr std::size_t kSlack = 32;  // behind the text of a row, so that its last cell can be copied in one piece too

/// `text` in `columns` columns, the ellipsis in place of its middle; what follows the last colon stays whole.
void append_shortened(TextBuffer& out, std::string_view text, std::size_t columns, std::string_view ellipsis) {
  const std::size_t colon = text.rfind(':');
  std::size_t tail = colon == std::string_view::npos ? 0 : text.size() - colon;
  if (tail + 2 > columns) tail = 0;
  const std::size_t room = columns - 1 - tail;
  const std::size_t back = std::min(room / 2, text.size() - tail);
  out.append(fitting(text, room - back));
  out.append(ellipsis);
  // Addresses are ASCII; of a host name that is not, the back part may begin within a character, so it is left out.
  const std::string_view end = text.substr(text.size() - tail - back);
  out.append(display_width(end) == end.size() ? end : text.substr(text.size() - tail));
}

}  // namespace

TextTable::TextTable(TextBuffer& out, std::vector<Heading> headings, Options options)
    : out_(out),
      headings_(std::move(headings)),
      options_(options),
      widths_(headings_.size()),
      widest_cell_(headings_.size()) {
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
  if (options_.width != 0) {
    narrow_numbers();
    narrow_addresses();
  }
  if (options_.header) write_header();
  for (const Row& row : waiting_) write_row(row);
  waiting_.clear();
  waiting_.shrink_to_fit();
}

/// On a narrow terminal the words above numbers are what takes the room: they are shortened before any data is cut.
void TextTable::narrow_numbers() {
  constexpr std::size_t kLeastHeading = 4;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const std::size_t total = total_width();
    if (total <= options_.width) return;
    if (headings_[i].align != Align::right) continue;
    const std::size_t least = std::max(widest_cell_[i], kLeastHeading);
    const std::size_t wanted = widths_[i] - std::min(widths_[i], total - options_.width);
    widths_[i] = std::min(widths_[i], std::max(least, wanted));
  }
}

/// Then long addresses give way: if all columns fit with addresses of a full IPv4 endpoint's width, they do; else
/// everything up to the last address.
void TextTable::narrow_addresses() {
  constexpr std::size_t kFullIpv4 = 21;  // 255.255.255.255:65535
  if (total_width() <= options_.width || share_width(headings_.size(), kFullIpv4)) return;
  std::size_t columns = headings_.size();
  while (columns > 0 && headings_[columns - 1].shorten == Shorten::no) --columns;
  share_width(columns, kLeastAddress);
}

/// Makes the first `columns` columns fit by giving those with addresses equal shares of the room, at least `least` or
/// what they need; false if there is not that much.
bool TextTable::share_width(std::size_t columns, std::size_t least) {
  std::vector<std::size_t> addresses;
  std::size_t taken = columns < headings_.size() ? 2 : 0;  // a space and the ellipsis that stands for the others
  for (std::size_t i = 0; i < columns; ++i) {
    taken += i > 0 ? kGap : 0;
    if (headings_[i].shorten == Shorten::middle) {
      addresses.push_back(i);
    } else {
      taken += widths_[i];
    }
  }
  if (addresses.empty() || taken + addresses.size() * least > options_.width) return false;
  std::size_t room = options_.width - taken;
  std::sort(addresses.begin(), addresses.end(), [this](auto a, auto b) { return widths_[a] < widths_[b]; });
  for (std::size_t left = addresses.size(); left > 0; --left) {
    std::size_t& width = widths_[addresses[addresses.size() - left]];
    width = std::min(width, room / left);
    room -= width;
  }
  return true;
}

void TextTable::write_header() {
  Row header;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    const std::string_view text = headings_[i].text;
    if (text.size() > widths_[i]) {
      append_shortened(header.text, text, widths_[i], options_.ellipsis);
      header.cells.push_back({header.text.size(), widths_[i], {}});
    } else {
      header.text.append(text);
      header.cells.push_back({header.text.size(), text.size(), {}});
    }
  }
  static_cast<void>(header.text.reserve(kSlack));
  write_row(header);
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

/// Columns of the terminal that the row takes. Padding behind the last cell does not count.
std::size_t TextTable::full_width(const Row& row) const {
  std::size_t full = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const bool last = i + 1 == row.cells.size();
    const bool padded = !last || headings_[i].align == Align::right;
    full += (padded ? std::max(widths_[i], row.cells[i].width) : row.cells[i].width) + (last ? 0 : kGap);
  }
  return full;
}

/// As write_row(), within the terminal's width. A row that does not fit first has addresses that are wider than their
/// columns shortened; the ellipsis takes the place of what still does not fit.
void TextTable::write_within_terminal(const Row& row) {
  if (full_width(row) <= options_.width) {
    write_cut(row);
    return;
  }
  const std::string_view text = row.text.view();
  Row shortened;
  std::size_t start = 0;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Span& cell = row.cells[i];
    const std::string_view part = text.substr(start, cell.end - start);
    const std::size_t wanted = std::max(widths_[i], kLeastAddress);
    const bool shorten = headings_[i].shorten == Shorten::middle && cell.width > wanted;
    if (shorten) {
      append_shortened(shortened.text, part, wanted, options_.ellipsis);
    } else {
      shortened.text.append(part);
    }
    shortened.cells.push_back({shortened.text.size(), shorten ? wanted : cell.width, cell.colour});
    start = cell.end;
  }
  write_cut(shortened);
}

void TextTable::write_cut(const Row& row) {
  const std::string_view text = row.text.view();
  const bool cut = full_width(row) > options_.width;
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

}  // namespace tcpstat::render
