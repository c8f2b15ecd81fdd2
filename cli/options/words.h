#pragma once
// Words that users type, as values. Each fails with one sentence that names the word and what would be right.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "filter/filter.h"
#include "model/column.h"

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

/// `"word"`, or its beginning; what it holds is made safe where it is printed (cli/notes.h).
std::string in_quotes(std::string_view word);

/// The pieces between commas; empty pieces are left out.
std::vector<std::string> split_list(const std::vector<std::string>& values);

/// What `--state` selects: all words that do not begin with `!` or `^`, or all states if there are none, less those
/// that do.
Parsed<StateSet> parse_states(const std::vector<std::string>& words);
/// `ADDR[/LEN][:PORT]`.
Parsed<filter::EndpointPattern> parse_pattern(std::string_view word);
/// A number, a range `N-M`, or a service name (services(5)).
Parsed<filter::PortRange> parse_ports(std::string_view word);
/// A number or a name (passwd(5)).
Parsed<std::uint32_t> parse_user(const std::string& word);
/// A decimal number that is at most `most`; `what` names it in the sentence.
Parsed<std::uint64_t> parse_count(std::string_view word, std::string_view what, std::uint64_t most);
/// Decimal seconds; 0 is nothing (no limit).
Parsed<std::optional<std::chrono::milliseconds>> parse_timeout(std::string_view word);
/// Decimal seconds, at least `least`.
Parsed<std::chrono::milliseconds> parse_interval(std::string_view word, std::chrono::milliseconds least);
Parsed<const Column*> parse_column(std::string_view word);

}  // namespace tcpstat::cli::options
