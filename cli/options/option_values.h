#pragma once
// Words that users type, as values. Each parser fails with one sentence that names the word and what would be right.

#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "check/value_range.h"
#include "cli/options/trace_sources.h"
#include "cli/terminal.h"
#include "filter/filter.h"
#include "filter/transition_kind.h"
#include "model/column.h"
#include "parsers/host/sources.h"
#include "render/formats.h"
#include "report/rule.h"
#include "survey/sorter.h"

namespace tcpstat::cli::options {

/// A whole sentence for the user, without "tcpstat: ".
struct UsageError {
  std::string sentence;
};
template <typename T>
using Parsed = tl::expected<T, UsageError>;

inline tl::unexpected<UsageError> usage_error(std::string sentence) {
  return tl::make_unexpected(UsageError{std::move(sentence)});
}

using host::SourceId;
using render::FormatId;

/// Drawings of the machine, beside the formats.
enum class Drawing : std::uint8_t { none, dot, mermaid };

/// `"word"`, or its beginning; what it holds is made safe where it is printed (cli/notes.h).
std::string in_quotes(std::string_view word);

/// The pieces between commas; empty pieces are left out.
std::vector<std::string> split_list(const std::vector<std::string>& values);

/// What `--state` selects: all words that do not begin with `!` or `^`, or all states if there are none, less those
/// that do.
Parsed<StateSet> parse_states(const std::vector<std::string>& words);
/// `ADDR[/LEN][:PORT]`.
Parsed<filter::EndpointPattern> parse_pattern(std::string_view word);
/// What to type if an address without brackets ends like a port, as netstat prints ends. Empty for any other word.
std::string port_hint(std::string_view word);
/// A number, a range `N-M`, or a service name (services(5)).
Parsed<filter::PortRange> parse_ports(std::string_view word);
/// The port of a service of TCP (services(5)).
std::optional<std::uint16_t> service_port(std::string_view word);
/// A number or a name (passwd(5)).
Parsed<std::uint32_t> parse_user(const std::string& word);
/// little or big.
Parsed<std::endian> parse_byte_order(std::string_view word);
/// A decimal number that is at most `most`; `what` names it in the sentence.
Parsed<std::uint64_t> parse_count(std::string_view word, std::string_view what, std::uint64_t most);
/// Decimal seconds; 0 is nothing (no limit).
Parsed<std::optional<std::chrono::milliseconds>> parse_timeout(std::string_view word);
/// Decimal seconds, at least `least`.
Parsed<std::chrono::milliseconds> parse_interval(std::string_view word, std::chrono::milliseconds least,
                                                 std::string_view what = "interval");
/// As time_length() of base/point_in_time.h, and not 0. A unit is needed: 5 would be days to some, seconds to others.
Parsed<std::chrono::milliseconds> parse_duration(std::string_view word);
/// Bytes: 500M, 1G, 1GiB; a unit is a power of 1024. At least 1M: less is a unit that was forgotten.
Parsed<std::uint64_t> parse_size(std::string_view word);
/// Since 1970; see base/point_in_time.h. "7d" is seven days ago, as "-7d" is.
Parsed<std::chrono::microseconds> parse_past(std::string_view word, std::chrono::microseconds now);
/// The same for the end of a span: a whole second or millisecond is meant to its end, because that is how times are
/// shown.
Parsed<std::chrono::microseconds> parse_past_end(std::string_view word, std::chrono::microseconds now);
Parsed<const Column*> parse_column(std::string_view word);
/// `COL[:asc|desc]`.
Parsed<survey::SortKey> parse_sort_key(std::string_view word);
Parsed<FormatId> parse_format(std::string_view word);
/// Null for "auto": the first that works.
Parsed<const TraceSourceInfo*> parse_trace_source(std::string_view word);
/// `illegal`, …, `lost`.
Parsed<filter::TransitionKind> parse_transition_kind(std::string_view word);
/// None for any other word.
Drawing find_drawing(std::string_view word);
/// The source of that name; any other word is a file.
SourceId parse_source(std::string_view word);
/// Both since 1970; `to` is the last moment.
struct TimeSpan {
  std::chrono::microseconds from;
  std::chrono::microseconds to;
};
/// An hour without a day as its end is the first one after its beginning; after "-2d" it is the last one that has been.
/// It may end before it begins.
Parsed<TimeSpan> parse_time_span(std::string_view from, std::string_view to, std::chrono::microseconds now);
/// `FROM..TO`, which ends after it begins.
Parsed<TimeSpan> parse_time_span(std::string_view word, std::chrono::microseconds now);
/// auto, always or never.
Parsed<When> parse_when(std::string_view word);
/// A key of `history --by`.
Parsed<std::string> parse_history_key(std::string_view word);
/// Where records are unless --record names another place.
inline constexpr const char* kRecordDirectory = "/var/lib/tcpstat";
/// How a command names the record in this directory: " --record DIR"; empty where it is there.
std::string record_option(const std::string& directory);
/// A key of `summary --by`, in any case and with `-` or `_`.
Parsed<std::string> parse_group_key(std::string word);

/// The range of -w or -c, which `option` names in the sentence.
Parsed<check::ValueRange> parse_range(std::string_view word, std::string_view option);
/// The id of a rule.
Parsed<std::string> parse_rule(const std::string& word);
/// `RULE.NAME=VALUE` into `to`.
std::optional<UsageError> parse_threshold(const std::string& word, Thresholds& to);

}  // namespace tcpstat::cli::options
