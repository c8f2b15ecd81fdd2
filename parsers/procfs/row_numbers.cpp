#include "parsers/procfs/row_numbers.h"

#include <charconv>

#include "base/quantity_text.h"

namespace tcpstat::procfs {
namespace {

/// The number that begins a row such as "0: 0100007F:0016 …".
std::optional<std::uint64_t> number_of_row(std::string_view row) {
  const std::size_t begin = row.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = row.data() + row.size();
  const auto [stop, error] = std::from_chars(row.data() + begin, end, number);
  if (error != std::errc{} || stop == end || *stop != ':') return std::nullopt;
  return number;
}

}  // namespace

void RowNumbers::see_first(std::uint64_t number) {
  begins_later_ = number > 0;
  // Without a header, missing rows are reported in any case.
  if (begins_later_ && begin_ == Begin::header) jump(number);
}

void RowNumbers::jump(std::uint64_t to) {
  if (++jumps_ > 1) return;
  from_ = last_.value_or(0);
  to_ = to;
}

void RowNumbers::see(std::string_view row) {
  const std::optional<std::uint64_t> number = number_of_row(row);
  if (!number) return;
  if (!last_) {
    see_first(*number);
  } else if (*number > *last_ + 1) {
    jump(*number);
  } else if (*number <= *last_ && (*number > 0 || begins_later_)) {
    is_counted_ = false;
  }
  last_ = number;
}

std::string RowNumbers::missing() const {
  if (jumps_ == 0 || !is_counted_) return {};
  if (begins_later_ && begin_ == Begin::header) return "rows are missing: the first has number " + std::to_string(to_);
  std::string sentence =
      "rows are missing: their numbers jump from " + std::to_string(from_) + " to " + std::to_string(to_);
  if (jumps_ > 1) sentence += ", and so " + counted(jumps_ - 1, "more time");
  return sentence;
}

}  // namespace tcpstat::procfs
