#include "record/history_builder.h"

#include <algorithm>
#include <numeric>

#include "base/quantity_text.h"
#include "base/timestamp.h"
#include "model/kernel_facts.h"
#include "model/state.h"
#include "record/counts.h"

namespace tcpstat::record {
namespace {

using std::chrono::microseconds;

/// Stands between the parts of a name; no rule, state or family contains it.
constexpr char kBetween = ' ';

std::string joined(std::string_view first, std::string_view second) {
  return std::string(first) + kBetween + std::string(second);
}

/// The state's place in the kernel's order, if the series is named after a state.
std::size_t rank_of(const HistorySeries& series) {
  const auto all = states();
  const auto at = std::find_if(all.begin(), all.end(), [&](const StateInfo& one) { return one.name == series.name; });
  return static_cast<std::size_t>(at - all.begin());
}

/// Moves the `most` best ones to the front, where they stay in their order among themselves. The others follow.
template <typename Item, typename Better>
void put_best_first(std::vector<Item>& items, std::uint64_t most, Better better) {
  if (items.size() <= most) return;
  std::vector<std::size_t> ranked(items.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&](std::size_t a, std::size_t b) { return better(items[a], items[b]); });
  std::sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(most));
  std::vector<Item> out;
  out.reserve(items.size());
  for (const std::size_t at : ranked) out.push_back(std::move(items[at]));
  items = std::move(out);
}

bool matters_more(const PastFinding& a, const PastFinding& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  return a.ended != b.ended ? b.ended : a.end > b.end;
}

}  // namespace

namespace count_name {

std::string state(std::string_view family, std::string_view state) { return joined(family, state); }
std::string listener(std::string_view endpoint, std::string_view what) { return joined(endpoint, what); }
std::string finding(std::string_view rule, std::string_view subject) { return joined(rule, subject); }

}  // namespace count_name

HistoryBuilder::HistoryBuilder(std::string by, std::optional<std::chrono::milliseconds> step) : prefix_(by + "/") {
  history_.by = std::move(by);
  history_.step = step;
  history_.counts_growth = history_.by == "counter";
  history_.has_findings = history_.by == "finding";
}

std::int32_t HistoryBuilder::series_of(std::string_view name) {
  if (!name.starts_with(prefix_)) return kOther;
  name.remove_prefix(prefix_.size());
  // It is a gauge and no counter; the states tell the same (RFC 4022, tcpCurrEstab).
  if (history_.counts_growth && name == "curr_estab") return kOther;
  // Both families of a state are one series.
  if (history_.by == "state") name.remove_prefix(std::min(name.find(kBetween) + 1, name.size()));
  const auto [at, is_new] = series_.try_emplace(std::string(name), static_cast<std::int32_t>(history_.series.size()));
  if (is_new) {
    history_.series.emplace_back().name = name;
    history_.series.back().values.resize(history_.times.size());
    sums_.emplace_back();
    sample_.emplace_back();
  }
  return at->second;
}

void HistoryBuilder::put(std::size_t series, std::optional<std::uint64_t> value) {
  HistorySeries& to = history_.series[series];
  Sums& sums = sums_[series];
  if (history_.counts_growth) value = growth(std::exchange(sums.before, value), value);
  if (!value) return;
  std::optional<std::uint64_t>& step = to.values.back();
  step = history_.counts_growth ? step.value_or(0) + *value : std::max(step.value_or(0), *value);
  to.least = std::min(to.least.value_or(*value), *value);
  to.greatest = std::max(to.greatest.value_or(0), *value);
  to.last = value;
  sums.total += static_cast<double>(*value);
  ++sums.samples;
}

void HistoryBuilder::add_numbers(const Table& table) {
  for (std::size_t slot = series_of_slot_.size(); slot < table.slots(); ++slot) {
    series_of_slot_.push_back(series_of(table.word(table.row(slot)[kCountName])));
  }
  std::fill(sample_.begin(), sample_.end(), std::nullopt);
  for (std::size_t slot = 0; slot < table.slots(); ++slot) {
    const std::int32_t series = series_of_slot_[slot];
    if (series == kOther || !table.is_used(slot)) continue;
    const auto value = from_cell(table.row(slot)[kCountValue]);
    auto& sum = sample_[static_cast<std::size_t>(series)];
    if (value) sum = sum.value_or(0) + *value;
  }
  for (std::size_t series = 0; series < sample_.size(); ++series) {
    history_.series[series].values.resize(history_.times.size());
    put(series, sample_[series]);
  }
}

void HistoryBuilder::add_findings(microseconds at, const Table& table) {
  std::unordered_map<std::string, std::size_t> now;
  for (std::size_t slot = 0; slot < table.slots(); ++slot) {
    if (!table.is_used(slot)) continue;
    const auto row = table.row(slot);
    std::string_view name = table.word(row[kCountName]);
    if (!name.starts_with(prefix_)) continue;
    name.remove_prefix(prefix_.size());
    const std::size_t between = std::min(name.find(kBetween), name.size());
    const auto known = unfinished_.find(std::string(name));
    std::size_t index = history_.findings.size();
    if (known != unfinished_.end()) {
      index = known->second;
    } else {
      PastFinding& begun = history_.findings.emplace_back();
      begun.rule = name.substr(0, between);
      begun.subject = name.substr(std::min(between + 1, name.size()));
      begun.begin = at;
    }
    PastFinding& finding = history_.findings[index];
    const auto severity = static_cast<Severity>(
        std::min(from_cell(row[kCountValue]).value_or(0), static_cast<std::uint64_t>(Severity::critical)));
    if (finding.message.empty() || severity > finding.severity) finding.message = table.word(row[kCountText]);
    finding.severity = std::max(finding.severity, severity);
    finding.end = at;
    ++finding.samples;
    now.emplace(name, index);
  }
  for (const auto& [name, index] : unfinished_) {
    if (!now.contains(name)) history_.findings[index].ended = true;
  }
  unfinished_ = std::move(now);
}

