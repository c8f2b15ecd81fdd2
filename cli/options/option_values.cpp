#include "cli/options/option_values.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "base/ascii.h"
#include "base/nearest_word.h"
#include "base/point_in_time.h"
#include "base/shell_word.h"
#include "check/rules.h"
#include "report/record_history.h"
#include "survey/grouping.h"

namespace tcpstat::cli::options {
namespace {

template <typename Number>
std::optional<Number> decimal(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A second or a millisecond that somebody typed is meant as a whole.
std::chrono::microseconds end_of_typed(std::string_view word, std::chrono::microseconds time) {
  using namespace std::chrono;
  const bool second = floor<seconds>(time) == time && word.find('.') == std::string_view::npos;
  if (second) return time + seconds(1) - microseconds(1);
  return floor<milliseconds>(time) == time ? time + milliseconds(1) - microseconds(1) : time;
}

bool starts_like_number(std::string_view text) { return !text.empty() && text[0] >= '0' && text[0] <= '9'; }

/// "[2001:db8::1]:443" for "2001:db8::1:443", whose last piece could be a port; empty for what cannot be meant so.
std::string with_brackets(std::string_view word) {
  const std::size_t colon = word.rfind(':');
  if (colon == std::string_view::npos || !decimal<std::uint16_t>(word.substr(colon + 1))) return {};
  const auto address = parse_address(word.substr(0, colon));
  if (!address || address->family != Family::ipv6) return {};
  return "[" + std::string(word.substr(0, colon)) + "]:" + std::string(word.substr(colon + 1));
}

/// Address and length; `word` is quoted in errors.
Parsed<Prefix> parse_prefix(std::string_view text, std::string_view word) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = parse_address(text.substr(0, slash));
  if (const std::string meant = address ? "" : with_brackets(word); !meant.empty()) {
    return usage_error("unknown address " + in_quotes(word) + " (with a port it is " + meant + ")");
  }
  if (!address) {
    return usage_error("unknown address " + in_quotes(word) +
                       " (an address, not a host name: 192.0.2.1, 192.0.2.0/24:443, [2001:db8::]/32:443, :443)");
  }
  std::uint8_t length = address_bits(address->family);
  if (slash != std::string_view::npos) {
    const auto given = decimal<unsigned>(text.substr(slash + 1));
    if (!given || *given > length) {
      return usage_error("bad prefix length in " + in_quotes(word) + " (0 to " + std::to_string(length) + ")");
    }
    length = static_cast<std::uint8_t>(*given);
  }
  // Rows are compared un-mapped, so a v4-mapped prefix is the IPv4 prefix that it holds.
  constexpr std::uint8_t kMappedBits = 96;
  if (address->is_v4_mapped() && length >= kMappedBits) {
    return prefix_of(address->unmapped(), static_cast<std::uint8_t>(length - kMappedBits));
  }
  return prefix_of(*address, length);
}

/// "a, b or c".
std::string one_of(const std::vector<std::string_view>& names) {
  std::string all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) all += i + 1 == names.size() ? " or " : ", ";
    all += names[i];
  }
  return all;
}

/// "did you mean X? ", or nothing.
std::string meant(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view nearest = nearest_word(word, candidates);
  return nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ";
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  return all;
}

}  // namespace

std::string in_quotes(std::string_view word) { return '"' + std::string(word.substr(0, 200)) + '"'; }

