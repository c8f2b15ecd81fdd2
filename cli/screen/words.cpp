#include "cli/screen/words.h"

#include <algorithm>

#include "base/text_buffer.h"
#include "base/wrapped.h"

namespace tcpstat::cli::screen {
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
  std::vector<std::string> lines;
  const std::string whole = wrapped("", text, width);
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return lines;
}

}  // namespace tcpstat::cli::screen
