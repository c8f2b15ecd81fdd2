#include "cli/options/choices.h"

#include <algorithm>

#include "cli/options/read_option.h"
#include "report/metrics.h"

namespace tcpstat::cli::options {
namespace {

Failure read_format(const Words& words, FormatId& to) {
  if (auto failed = read_one(words, OptionId::format, to, parse_format)) return failed;
  if (!words.given(OptionId::json)) return std::nullopt;
  if (words.given(OptionId::format) && to != FormatId::json) return contradiction(words);
  to = FormatId::json;
  return std::nullopt;
}

/// Whether the verb prints that format.
Failure check_format(const Words& words, FormatId format) {
  const render::Format& asked = render::format(format);
  if (render::writes(asked, words.verb.document)) return std::nullopt;
  return not_printed(words, asked.name);
}

Failure read_columns(const Words& words, FormatId format, RowChoice& to) {
  for (const std::string& piece : words.pieces(OptionId::output)) {
    const bool add = piece.starts_with('+');
    if (piece == "+") return UsageError{"+ is followed by the name of a column: -o +COL"};
    const auto column = parse_column(std::string_view(piece).substr(add ? 1 : 0));
    if (!column) return column.error();
    // "+PID,PROCESS" adds both: what follows a + in one list belongs to it.
    (add || !to.added_columns.empty() ? to.added_columns : to.columns).push_back(*column);
  }
  if (!words.given(OptionId::output)) return std::nullopt;
  if (to.columns.empty() && to.added_columns.empty()) return UsageError{"--output names no column"};
  if (render::format(format).has_columns) return std::nullopt;
  return UsageError{"--output chooses columns of table, plain and csv; " + std::string(render::format(format).name) +
                    " always has all keys"};
}

bool is_rate(const Column& column) { return column.object == JsonObject::rates; }

}  // namespace

UsageError not_printed(const Words& words, std::string_view format) {
  return {std::string(words.verb.title) + " prints " + render::writers_of(words.verb.document) +
          std::string(words.verb.other_formats) + std::string(format) + std::string(words.verb.also_formats)};
}

UsageError contradiction(const Words& words) {
  return {"-j contradicts --format " + words.typed.value(OptionId::format).value_or("")};
}

Failure read_output_file(const Words& words, std::string& to) {
  auto failed = read_text(words, OptionId::output_file, to);
  if (!failed && to == "-") to.clear();  // as where files are read
  return failed;
}

Failure read(const Words& words, OutputChoice& to) {
  if (auto failed = read_format(words, to.format)) return failed;
  if (auto failed = check_format(words, to.format)) return failed;
  to.quiet = words.given(OptionId::quiet);
  to.verbose = words.given(OptionId::verbose);
  if (auto failed = read_one(words, OptionId::color, to.colour, parse_when)) return failed;
  return read_output_file(words, to.file);
}

Failure read(const Words& words, TextChoice& to) {
  to.header = !words.given(OptionId::no_header);
  to.truncate = !words.given(OptionId::no_truncate);
  return std::nullopt;
}

Failure read(const Words& words, FormatId format, RowChoice& to) {
  to.processes = words.given(OptionId::processes);
  to.info = words.given(OptionId::info);
  to.memory = words.given(OptionId::memory);
  to.extended = words.given(OptionId::extended);
  to.resolve = words.given(OptionId::resolve);
  if (auto failed = read_columns(words, format, to)) return failed;
  std::vector<survey::SortKey> keys;
  if (auto failed = read_each(words, OptionId::sort, keys, parse_sort_key)) return failed;
  for (const survey::SortKey& key : keys) {
    // Among rows that are equal by a column, that column decides nothing more.
    const bool again = std::any_of(to.sort.begin(), to.sort.end(),
                                   [&](const survey::SortKey& other) { return other.column == key.column; });
    if (!again) to.sort.push_back(key);
  }
  return read_count(words, OptionId::limit, to.limit);
}

Failure read(const Words& words, Sampling& to) {
  if (auto failed = read_interval(words, OptionId::interval, to.interval, kShortestInterval)) return failed;
  return read_positive(words, OptionId::count, to.count, "a watch takes at least one sample");
}

Failure read_rate(const Words& words, const filter::Filter& filter, const SourceChoice& source, RowChoice& to) {
  const auto among = [](const auto& columns) {
    return std::any_of(columns.begin(), columns.end(), [](const Column* one) { return is_rate(*one); });
  };
  const bool sorted =
      std::any_of(to.sort.begin(), to.sort.end(), [](const survey::SortKey& key) { return is_rate(*key.column); });
  const bool asked = words.given(OptionId::rate);
  if (asked && source.id == SourceId::record) {
    return UsageError{"--rate takes two samples of a live host, and a record keeps no rates"};
  }
  if (asked && !info(source.id).live()) {
    return UsageError{"--rate takes two samples of a live host; " + in_quotes(source.file) +
                      " has rates if it was saved with --rate (-o +SENT_BPS shows them)"};
  }
  if (asked && source.id == SourceId::proc) {
    return UsageError{"--rate compares tcp_info, which /proc does not have: --source netlink"};
  }
  // From other sources such a column is unknown, as all of tcp_info is.
  const bool sampled = info(source.id).live() && source.id != SourceId::proc;
  to.rate = sampled && (asked || filter.needs.columns.rates || sorted || among(to.columns) || among(to.added_columns));
  return std::nullopt;
}

Failure refuse_rates(const filter::Filter& filter, const SourceChoice& source) {
  if (!filter.needs.columns.rates || !info(source.id).live()) return std::nullopt;
  return UsageError{"a filter by rates compares two samples, which lists and watch take: tcpstat --rate"};
}

Failure read_mptcp(const Words& words, bool& mptcp, SourceChoice& source) {
  mptcp = words.given(OptionId::mptcp);
  if (!mptcp) return std::nullopt;
  source.mptcp = true;
  if (source.id == SourceId::file) return std::nullopt;
  if (source.id != SourceId::automatic && source.id != SourceId::netlink) {
    return UsageError{
        "--mptcp lists what netlink alone tells: --source netlink, or ndjson that was saved with --mptcp"};
  }
  source.id = SourceId::netlink;
  return std::nullopt;
}

Failure read_metrics_ports(const Words& words, std::string_view without_metrics, std::vector<std::uint16_t>& to) {
  std::vector<filter::PortRange> ranges;
  if (auto failed = read_each(words, OptionId::ports, ranges, parse_ports)) return failed;
  if (ranges.empty()) return std::nullopt;
  if (!without_metrics.empty()) return UsageError{std::string(without_metrics)};
  for (const filter::PortRange& range : ranges) {
    for (std::uint32_t port = range.first; port <= range.last; ++port) to.push_back(static_cast<std::uint16_t>(port));
  }
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
  if (to.size() <= Metrics::kMostPorts) return std::nullopt;
  return UsageError{"--ports takes at most " + std::to_string(Metrics::kMostPorts) +
                    " ports: each is eleven series of metrics"};
}

}  // namespace tcpstat::cli::options
