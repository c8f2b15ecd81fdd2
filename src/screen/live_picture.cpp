// What LiveView draws: the head with the worst problem, counts, tabs, rows, what is known of one, and the keys.

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "render/sparkline.h"
#include "report/check_report.h"
#include "screen/live_view.h"

namespace tcpstat::screen {
namespace {

/// Screens narrower than these lack sparklines and the pane.
constexpr std::size_t kSparklineColumns = 80;
constexpr std::size_t kWideColumns = 120;
constexpr std::size_t kPaneColumns = 70;
constexpr std::size_t kPaneLines = 22;
constexpr std::size_t kHeadLines = 3;
/// How many columns of their names tabs show, as there is room.
constexpr std::array<std::size_t, 3> kTabNames = {40, 4, 0};

}  // namespace

void LiveView::draw(CellBuffer& to) {
  if (manner_.hosts != nullptr) names_.turn();
  draw_head(to);
  draw_counts(to, 1);
  draw_tabs(to, 2);
  if (to.lines() <= kHeadLines + 1) return;
  Area rest{kHeadLines, to.lines() - kHeadLines - 1};
  if (page_) {
    draw_page(to, rest);
  } else {
    rest.lines -= draw_pane(to, rest);
    draw_rows(to, rest);
  }
  draw_foot(to);
}

void LiveView::draw_head(CellBuffer& to) const {
  const check::Judged& judged = data_.judged;
  // Where there is no room for both, the verdict is worth more than host and interval.
  const bool narrow = to.columns() < kSparklineColumns && judged.status >= Severity::unknown;
  std::string head =
      narrow ? "tcpstat " + data_.local_time
             : "tcpstat " + safe(data_.host, manner_.charset) + "  " + data_.local_time + "  " + interval_text(kept_);
  if (kept_ > interval_) head += narrow ? "  slowed" : " (slowed from " + interval_text(interval_) + ")";
  if (!replayed_.empty()) head += "  " + replayed_;
  std::size_t x = to.put(0, 0, head, Tone::strong);
  if (paused_) x = to.put(x, 0, "  PAUSED", Tone::warning);
  const std::size_t left = to.columns() - std::min(x, to.columns());
  std::string verdict = "  " + std::string(status_word(judged.status));
  if (!judged.problems.empty() && judged.problems.front().finding.severity >= Severity::unknown) {
    const Finding& worst = judged.problems.front().finding;
    if (!worst.netns.empty()) verdict += " netns " + safe(worst.netns, manner_.charset) + ":";
    const bool fits = display_width(verdict) + 1 + display_width(worst.message) <= left;
    verdict += " " + safe(fits || worst.brief.empty() ? worst.message : worst.brief, manner_.charset);
  } else if (!judged.reading.coverage.complete) {
    verdict += " " + safe(judged.reading.coverage.why_incomplete(), manner_.charset);
  }
  if (display_width(verdict) > left && left > 0)
    verdict = std::string(fitting(verdict, left - 1)) + std::string(manner_.ellipsis());
  to.put(x, 0, verdict, tone_of(judged.status, Tone::ok));
}

void LiveView::draw_counts(CellBuffer& to, std::size_t line) const {
  const Report& reading = data_.judged.reading;
  std::vector<const StateInfo*> shown;
  for (const StateInfo& one : states()) {
    const bool ever = std::any_of(data_.history.begin(), data_.history.end(),
                                  [&](const auto& tally) { return tally && tally->count(one.state) > 0; });
    if (ever && reading.counted().has(one.state)) shown.push_back(&one);
  }
  const std::size_t history = to.columns() < kSparklineColumns ? 0 : to.columns() < kWideColumns ? 5 : 10;
  const auto width = [&](const StateInfo* one) {
    return one->name.size() + 1 + std::to_string(reading.tally.count(one->state)).size() +
           (history > 0 ? history + 1 : 0) + 2;
  };
  std::string_view without = manner_.ellipsis();  // there are some, and no room for them
  if (reading.counted().empty()) {
    without = "not read";
  } else if (shown.empty()) {
    without = reading.coverage.complete ? "no sockets" : "no sockets seen";
  }
  std::size_t all = 0;
  for (const StateInfo* one : shown) all += width(one);
  // A state that does not fit is left out whole: a cut number would be another number.
  while (!shown.empty() && all > to.columns() + 2) {
    const auto least = std::min_element(shown.begin(), shown.end(), [&](const StateInfo* a, const StateInfo* b) {
      return reading.tally.count(a->state) < reading.tally.count(b->state);
    });
    all -= width(*least);
    shown.erase(least);
  }
  std::size_t x = 0;
  for (const StateInfo* one : shown) {
    to.put(x, line, std::string(one->name) + " " + std::to_string(reading.tally.count(one->state)));
    if (history > 0) {
      std::vector<std::optional<std::uint64_t>> values;
      const std::size_t known = std::min(data_.history.size(), history);
      for (std::size_t i = data_.history.size() - known; i < data_.history.size(); ++i)
        values.push_back(data_.history[i] ? std::optional(data_.history[i]->count(one->state)) : std::nullopt);
      to.put(x + width(one) - 2 - known, line, render::sparkline(values, manner_.sparks));
    }
    x += width(one);
  }
  if (shown.empty()) to.put(0, line, without, Tone::dim);
}

void LiveView::draw_tabs(CellBuffer& to, std::size_t line) const {
  std::size_t x = 0;
  // The chosen one keeps its name; the others have as much of theirs as there is room for.
  const auto text = [&](std::size_t i, std::size_t longest) {
    std::string out = std::to_string(i + 1);
    const std::string_view name = i == tab_ ? tabs_[i]->title() : tabs_[i]->title().substr(0, longest);
    if (!name.empty()) out += " " + std::string(name);
    const std::optional<std::uint64_t> count = tabs_[i]->count(data_);
    out += " " + (count ? std::to_string(*count) : "-");
    return i == tab_ ? "[" + out + "]" : out;
  };
  const auto fits = [&](std::size_t longest) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < kTabs; ++i) sum += text(i, longest).size() + 2;
    return sum <= to.columns() + 2;  // behind the last one is no gap
  };
  const auto longest = std::find_if(kTabNames.begin(), kTabNames.end(), fits);
  for (std::size_t i = 0; i < kTabs; ++i) {
    const std::string shown = text(i, longest == kTabNames.end() ? 0 : *longest);
    x = to.put(x, line, shown, i == tab_ ? Tone::selected : Tone::dim) + 2;
  }
}

