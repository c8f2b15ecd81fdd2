#include "render/judgement_page.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"
#include "base/wrapped.h"
#include "render/escape.h"
#include "render/palette.h"
#include "report/check_report.h"

namespace tcpstat::render {
namespace {

constexpr std::string_view kTool = "TCPSTAT ";

/// `line`, wrapped; further lines stand two columns to the right of its beginning.
std::string hanging(std::string_view line, std::size_t width) {
  constexpr std::size_t kHang = 2;
  const std::size_t lead = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(lead);
  if (line.starts_with("run: ")) return std::string(lead, ' ') + std::string(line) + "\n";
  return wrapped(std::string(lead + kHang, ' '), line, width).substr(kHang);
}

/// The severity whose word the line begins with; ok if there is none.
Severity severity_at(std::string_view line, std::size_t& length) {
  for (const Severity severity : {Severity::critical, Severity::warning, Severity::unknown}) {
    const std::string_view word = status_word(severity);
    if (!line.starts_with(word)) continue;
    length = word.size();
    return severity;
  }
  return Severity::ok;
}

/// Colours the severity that the line begins with. Text of others cannot pretend to be one: wrapped lines are indented.
void append_coloured(TextBuffer& out, std::string_view line) {
  const std::size_t start = line.starts_with(kTool) ? kTool.size() : 0;
  std::size_t length = 0;
  const std::string_view colour = colour_of(severity_at(line.substr(start), length));
  if (colour.empty()) return out.append(line);
  out.append(line.substr(0, start));
  out.append(colour);
  out.append(line.substr(start, length));
  out.append(kColourEnd);
  out.append(line.substr(start + length));
}

/// Text for the page: where names of others may keep ASCII alone, they are escaped further.
void append_for(const Page& page, std::string_view text, TextBuffer& out) {
  if (page.foreign == Charset::utf8) return out.append(text);
  while (!text.empty()) {
    const auto foreign =
        std::find_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const auto plain = static_cast<std::size_t>(foreign - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    append_escaped(out, text.substr(0, 1), Charset::ascii);
    text.remove_prefix(1);
  }
}

}  // namespace

void write_judgement_page(const Page& page, std::string_view text) {
  const std::string own = shown_in(page.charset, text);
  TextBuffer shown;
  append_for(page, own, shown);
  text = shown.view();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end);
    const std::string wrapped_line = page.width == 0 ? std::string(line) + "\n" : hanging(line, page.width);
    if (page.colour == Colour::yes) {
      append_coloured(page.out, wrapped_line);
    } else {
      page.out.append(wrapped_line);
    }
    text.remove_prefix(end + 1);
  }
}

bool fits_screen(const Page& page, std::string_view text) {
  if (page.width == 0 || page.height == 0) return true;
  TextBuffer out;
  write_judgement_page({.out = out, .width = page.width, .charset = page.charset, .foreign = page.foreign}, text);
  std::size_t lines = 1;  // of the prompt
  for (std::string_view rest = out.view(); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    // Commands are not wrapped here; the terminal wraps them.
    const std::size_t columns = std::max<std::size_t>(display_width(rest.substr(0, end)), 1);
    lines += (columns + page.width - 1) / page.width;
    rest.remove_prefix(end + 1);
  }
  return lines <= page.height;
}

}  // namespace tcpstat::render
