// A history for people: a line for each number with its course over time, or for each finding. Also a history as
// fields.

#include <time.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/quantity_text.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "base/wrapped.h"
#include "render/duration_text.h"
#include "render/field_line.h"
#include "render/history_writers.h"
#include "render/palette.h"
#include "render/sparkline.h"
#include "render/text_table.h"

namespace tcpstat::render {
namespace {

using std::chrono::microseconds;

/// "2026-11-27 03:00:00" in local time, in the form that --since reads.
std::string local_text(microseconds since_1970) {
  const auto seconds = static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(since_1970).count());
  tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local)};
}

std::string safe(std::string_view text, Charset charset) {
  TextBuffer out;
  append_escaped(out, text, charset);
  return std::string(out.view());
}

void put(TextTable& table, std::string_view text, std::string_view colour = {}) {
  table.cell().append(text);
  table.end_cell(display_width(text), colour);
}

/// The values in at most `most` steps, each the sum or the greatest of its part.
std::vector<std::optional<std::uint64_t>> in_steps(const std::vector<std::optional<std::uint64_t>>& values,
                                                   std::size_t most, bool sum) {
  if (values.size() <= most) return values;
  std::vector<std::optional<std::uint64_t>> steps(most);
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto& step = steps[i * most / values.size()];
    if (!values[i]) continue;
    step = sum ? step.value_or(0) + *values[i] : std::max(step.value_or(0), *values[i]);
  }
  return steps;
}