void LiveView::draw_rows(CellBuffer& to, Area area) {
  std::vector<std::string> above = tab().above(data_, manner_);
  if (above.size() + 3 > area.lines) above.resize(area.lines > 3 ? area.lines - 3 : 0);
  for (const std::string& line : above) {
    to.put(0, area.top++, line, Tone::strong);
    --area.lines;
  }
  const std::size_t rows = tab().rows(data_, manner_);
  if (rows == 0) {
    to.put(2, area.top, safe(tab().nothing(data_), manner_.charset), Tone::dim);
    return;
  }
  page_lines_ = std::max<std::size_t>(area.lines > 1 ? area.lines - 1 : 1, 1);
  Place& at = place();
  at.row = std::min(at.row, rows - 1);
  at.first = std::min(at.first, at.row);
  if (at.row >= at.first + page_lines_) at.first = at.row + 1 - page_lines_;
  if (rows >= page_lines_)
    at.first = std::min(at.first, rows - page_lines_);
  else
    at.first = 0;
  std::vector<Row> visible;
  for (std::size_t i = at.first; i < rows && visible.size() < page_lines_; ++i)
    visible.push_back(tab().row(data_, i, manner_));
  draw_table(to, area, tab().headings(manner_), visible, at.row - at.first, manner_.ellipsis());
}

std::size_t LiveView::draw_pane(CellBuffer& to, Area area) {
  if (to.columns() < kPaneColumns || to.lines() < kPaneLines || tab().rows(data_, manner_) == 0) return 0;
  const std::string text = tab().pane(data_, std::min(place().row, tab().rows(data_, manner_) - 1), manner_);
  if (text.empty()) return 0;
  std::vector<std::string> lines = lines_of(text, to.columns() - 2);
  const std::size_t most = area.lines / 2;
  if (lines.size() > most) lines.resize(most);
  const std::size_t top = area.top + area.lines - lines.size() - 1;
  std::string rule;
  for (std::size_t i = 0; i < to.columns(); ++i) rule += manner_.charset == Charset::utf8 ? "─" : "-";
  to.put(0, top, rule, Tone::dim);
  for (std::size_t i = 0; i < lines.size(); ++i) to.put(1, top + 1 + i, lines[i]);
  return lines.size() + 1;
}

void LiveView::draw_page(CellBuffer& to, Area area) {
  Page& page = *page_;
  page_lines_ = std::max<std::size_t>(area.lines - 1, 1);
  const std::vector<std::string> lines = lines_of(page.text, to.columns() - 2);
  if (lines.size() > page_lines_) {
    page.first = std::min(page.first, lines.size() - page_lines_);
  } else {
    page.first = 0;
  }
  std::string title = page.title;
  if (lines.size() > page_lines_) {
    title += "  (" + std::to_string(page.first + 1) + "-" +
             std::to_string(std::min(lines.size(), page.first + page_lines_)) + " of " + std::to_string(lines.size()) +
             ")";
  }
  to.put(0, area.top, title, Tone::strong);
  for (std::size_t i = 0; i < page_lines_ && page.first + i < lines.size(); ++i)
    to.put(1, area.top + 1 + i, lines[page.first + i]);
}

void LiveView::draw_foot(CellBuffer& to) const {
  const std::size_t y = to.lines() - 1;
  if (typing_) {
    const std::size_t x = to.put(0, y, "filter: " + safe(*typing_, manner_.charset), Tone::strong);
    to.put(x, y, "_");
    if (!message_.empty()) to.put(x + 3, y, message_, Tone::warning);
    return;
  }
  if (!message_.empty()) {
    to.put(0, y, message_, Tone::strong);
    return;
  }
  if (page_) {
    to.put(0, y, "Esc back  y copy", Tone::dim);
    return;
  }
  std::string text;
  if (!filter_words_.empty()) text += "filter: " + safe(filter_words_, manner_.charset) + "  ";
  if (data_.depth == check::Depth::rows) text += "many sockets: judged without tcp_info and owners  ";
  if (!replayed_.empty()) text += "left, right: one sample  ";
  // A key that does not fit is left out whole; ? tells all of them.
  for (const std::string_view key : {"q quit", "? help", "Enter open", "/ filter", "space pause", "e explain", "y copy",
                                     "s sort", "f follow", "Tab next"}) {
    if (display_width(text) + key.size() > to.columns()) break;
    text.append(key).append("  ");
  }
  to.put(0, y, text, Tone::dim);
}

}  // namespace tcpstat::screen
