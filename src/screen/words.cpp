#include "screen/words.h"

#include <algorithm>

#include "base/text_buffer.h"
#include "base/wrapped.h"

namespace tcpstat::screen {
namespace {

/// "why  " of "why  a descriptor leak": the lines that continue it are indented as far.
std::string_view label_of(std::string_view line) {
  constexpr std::size_t kLongest = 14;
  const std::size_t end = line.find("  ");
  if (end == std::string_view::npos || end == 0) return {};
  const std::size_t text = line.find_first_not_of(' ', end);
  return text == std::string_view::npos || text > kLongest ? std::string_view() : line.substr(0, text);
}

template <typename Use>
void each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    use(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

std::string safe(std::string_view text, Charset charset) {
  TextBuffer out;
  render::append_escaped(out, render::shown_in(charset, text), charset);
  return std::string(out.view());
}

std::string interval_text(std::chrono::milliseconds interval) {
  std::string text = std::to_string(interval.count() / 1000);
  if (const auto rest = interval.count() % 1000; rest != 0) {
    text += "." + std::to_string(1000 + rest).substr(1);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "s";
}

std::string bar(std::uint64_t value, std::uint64_t most, std::size_t columns, Charset charset) {
  const double share = most == 0 ? (value > 0 ? 1.0 : 0.0) : static_cast<double>(value) / static_cast<double>(most);
  auto full = static_cast<std::size_t>(std::min(share, 1.0) * static_cast<double>(columns));
  if (value > 0 && full == 0) full = 1;
  std::string out;
  for (std::size_t i = 0; i < columns; ++i) {
    if (charset == Charset::utf8) {
      out += i < full ? "█" : "░";
    } else {
      out += i < full ? "#" : ".";
    }
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text, std::size_t width) {
  std::string whole;
  each_line(text, [&](std::string_view line) {
    const std::string_view label = label_of(line);
    whole += wrapped(label, line.substr(label.size()), width);
  });
  std::vector<std::string> lines;
  each_line(whole, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

}  // namespace tcpstat::screen