std::vector<std::string> split_list(const std::vector<std::string>& values) {
  std::vector<std::string> pieces;
  for (const std::string& value : values) {
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t comma = std::min(value.find(',', at), value.size());
      if (comma > at) pieces.push_back(value.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return pieces;
}

Parsed<StateSet> parse_states(const std::vector<std::string>& words) {
  StateSet included;
  StateSet excluded;
  bool any_included = false;
  for (std::string_view word : words) {
    const bool exclude = word.starts_with('!') || word.starts_with('^');
    if (exclude) word.remove_prefix(1);
    if (exclude && word.empty()) return usage_error("! is followed by the state that it takes away: !TIME_WAIT");
    const std::optional<StateSet> set = parse_state_word(word);
    if (!set) {
      const std::string_view nearest = nearest_state_word(word);
      const std::string meant = nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ";
      return usage_error("unknown state " + in_quotes(word) + " (" + meant + "see: tcpstat --list states)");
    }
    (exclude ? excluded : included) |= *set;
    any_included = any_included || !exclude;
  }
  return (any_included ? included : StateSet::all()) - excluded;
}

std::optional<std::uint16_t> service_port(std::string_view word) {
  servent entry;
  servent* found = nullptr;
  std::array<char, 4096> buffer;
  const std::string name(word);
  if (::getservbyname_r(name.c_str(), "tcp", &entry, buffer.data(), buffer.size(), &found) != 0) return std::nullopt;
  if (found == nullptr) return std::nullopt;
  return ntohs(static_cast<std::uint16_t>(found->s_port));
}

Parsed<filter::PortRange> parse_ports(std::string_view word) {
  const std::string sentence =
      "unknown port " + in_quotes(word) +
      " (a number from 0 to 65535, a range like 8000-8999 or 1024-, or a name of /etc/services)";
  if (!starts_like_number(word) && !word.starts_with('-')) {
    const auto port = service_port(word);
    if (!port) return usage_error(sentence);
    return filter::PortRange{*port, *port};
  }
  const std::size_t dash = word.find('-');
  // 1024- and -1023 are open.
  const bool from_start = dash == 0 && word.size() > 1;
  const bool to_end = dash != std::string_view::npos && dash > 0 && dash + 1 == word.size();
  const auto first = from_start ? std::optional<std::uint16_t>(0) : decimal<std::uint16_t>(word.substr(0, dash));
  const auto last = to_end                           ? std::optional<std::uint16_t>(UINT16_MAX)
                    : dash == std::string_view::npos ? first
                                                     : decimal<std::uint16_t>(word.substr(dash + 1));
  if (!first || !last) return usage_error(sentence);
  if (*first > *last) return usage_error("the port range " + in_quotes(word) + " ends before it begins");
  return filter::PortRange{*first, *last};
}

std::string port_hint(std::string_view word) {
  const std::string meant = parse_address(word) ? with_brackets(word) : "";
  return meant.empty() ? meant : std::string(word) + " is an address without a port; with one: " + meant;
}

std::string record_option(const std::string& directory) {
  return directory == kRecordDirectory ? "" : " --record " + shell_word(directory);
}

Parsed<filter::EndpointPattern> parse_pattern(std::string_view word) {
  std::string_view address = word;
  std::optional<std::string_view> ports;
  if (word.starts_with('[')) {
    // [V6]/LEN:PORT or [V6/LEN]:PORT
    const std::size_t close = word.find(']');
    if (close == std::string_view::npos) return usage_error("the address " + in_quotes(word) + " lacks a ]");
    std::string joined(word.substr(1, close - 1));
    std::string_view rest = word.substr(close + 1);
    const std::size_t colon = rest.find(':');
    joined += rest.substr(0, colon);
    if (colon != std::string_view::npos) ports = rest.substr(colon + 1);
    const auto prefix = parse_prefix(joined, word);
    if (!prefix) return tl::make_unexpected(prefix.error());
    filter::EndpointPattern pattern{*prefix, std::nullopt};
    if (!ports || *ports == "*") return pattern;
    const auto range = parse_ports(*ports);
    if (!range) return tl::make_unexpected(range.error());
    pattern.ports = *range;
    return pattern;
  }
  // One colon separates a port; an unbracketed IPv6 address has more than one and no port.
  const std::size_t colon = word.find(':');
  if (colon != std::string_view::npos && word.find(':', colon + 1) == std::string_view::npos) {
    address = word.substr(0, colon);
    ports = word.substr(colon + 1);
  }
  filter::EndpointPattern pattern;
  if (!address.empty() && address != "*") {
    const auto prefix = parse_prefix(address, word);
    if (!prefix) return tl::make_unexpected(prefix.error());
    pattern.prefix = *prefix;
  }
  if (ports && *ports != "*") {
    const auto range = parse_ports(*ports);
    if (!range) return tl::make_unexpected(range.error());
    pattern.ports = *range;
  }
  return pattern;
}

Parsed<std::uint32_t> parse_user(const std::string& word) {
  if (const auto uid = decimal<std::uint32_t>(word)) return *uid;
  passwd entry;
  passwd* found = nullptr;
  std::vector<char> buffer(16 * 1024);
  if (::getpwnam_r(word.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_uid;
  }
  return usage_error("unknown user " + in_quotes(word) + " (a name or a user id; see: tcpstat --list users)");
}

Parsed<std::endian> parse_byte_order(std::string_view word) {
  if (word == "little") return std::endian::little;
  if (word == "big") return std::endian::big;
  return usage_error("unknown byte order " + in_quotes(word) + " (little or big)");
}

Parsed<std::uint64_t> parse_count(std::string_view word, std::string_view what, std::uint64_t most) {
  const auto value = decimal<std::uint64_t>(word);
  if (value && *value <= most) return *value;
  return usage_error("bad " + std::string(what) + " " + in_quotes(word) + " (a whole number, 0 to " +
                     std::to_string(most) + ")");
}

namespace {

constexpr double kLongest = 1e6;

tl::unexpected<UsageError> too_long(std::string_view what, std::string_view word) {
  return usage_error("bad " + std::string(what) + " " + in_quotes(word) + " (at most 1000000 seconds)");
}

}  // namespace

Parsed<std::optional<std::chrono::milliseconds>> parse_timeout(std::string_view word) {
  const auto seconds = decimal<double>(word);
  if (seconds && *seconds > kLongest) return too_long("timeout", word);
  if (!seconds || !(*seconds >= 0)) {
    return usage_error("bad timeout " + in_quotes(word) + " (seconds, as 10 or 0.5; 0 waits for ever)");
  }
  if (*seconds == 0) return std::optional<std::chrono::milliseconds>{};
  return std::optional(std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(*seconds)));
}

Parsed<std::chrono::milliseconds> parse_interval(std::string_view word, std::chrono::milliseconds least,
                                                 std::string_view what) {
  const auto seconds = decimal<double>(word);
  if (seconds && *seconds > kLongest) return too_long(what, word);
  const double least_seconds = std::chrono::duration<double>(least).count();
  if (!seconds || !(*seconds >= least_seconds)) {
    std::string shown = std::to_string(least_seconds);
    shown.erase(std::max(shown.find_last_not_of("0."), shown.find('.') - 1) + 1);
    const std::string examples = least_seconds < 1 ? "2 or 0.5" : least_seconds <= 2 ? "2 or 10" : shown + " or 60";
    return usage_error("bad " + std::string(what) + " " + in_quotes(word) + " (seconds, as " + examples +
                       "; at least " + shown + ")");
  }
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(*seconds));
}

Parsed<std::chrono::milliseconds> parse_duration(std::string_view word) {
  const auto length = time_length(word);
  if (length && length->count() > 0) return *length;
  const bool lacks_unit = decimal<std::uint64_t>(word).has_value();
  return usage_error("bad time " + in_quotes(word) + " (" + (lacks_unit ? "with a unit: " : "") +
                     "90s, 30m, 12h, 7d or 2w)");
}

Parsed<std::uint64_t> parse_size(std::string_view word) {
  constexpr std::string_view kUnits = "kmgt";
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  const auto number = decimal<std::uint64_t>(word.substr(0, digits));
  const std::string unit = ascii_lower(word.substr(digits));
  const std::size_t power = unit.empty() ? 0 : 1 + kUnits.find(unit.front());
  const std::string_view rest = std::string_view(unit).substr(unit.empty() ? 0 : 1);
  const bool known = unit.empty() || (power > 0 && (rest.empty() || rest == "b" || rest == "ib"));
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 20U;
  if (number && known && *number <= (UINT64_MAX / 4) >> (10 * power)) {
    const std::uint64_t size = *number << (10 * power);
    if (size >= kLeast) return size;
    return usage_error("bad size " + in_quotes(word) + " (at least 1M: 500M or 1G)");
  }
  return usage_error("bad size " + in_quotes(word) + " (bytes, as 500M or 1G)");
}

Parsed<std::chrono::microseconds> parse_past(std::string_view word, std::chrono::microseconds now) {
  if (const auto time = point_in_time(word, now)) return *time;
  if (const auto ago = time_length(word)) return now - *ago;
  return usage_error("bad time " + in_quotes(word) +
                     " (03:00, 'yesterday 03:00', -2h, '2026-11-27 03:00' or 2026-11-27T03:00:00Z)");
}

Parsed<std::chrono::microseconds> parse_past_end(std::string_view word, std::chrono::microseconds now) {
  auto time = parse_past(word, now);
  if (time) *time = end_of_typed(word, *time);
  return time;
}

Parsed<TimeSpan> parse_time_span(std::string_view from, std::string_view to, std::chrono::microseconds now) {
  const auto since = parse_past(from, now);
  if (!since) return tl::make_unexpected(since.error());
  const auto until = parse_past_end(to, now);
  if (!until) return tl::make_unexpected(until.error());
  TimeSpan span{*since, *until};
  // "09:00..10:00" at half past nine is this morning, and "yesterday 23:00..01:00" one night.
  const bool is_ago = time_length(from.substr(from.starts_with('-') ? 1 : 0)).has_value();
  const auto hour = hour_after(to, span.from);
  if (hour && (!is_ago || span.to < span.from)) span.to = end_of_typed(to, *hour);
  return span;
}

Parsed<TimeSpan> parse_time_span(std::string_view word, std::chrono::microseconds now) {
  const std::size_t dots = word.find("..");
  if (dots == std::string_view::npos) {
    return usage_error("bad time span " + in_quotes(word) + " (FROM..TO, as 03:00..03:10)");
  }
  auto span = parse_time_span(word.substr(0, dots), word.substr(dots + 2), now);
  if (span && span->to < span->from) {
    return usage_error("bad time span " + in_quotes(word) + " (it ends before it begins)");
  }
  return span;
}

Parsed<const Column*> parse_column(std::string_view word) {
  if (const Column* found = find_column(word)) return found;
  std::vector<std::string_view> names;
  for (const Column& column : columns()) names.push_back(column.name);
  return usage_error("unknown column " + in_quotes(word) + " (" + meant(word, names) + "see: tcpstat --list columns)");
}

Parsed<survey::SortKey> parse_sort_key(std::string_view word) {
  // As `ps --sort -rss` has it.
  const bool reversed = word.starts_with('-');
  const bool is_signed = reversed || word.starts_with('+');
  if (is_signed) word.remove_prefix(1);
  const std::size_t colon = word.find(':');
  const auto column = parse_column(word.substr(0, colon));
  if (!column) return tl::make_unexpected(column.error());
  if (is_signed && colon != std::string_view::npos) {
    return usage_error("two sort orders for " + in_quotes(word.substr(0, colon)) + " (-COL or COL:desc)");
  }
  const std::string_view order = colon == std::string_view::npos ? (reversed ? "desc" : "asc") : word.substr(colon + 1);
  if (order != "asc" && order != "desc") {
    return usage_error("unknown sort order " + in_quotes(order) + " (asc or desc)");
  }
  return survey::SortKey{*column, order == "desc"};
}

Parsed<FormatId> parse_format(std::string_view word) {
  std::vector<std::string_view> names;
  for (const render::Format& format : render::formats()) {
    if (format.name == word) return static_cast<FormatId>(names.size());
    names.push_back(format.name);
  }
  // `ss -f inet6`
  if (word == "inet" || word == "inet6") {
    return usage_error("unknown format " + in_quotes(word) + " (an address family is -4 or -6)");
  }
  return usage_error("unknown format " + in_quotes(word) + " (" + meant(word, names) + "see: tcpstat --list formats)");
}

Parsed<const TraceSourceInfo*> parse_trace_source(std::string_view word) {
  if (word == "auto") return static_cast<const TraceSourceInfo*>(nullptr);
  if (const TraceSourceInfo* source = find_trace_source(word)) return source;
  std::vector<std::string_view> names{"auto"};
  for (const TraceSourceInfo& source : kTraceSources) names.push_back(source.name);
  return usage_error("trace reads the kernel's announcements, so its source is " + one_of(names) + ", not " +
                     in_quotes(word));
}

Parsed<filter::TransitionKind> parse_transition_kind(std::string_view word) {
  if (const auto kind = filter::find_transition_kind(word)) return *kind;
  std::vector<std::string_view> names;
  for (const filter::TransitionKind kind : filter::transition_kinds()) names.push_back(filter::name(kind));
  return usage_error("unknown kind of transitions " + in_quotes(word) + " (" + meant(word, names) + one_of(names) +
                     ")");
}

Drawing find_drawing(std::string_view word) {
  if (word == "dot") return Drawing::dot;
  return word == "mermaid" ? Drawing::mermaid : Drawing::none;
}

SourceId parse_source(std::string_view word) {
  for (const host::SourceInfo& source : host::named_sources()) {
    if (source.name == word) return source.id;
  }
  return SourceId::file;
}

Parsed<When> parse_when(std::string_view word) {
  if (word == "auto") return When::automatic;
  if (word == "always") return When::always;
  if (word == "never") return When::never;
  return usage_error("unknown value " + in_quotes(word) + " of --color (auto, always or never)");
}

Parsed<std::string> parse_history_key(std::string_view word) {
  const std::vector<std::string_view> keys = history_keys();
  const auto at = std::find_if(keys.begin(), keys.end(), [word](std::string_view key) { return same_word(key, word); });
  if (at != keys.end()) return std::string(*at);
  std::string all;
  for (const std::string_view key : keys) all += (all.empty() ? "" : ", ") + std::string(key);
  return usage_error("history --by takes one of " + all + ", not " + in_quotes(word));
}

Parsed<std::string> parse_group_key(std::string word) {
  word = ascii_lower(word);
  std::replace(word.begin(), word.end(), '-', '_');
  const auto known = survey::group_key_names();
  if (std::find(known.begin(), known.end(), word) != known.end()) return word;
  const std::string_view nearest = nearest_word(word, known);
  return usage_error("unknown key " + in_quotes(word) + " of --by (" +
                     (nearest.empty() ? "one of " + joined(known) : "did you mean " + std::string(nearest) + "?") +
                     ")");
}

Parsed<check::ValueRange> parse_range(std::string_view word, std::string_view option) {
  const auto range = check::ValueRange::parse(word);
  // "" is an unset variable of a script, and never alarms. Whoever types another range without a number expects an
  // alarm.
  if (range && !word.empty() && word.find_first_of("0123456789") == std::string_view::npos) {
    return usage_error("bad range " + in_quotes(word) + " of --" + std::string(option) +
                       " (without a number it holds for all counts: 10, 10:, ~:10, 10:20 or @10:20)");
  }
  if (range) return *range;
  return usage_error("bad range " + in_quotes(word) + " of --" + std::string(option) +
                     " (10, 10:, ~:10, 10:20 or @10:20; the start is not above the end)");
}

static UsageError unknown_rule(std::string_view word, const std::vector<std::string_view>& known) {
  return UsageError{"unknown rule " + in_quotes(word) + " (" + meant(word, known) + "see: tcpstat --list rules)"};
}

Parsed<std::string> parse_rule(const std::string& word) {
  const std::vector<std::string_view> ids = check::finding_rule_ids();
  if (std::find(ids.begin(), ids.end(), word) != ids.end()) return word;
  if (check::find_rule(word) == nullptr) return tl::make_unexpected(unknown_rule(word, ids));
  return usage_error("the rule " + word +
                     " weighs in the findings of others, and has none of its own (see: tcpstat "
                     "check --list rules)");
}

std::optional<UsageError> parse_threshold(const std::string& word, Thresholds& to) {
  const std::size_t equals = word.find('=');
  const std::size_t dot = word.substr(0, equals).rfind('.');
  if (equals == std::string::npos || dot == std::string::npos) {
    return UsageError{"bad threshold " + in_quotes(word) + " (RULE.NAME=VALUE, see: tcpstat --list rules)"};
  }
  const std::string id = word.substr(0, dot);
  const std::string name = word.substr(dot + 1, equals - dot - 1);
  const RuleInfo* rule = check::find_rule(id);
  if (rule == nullptr) {
    std::vector<std::string_view> ids;
    for (const RuleInfo& one : check::all_rules()) ids.push_back(one.id);
    return unknown_rule(id, ids);
  }
  std::vector<std::string_view> names;
  for (const ThresholdInfo& threshold : rule->thresholds) names.push_back(threshold.name);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return UsageError{"the rule " + id + " has no threshold " + in_quotes(name) + " (" +
                      (names.empty() ? "it has none" : "one of " + joined(names)) + ")"};
  }
  double value = 0;
  const char* end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data() + equals + 1, end, value);
  if (error != std::errc{} || stopped != end || !std::isfinite(value)) {
    return UsageError{"bad value of the threshold " + in_quotes(word) + " (a number)"};
  }
  if (value < 0) {
    return UsageError{"bad value of the threshold " + in_quotes(word) +
                      " (what it is compared with is never negative)"};
  }
  to.set(id, name, value);
  return std::nullopt;
}

}  // namespace tcpstat::cli::options
