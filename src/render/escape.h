#pragma once
// Which characters go out. The one place where text that another program chose becomes safe to print: process, user,
// device and host names, cgroup paths. Such text may hold anything: newlines, terminal escapes, bytes that are no text.

#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace tcpstat::render {

/// The characters that a terminal, or whoever reads a pipe in this locale, can show.
enum class Charset : bool { ascii, utf8 };

/// For tables, plain and csv: bytes that are not UTF-8, the backslash, characters that are not visible in their place
/// (is_visible()), and those that `charset` does not have become \xNN for each byte.
void append_escaped(TextBuffer& out, std::string_view text, Charset charset = Charset::utf8);

/// Whether no format needs to escape anything in it.
bool is_plain(std::string_view text);

/// A JSON string with its quotes (RFC 8259 §7); controls become \u00NN, bytes that are not UTF-8 U+FFFD.
void append_json_string(TextBuffer& out, std::string_view text);

/// Our own words in the characters of `charset`: in ASCII "§3.6" becomes "3.6".
std::string shown_in(Charset charset, std::string_view words);
/// The sign that stands for text that was cut off.
constexpr std::string_view ellipsis(Charset charset) { return charset == Charset::utf8 ? "…" : "~"; }

}  // namespace tcpstat::render
