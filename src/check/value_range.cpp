#include "check/value_range.h"

#include <charconv>
#include <string>

namespace tcpstat::check {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r\x1c\x1d\x1e\x1f";  // those of Python's int()
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Takes away single underscores between digits; nothing if there are others.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return out;
}

/// A whole number, or one with a decimal point and perhaps an exponent.
std::optional<long double> number(std::string_view text) {
  const bool whole = text.find('.') == std::string_view::npos;
  const auto plain = without_underscores(without_blanks(text));
  if (!plain) return std::nullopt;
  std::string_view digits = *plain;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || !(is_digit(digits[0]) || digits[0] == '.')) return std::nullopt;
  if (whole && digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const char* end = digits.data() + digits.size();
  long double value = 0;
  if (whole) {
    if (std::from_chars(digits.data(), end, value).ptr != end) return std::nullopt;
  } else {
    double rounded = 0;
    const auto [stopped, error] = std::from_chars(digits.data(), end, rounded);
    if (stopped != end) return std::nullopt;
    value = rounded;
    if (error == std::errc::result_out_of_range) {
      const std::size_t exponent = digits.find_first_of("eE");
      const bool tiny = exponent != std::string_view::npos && digits.substr(exponent + 1).starts_with('-');
      value = tiny ? 0 : std::numeric_limits<long double>::infinity();
    }
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<ValueRange> ValueRange::parse(std::string_view text) {
  ValueRange range;
  range.inverted_ = text.starts_with('@');
  if (range.inverted_) text.remove_prefix(1);
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    const std::string_view start = text.substr(0, colon);
    text.remove_prefix(colon + 1);
    if (start == "~") {
      range.start_ = -std::numeric_limits<long double>::infinity();
    } else if (!start.empty()) {
      const auto value = number(start);
      if (!value) return std::nullopt;
      range.start_ = *value;
    }
  }
  if (!text.empty()) {
    const auto value = number(text);
    if (!value) return std::nullopt;
    range.end_ = *value;
  }
  if (range.start_ > range.end_) return std::nullopt;
  return range;
}

}  // namespace tcpstat::check
