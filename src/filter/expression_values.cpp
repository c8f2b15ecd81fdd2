#include "filter/expression_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/ascii.h"
#include "base/nearest_word.h"

namespace tcpstat::filter {
namespace {

tl::unexpected<ExpressionError> wrong(const Token& token, std::string problem, std::string remedy = {}) {
  return tl::make_unexpected(ExpressionError{std::move(problem), std::move(remedy), token.place});
}

std::string meant(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view nearest = nearest_word(word, candidates);
  return nearest.empty() ? "" : "did you mean " + std::string(nearest) + "?";
}

/// A decimal or, with 0x, a hexadecimal number.
std::optional<std::uint64_t> number_in(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A number of 32 bits.
std::optional<std::uint32_t> short_number_in(std::string_view text) {
  const auto value = number_in(text);
  return value && *value <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

struct Unit {
  std::string_view name;
  std::uint64_t size;
};
constexpr auto kMicroseconds = std::to_array<Unit>(
    {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"h", 3600000000}, {"d", 86400000000}});
constexpr auto kSizes = std::to_array<Unit>({{"k", 1000},
                                             {"K", 1000},
                                             {"M", 1000000},
                                             {"G", 1000000000},
                                             {"T", 1000000000000},
                                             {"Ki", 1ULL << 10U},
                                             {"Mi", 1ULL << 20U},
                                             {"Gi", 1ULL << 30U},
                                             {"Ti", 1ULL << 40U}});

std::optional<std::uint64_t> unit_size(std::string_view word, std::span<const Unit> units) {
  const auto at = std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.name == word; });
  return at == units.end() ? std::nullopt : std::optional(at->size);
}

/// An amount in the smallest unit.
struct Quantity {
  std::uint64_t whole = 0;
  bool more = false;  ///< and a fraction of one
};

/// DIGITS[.DIGITS] times `size`; nothing if it does not fit.
std::optional<Quantity> quantity(std::string_view digits, std::uint64_t size) {
  const std::size_t dot = std::min(digits.find('.'), digits.size());
  const auto whole = number_in(digits.substr(0, dot));
  Quantity out;
  if (!whole || __builtin_mul_overflow(*whole, size, &out.whole)) return std::nullopt;
  // From the last digit to the first, so that nothing is rounded before the end: .25 is (2 + 5 / 10) / 10.
  const std::string_view decimals = digits.substr(std::min(dot + 1, digits.size()));
  std::uint64_t part = 0;
  for (auto digit = decimals.rbegin(); digit != decimals.rend(); ++digit) {
    if (*digit < '0' || *digit > '9') return std::nullopt;
    part += size * static_cast<std::uint64_t>(*digit - '0');
    out.more = out.more || part % 10 != 0;
    part /= 10;
  }
  if (__builtin_add_overflow(out.whole, part, &out.whole)) return std::nullopt;
  return out;
}

Test number_test(const Field& field, Comparison comparison, Quantity quantity) {
  // 1.5 lies between two whole numbers: "less than 1.5" is "at most 1", and "at least 1.5" is "greater than 1".
  if (quantity.more && comparison == Comparison::less) comparison = Comparison::at_most;
  if (quantity.more && comparison == Comparison::at_least) comparison = Comparison::greater;
  return NumberTest{field.column, comparison, quantity.whole};
}

}  // namespace

