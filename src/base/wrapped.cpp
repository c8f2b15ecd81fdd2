#include "base/wrapped.h"

#include <algorithm>

#include "base/utf8.h"

namespace tcpstat::inline base {
namespace {

/// Marks that never begin a line, and those that never end one (JIS X 4051, GB/T 15834).
constexpr std::string_view kNeverFirst = "，。、；：？！）》」』”’％";
constexpr std::string_view kNeverLast = "（《「『“‘";

bool is_one_of(std::string_view marks, std::string_view sign) {
  return !sign.empty() && marks.find(sign) != std::string_view::npos;
}

/// Whether a line may end between these two signs although no blank stands there: Han characters have none between
/// words.
bool may_part(std::string_view before, std::string_view behind) {
  const auto wide = [](std::string_view sign) { return sign.size() >= 3 && display_width(sign) == 2; };
  if (!wide(before) && !wide(behind)) return false;
  return !is_one_of(kNeverFirst, behind) && !is_one_of(kNeverLast, before);
}

std::string_view first_sign(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(first_code_point(text).length, text.empty() ? 0 : 1));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The argument of a command that `text` begins with: it ends at a blank or at a character that is not ASCII.
std::string_view argument_at(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

bool begins_command(std::string_view program, std::string_view next) {
  if (program == "sysctl" || program == "nstat") return next.starts_with('-');
  return program == "tcpstat" && !next.empty() && (next.front() == '-' || is_letter(next.front()));
}

/// Whether `next` belongs to the command: as an option, as the value of one, or as what is to be explained.
bool continues_command(std::string_view last, std::string_view next) {
  if (next.empty() || (!last.empty() && std::string_view(",;:.)").find(last.back()) != std::string_view::npos))
    return false;
  return next.starts_with('-') || last.starts_with('-') || last == "explain" || last == "help";
}

/// Bytes of the command that `text` begins with; 0 if it begins with none.
std::size_t command_length(std::string_view text) {
  std::string_view last = argument_at(text);
  std::size_t end = last.size();
  const auto next = [&] {
    return end < text.size() && text[end] == ' ' ? argument_at(text.substr(end + 1)) : std::string_view();
  };
  if (!begins_command(last, next())) return 0;
  do {
    last = next();
    end += 1 + last.size();
  } while (continues_command(last, next()));
  return end;
}

/// The part of `text`, from its front, that must stay on one line. A command does so only if it has at most `most`
/// columns.
std::string_view first_word(std::string_view text, std::size_t most) {
  std::size_t end = 0;
  std::string_view before;
  while (end < text.size() && text[end] != ' ' && text[end] != '\n') {
    const std::string_view sign = first_sign(text.substr(end));
    if (end > 0 && may_part(before, sign)) break;
    if (end == 0 || !is_letter(text[end - 1])) {
      const std::size_t command = command_length(text.substr(end));
      if (command > 0 && display_width(text.substr(0, end + command)) <= most) {
        end += command;
        before = text.substr(end - 1, 1);
        continue;
      }
    }
    before = sign;
    end += sign.size();
  }
  return text.substr(0, end);
}

}  // namespace

std::string wrapped(std::string_view first, std::string_view text, std::size_t width) {
  const std::string indent(display_width(first), ' ');
  std::string out(first);
  std::size_t column = indent.size();
  bool fresh = true;
  bool blank = false;
  while (!text.empty()) {
    const std::string_view word = first_word(text, width > indent.size() ? width - indent.size() : 0);
    const std::size_t columns = display_width(word);
    if (!fresh && column + (blank ? 1 : 0) + columns > width) {
      out += '\n' + indent;
      column = indent.size();
      fresh = true;
    }
    if (!fresh && blank) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns;
    fresh = false;
    text.remove_prefix(word.size());
    blank = text.starts_with(' ');
    if (text.starts_with('\n')) {
      out += '\n' + indent;
      column = indent.size();
      fresh = true;
    }
    if (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  }
  return out + '\n';
}

}  // namespace tcpstat::inline base
