#include "screen/table_view.h"

#include <algorithm>

#include "base/utf8.h"

namespace tcpstat::screen {
namespace {

constexpr std::size_t kGap = 2;
/// The mark and a space before each row.
constexpr std::size_t kMargin = 2;
/// Less than this of a sentence says nothing.
constexpr std::size_t kLeastRest = 44;

std::vector<std::size_t> natural_widths(const std::vector<Heading>& headings, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    std::size_t widest = display_width(headings[i].text);
    for (const Row& row : rows) widest = std::max(widest, display_width(row.cells[i]));
    if (headings[i].takes_rest) widest = std::min(widest, kLeastRest);
    widths.push_back(widest);
  }
  return widths;
}

/// The width of all columns that are shown; a column of width zero is not.
std::size_t total(const std::vector<std::size_t>& widths) {
  std::size_t sum = kMargin;
  for (const std::size_t width : widths) sum += width == 0 ? 0 : width + kGap;
  return sum - std::min(sum, kGap);
}

void drop_dispensable(const std::vector<Heading>& headings, std::vector<std::size_t>& widths, std::size_t columns) {
  while (total(widths) > columns) {
    std::size_t worst = headings.size();
    for (std::size_t i = 0; i < headings.size(); ++i) {
      if (widths[i] == 0 || headings[i].dispensable == 0) continue;
      if (worst == headings.size() || headings[i].dispensable > headings[worst].dispensable) worst = i;
    }
    if (worst == headings.size()) return;
    widths[worst] = 0;
  }
}

/// What can be shortened has at least so many columns.
constexpr std::size_t kLeastShortened = 9;

void shorten(const std::vector<Heading>& headings, std::vector<std::size_t>& widths, std::size_t columns) {
  while (total(widths) > columns) {
    std::size_t widest = headings.size();
    for (std::size_t i = 0; i < headings.size(); ++i) {
      if (!headings[i].shortens || widths[i] <= kLeastShortened) continue;
      if (widest == headings.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == headings.size()) break;
    --widths[widest];
  }
  for (std::size_t i = 0; i < headings.size(); ++i) {
    const std::size_t sum = total(widths);
    if (!headings[i].takes_rest || sum <= columns || widths[i] <= kLeastShortened) continue;
    widths[i] -= std::min(widths[i] - kLeastShortened, sum - columns);
  }
}

/// What still has no room is left out whole, from the right: a number or a port that is cut is another one. Returns
/// whether anything was.
bool leave_out(const std::vector<Heading>& headings, std::vector<std::size_t>& widths, std::size_t columns) {
  std::vector<std::size_t> kept = widths;
  shorten(headings, widths, columns);
  if (total(widths) <= columns) return false;
  const std::size_t room = columns - std::min(columns, kGap);  // beside the sign that something is missing
  for (std::size_t i = kept.size(); i-- > 1 && total(widths) > room;) {
    kept[i] = 0;
    widths = kept;
    shorten(headings, widths, room);
  }
  // The first column tells rows apart.
  if (total(widths) > room) widths.front() = room - std::min(room, kMargin);
  return true;
}

std::size_t put_cell(CellBuffer& to, std::size_t x, std::size_t y, std::string_view text, std::size_t width,
                     Align align, Tone tone) {
  const std::size_t used = std::min(display_width(text), width);
  const std::size_t start = align == Align::right ? x + width - used : x;
  to.put(start, y, text, tone, width);
  return x + width + kGap;
}

}  // namespace

std::string without_middle(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (display_width(text) <= width) return std::string(text);
  const std::size_t colon = text.rfind(':');
  std::string_view tail = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  if (tail.size() + 2 > width) tail = {};
  const std::string_view head = fitting(text.substr(0, text.size() - tail.size()), width - tail.size() - 1);
  return std::string(head) + std::string(ellipsis) + std::string(tail);
}

void draw_table(CellBuffer& to, Area area, const std::vector<Heading>& headings, const std::vector<Row>& rows,
                std::size_t selected, std::string_view ellipsis) {
  if (area.lines == 0) return;
  std::vector<std::size_t> widths = natural_widths(headings, rows);
  drop_dispensable(headings, widths, to.columns());
  const bool left_out = leave_out(headings, widths, to.columns());
  const std::size_t used = total(widths);
  for (std::size_t i = 0; i < headings.size(); ++i) {
    if (headings[i].takes_rest && widths[i] > 0) widths[i] += to.columns() - std::min(used, to.columns());
  }
  std::size_t x = kMargin;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    if (widths[i] > 0) x = put_cell(to, x, area.top, headings[i].text, widths[i], headings[i].align, Tone::strong);
  }
  if (left_out && to.columns() > 0) to.put(to.columns() - 1, area.top, ellipsis, Tone::strong);
  for (std::size_t line = 0; line < rows.size() && line + 1 < area.lines; ++line) {
    const std::size_t y = area.top + 1 + line;
    const Row& row = rows[line];
    to.put(0, y, std::string_view(&row.mark, 1), row.tone);
    x = kMargin;
    for (std::size_t i = 0; i < headings.size(); ++i) {
      if (widths[i] == 0) continue;
      std::string text = headings[i].shortens ? without_middle(row.cells[i], widths[i], ellipsis) : row.cells[i];
      if (display_width(text) > widths[i]) text = std::string(fitting(text, widths[i] - 1)) + std::string(ellipsis);
      x = put_cell(to, x, y, text, widths[i], headings[i].align, row.tone);
    }
    if (line == selected) to.paint(y, Tone::selected);
  }
}

}  // namespace tcpstat::screen