std::string rounded(double mean) {
  const auto tenths = static_cast<std::uint64_t>(std::llround(mean * 10));
  if (tenths >= 1000 || tenths % 10 == 0) return std::to_string((tenths + (tenths >= 1000 ? 5 : 0)) / 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string count_or_dash(const std::optional<std::uint64_t>& value) { return value ? std::to_string(*value) : "-"; }

void write_span(const Page& page, const History& history) {
  std::string to = local_text(history.to);
  const std::string from = local_text(history.from);
  constexpr std::size_t kDay = 11;  // with the blank behind it
  if (to.substr(0, kDay) == from.substr(0, kDay)) to = to.substr(kDay);
  page.out.append(from + " to " + to + ", " + counted(history.samples, "sample") + "\n");
}

void write_numbers(const Page& page, const History& history) {
  const std::string by = ascii_upper(history.by);
  const bool of_ends = history.by == "listener" || history.by == "remote_prefix";
  TextTable table(page.out,
                  {{by, Align::left, 0, of_ends ? TextTable::Shorten::middle : TextTable::Shorten::end, {}, 12},
                   {.text = "LEAST", .align = Align::right, .answer = true},
                   {"MEAN", Align::right},
                   {"MOST", Align::right},
                   {"LAST", Align::right},
                   {history.counts_growth ? "GROWTH" : "OVER TIME", Align::left}},
                  {.header = page.header, .width = page.width, .ellipsis = ellipsis(page.charset)});
  // Series that were zero all the time share one line, unless there are no others.
  const auto is_zero = [](const HistorySeries& series) { return series.greatest == 0U; };
  const auto zeros = static_cast<std::size_t>(std::count_if(history.series.begin(), history.series.end(), is_zero));
  const bool all_zero = zeros == history.series.size();
  // Beside the bars there is room for four numbers and for the names, which tell rows apart.
  constexpr std::size_t kNumbers = 28;
  std::size_t beside = kNumbers + 22;
  for (const HistorySeries& series : history.series) {
    if (is_zero(series) && !all_zero) continue;
    beside = std::max(beside, kNumbers + display_width(safe(series.name, page.foreign)));
  }
  const std::size_t steps =
      page.width == 0 ? 40 : std::clamp<std::size_t>(page.width, beside + 10, beside + 60) - beside;
  const std::uint64_t quiet = (all_zero ? 0 : zeros) + history.zeros_left_out;
  for (const HistorySeries& series : history.series) {
    if (is_zero(series) && !all_zero) continue;
    put(table, safe(series.name, page.foreign));
    put(table, count_or_dash(series.least));
    put(table, rounded(series.mean));
    put(table, count_or_dash(series.greatest));
    put(table, count_or_dash(series.last));
    put(table, sparkline(in_steps(series.values, steps, history.counts_growth), page.charset));
    table.end_row();
  }
  table.finish();
  if (quiet > 0)
    page.out.append(std::to_string(quiet) + (quiet == 1 ? " other was" : " others were") + " 0 all the time\n");
}

void write_findings(const Page& page, const History& history) {
  for (const PastFinding& finding : history.findings) {
    const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(finding.end - finding.begin);
    std::string line = local_text(finding.begin) + "  ";
    const std::string length =
        finding.samples == 1 ? "in one sample" : "for " + duration_text(static_cast<std::uint64_t>(lasted.count()));
    line += finding.ended ? length : "not ended";
    line += "  ";
    page.out.append(line);
    const bool coloured = page.colour == Colour::yes && !colour_of(finding.severity).empty();
    if (coloured) page.out.append(colour_of(finding.severity));
    page.out.append(ascii_upper(name(finding.severity)));
    if (coloured) page.out.append(kColourEnd);
    const std::string who = safe(finding.rule, page.foreign) + "  " + safe(finding.subject, page.foreign);
    const std::size_t taken = line.size() + name(finding.severity).size();
    const bool fits = page.width == 0 || taken + 2 + display_width(who) <= page.width;
    page.out.append(fits ? "  " + who + "\n" : "\n" + wrapped("    ", who, page.width));
    page.out.append(page.width == 0 ? "    " + safe(finding.message, page.foreign) + "\n"
                                    : wrapped("    ", safe(finding.message, page.foreign), page.width));
  }
  if (history.findings.empty()) {
    page.out.append("no findings\n");
    return;
  }
  const auto worst =
      std::max_element(history.findings.begin(), history.findings.end(),
                       [](const PastFinding& a, const PastFinding& b) { return a.severity < b.severity; });
  // Local time would mean two times where a clock goes back.
  page.out.append("run: tcpstat check --at " + timestamp(worst->begin) + history.options + "\n");
}

}  // namespace

void write_history_text(const Page& page, const RunFacts& /*facts*/, const History& history) {
  if (history.samples == 0) {
    page.out.append("no samples\n");
    return;
  }
  write_span(page, history);
  if (history.has_findings) {
    write_findings(page, history);
  } else {
    write_numbers(page, history);
  }
  const std::uint64_t more = history.left_out - history.zeros_left_out;
  if (more > 0) page.out.append(std::to_string(more) + " more\n");
}

void write_history_fields(const Page& page, const History& history, char separator) {
  FieldLine line(page.out, separator);
  if (history.has_findings) {
    if (page.header) {
      line.header(std::array<std::string_view, 7>{"begin", "end", "ended", "severity", "rule", "subject", "message"});
    }
    for (const PastFinding& finding : history.findings) {
      line.fields(std::array<std::string, 7>{timestamp(finding.begin), timestamp(finding.end),
                                             finding.ended ? "true" : "false", std::string(name(finding.severity)),
                                             safe(finding.rule, page.foreign), safe(finding.subject, page.foreign),
                                             safe(finding.message, page.foreign)});
    }
    return;
  }
  if (page.header) line.header(std::array<std::string_view, 3>{"time", history.by, "value"});
  for (std::size_t i = 0; i < history.times.size(); ++i) {
    const std::string time = timestamp(history.times[i]);
    for (const HistorySeries& series : history.series) {
      if (!series.values[i]) continue;
      line.fields(std::array<std::string, 3>{time, safe(series.name, page.foreign), std::to_string(*series.values[i])});
    }
  }
}

}  // namespace tcpstat::render