Understood<StateSet> parse_state_list(const Token& token) {
  StateSet set;
  const std::string_view text = token.text;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view word = text.substr(at, comma - at);
    const auto states = parse_state_word(word);
    if (!states) {
      const std::string_view nearest = nearest_state_word(word);
      Token piece = token;
      piece.place += at;
      return wrong(
          piece, "unknown state " + in_quotes(word),
          (nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ") + "see: tcpstat --list states");
    }
    set |= *states;
    at = comma + 1;
  }
  return set;
}

Understood<Test> parse_mark(const Token& token) {
  const std::string_view text = token.text;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto value = short_number_in(text.substr(0, slash));
  const auto mask = slash == text.size() ? UINT32_MAX : short_number_in(text.substr(slash + 1));
  if (!value || !mask)
    return wrong(token, "bad mark " + in_quotes(text), "a number of 32 bits, as 5, 0x10 or 0x10/0xff");
  if ((*value & ~*mask) != 0) {
    return wrong(token, "the mark " + in_quotes(text) + " matches nothing", "it has bits that its mask leaves out");
  }
  return Test(MarkTest{*value, *mask});
}

Understood<Test> parse_device(const Token& token) {
  if (const auto number = short_number_in(token.text)) return Test(DeviceTest{{}, *number});
  // As in ss: "if7" is the device of that name, or the one with that index if there is none.
  constexpr std::string_view kNumbered = "if";
  const bool numbered =
      token.text.starts_with(kNumbered) && token.text.find_first_not_of("0123456789", 2) == std::string::npos;
  const auto index = numbered ? short_number_in(std::string_view(token.text).substr(kNumbered.size())) : std::nullopt;
  return Test(DeviceTest{token.text, index.value_or(0)});
}

Understood<Test> parse_number(const Token& token, const Field& field, Comparison comparison) {
  const std::string_view text = token.text;
  const bool time = field.kind == FieldKind::duration;
  const std::string remedy =
      time ? "a number with a unit: 500us, 20ms, 1.5s, 3m, 2h, 1d" : "a number, as 100, 64k (1000) or 64Ki (1024)";
  const auto unknown = [&] {
    return wrong(token, "bad value " + in_quotes(text) + " of " + std::string(field.name), remedy);
  };
  if (text.starts_with("0x")) {
    const auto value = number_in(text);
    if (!value || (time && !field.unit_in_name)) return unknown();
    return Test(NumberTest{field.column, comparison, *value});
  }
  const std::size_t unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view unit = text.substr(unit_at);
  if (unit_at == 0) return unknown();
  const bool in_microseconds = field.column->name.ends_with("_US");
  std::uint64_t size = 1;
  std::uint64_t divisor = 1;
  if (!unit.empty()) {
    const auto known = time ? unit_size(unit, kMicroseconds) : unit_size(unit, kSizes);
    if (!known) return unknown();
    size = *known;
    divisor = time && !in_microseconds ? 1000 : 1;
  } else if (time && !field.unit_in_name && text.find_first_not_of("0.") != std::string_view::npos) {
    return wrong(token, "the value " + in_quotes(text) + " of " + std::string(field.name) + " has no unit",
                 "for example " + std::string(text) + "ms");
  }
  auto value = quantity(text.substr(0, unit_at), size);
  if (!value) return unknown();
  value->more = value->more || value->whole % divisor != 0;
  value->whole /= divisor;
  if (value->more && comparison == Comparison::equal) {
    return wrong(token, in_quotes(text) + " is finer than " + std::string(field.name) + " is kept",
                 "compare with < and >");
  }
  return number_test(field, comparison, *value);
}

Understood<Test> parse_word(const Token& token, const Field& field) {
  std::vector<std::string_view> words;
  if (field.column->id == ColumnId::ORPHAN) {
    for (unsigned i = 1; i <= static_cast<unsigned>(kLastOrphan); ++i) words.push_back(name(static_cast<Orphan>(i)));
  } else if (field.column->kind == ColumnKind::boolean) {
    words = {"yes", "no"};
  } else if (field.column->id == ColumnId::MPTCP_ROLE) {
    words = {"initial", "joined", "initial-backup", "joined-backup"};
  } else if (field.column->id == ColumnId::FLAGS) {
    for (const RowFlagInfo& flag : kRowFlags) words.push_back(flag.name);
  } else if (field.column->id == ColumnId::TIMER) {
    for (unsigned i = 0; !name(static_cast<TimerKind>(i)).empty(); ++i)
      words.push_back(name(static_cast<TimerKind>(i)));
  } else {
    return Test(WordTest{field.column, token.text});
  }
  for (const std::string_view word : words) {
    if (same_word(word, token.text)) return Test(WordTest{field.column, std::string(word)});
  }
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  const std::string remedy = meant(token.text, words);
  return wrong(token, "unknown " + std::string(field.name) + " " + in_quotes(token.text),
               remedy.empty() ? "one of " + all : remedy);
}

}  // namespace tcpstat::filter