void HistoryBuilder::note_gap(const FileHeader& file, const FrameHeader& header, microseconds at) {
  constexpr int kLate = 2;  // intervals: a sample of a busy host may come behind its time
  const microseconds interval = std::chrono::milliseconds(file.interval_ms);
  const auto note = [&](Gaps& gaps, std::uint64_t count) {
    if (gaps.count == 0) {
      gaps.from = history_.to;
      gaps.to = at;
    }
    gaps.count += count;
  };
  const bool thinned = (header.flags & record::thinned) != 0;
  // A writer that was killed may leave out numbers, and begins a file.
  const std::uint64_t lost = file.first_sample == file_ ? lost_before(header, number_) : 0;
  const bool pause = !thinned && interval.count() > 0 && at - history_.to > kLate * interval;
  if (lost > 0) note(lost_, lost);
  if (pause && lost == 0) note(pauses_, 1);
  if ((lost > 0 || pause) && !history_.step) history_.times.push_back(history_.to + interval);
}

void HistoryBuilder::tell_gaps() {
  const auto between = [](const Gaps& gaps) { return timestamp(gaps.from) + " and " + timestamp(gaps.to); };
  if (lost_.count > 0) {
    history_.coverage.lose("record_gap", counted(lost_.count, "sample") + (lost_.count == 1 ? " is" : " are") +
                                             " missing, the first between " + between(lost_));
  }
  if (pauses_.count > 0) {
    const std::string more = pauses_.count > 1 ? ", nor " + counted(pauses_.count - 1, "other time") : "";
    history_.coverage.warn("record_pause", "nothing was recorded between " + between(pauses_) + more);
  }
}

void HistoryBuilder::add(const FileHeader& file, const FrameHeader& header, const Table& table) {
  const auto at = std::chrono::floor<microseconds>(std::chrono::nanoseconds(header.wall_ns));
  if (history_.samples > 0) note_gap(file, header, at);
  number_ = header.sample;
  if (history_.samples > 0 && file.boot_id != boot_) {
    // The kernel counts from zero again.
    for (Sums& sums : sums_) sums.before.reset();
    history_.coverage.warn("host_restarted",
                           "the host was started anew between " + timestamp(history_.to) + " and " + timestamp(at));
  }
  boot_ = file.boot_id;
  if (history_.samples == 0) history_.from = at;
  history_.to = at;
  ++history_.samples;
  if (!history_.step || history_.times.empty()) {
    history_.times.push_back(at);
  } else {
    // Steps without a sample have no value. If the clock was set back, a new step begins.
    const microseconds step = *history_.step;
    constexpr int kMostEmpty = 100'000;
    const microseconds since = at - history_.times.back();
    if (since < microseconds(0) || since / step > kMostEmpty) history_.times.push_back(at);
    while (at >= history_.times.back() + step) history_.times.push_back(history_.times.back() + step);
  }
  // If the clock was set back, the next file begins before the time that is asked for, so that its key is not visited.
  if (header.kind == FrameKind::key || file.first_sample != file_) series_of_slot_.clear();
  file_ = file.first_sample;
  if (history_.has_findings) {
    add_findings(at, table);
  } else {
    add_numbers(table);
  }
}

History HistoryBuilder::take(std::optional<std::uint64_t> limit) {
  tell_gaps();
  auto& series = history_.series;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (sums_[i].samples > 0) series[i].mean = sums_[i].total / static_cast<double>(sums_[i].samples);
    series[i].values.resize(history_.times.size());
  }
  std::erase_if(series, [](const HistorySeries& one) { return !one.greatest; });
  std::stable_sort(series.begin(), series.end(), [this](const HistorySeries& a, const HistorySeries& b) {
    if (history_.by == "state") return rank_of(a) < rank_of(b);
    // Series of one listener stay together. The writer put the fullest listener first.
    return history_.by != "listener" && a.greatest > b.greatest;
  });
  const auto cut = [&](auto& list) {
    if (!limit || list.size() <= *limit) return;
    history_.left_out = list.size() - *limit;
    list.resize(static_cast<std::size_t>(*limit));
  };
  // Series that were zero all the time must not take the place of others.
  const auto was_zero = [](const HistorySeries& one) { return one.greatest == 0U; };
  if (limit && series.size() > *limit) {
    std::stable_partition(series.begin(), series.end(), [&](const HistorySeries& one) { return !was_zero(one); });
    const auto first_gone = series.begin() + static_cast<std::ptrdiff_t>(*limit);
    history_.zeros_left_out = static_cast<std::uint64_t>(std::count_if(first_gone, series.end(), was_zero));
  }
  if (limit && history_.by == "listener") {
    put_best_first(series, *limit,
                   [](const HistorySeries& a, const HistorySeries& b) { return a.greatest > b.greatest; });
  }
  if (limit) put_best_first(history_.findings, *limit, matters_more);
  cut(series);
  cut(history_.findings);
  return std::move(history_);
}

}  // namespace tcpstat::record
