#pragma once
// What the environment says about the place the output goes to.

#include <cstddef>
#include <string>
#include <string_view>

#include "render/documents.h"

namespace tcpstat::cli {

/// When output is coloured.
enum class When { automatic, always, never };

struct Terminal {
  bool is_terminal = false;
  /// Columns; 0 if it is no terminal or does not tell.
  std::size_t width = 0;
  /// Lines; 0 as above.
  std::size_t height = 0;
  bool utf8 = false;

  [[nodiscard]] render::Charset charset() const { return utf8 ? render::Charset::utf8 : render::Charset::ascii; }
  /// The characters that foreign text may keep: in a pipe, all of UTF-8.
  [[nodiscard]] render::Charset foreign_charset() const { return is_terminal ? charset() : render::Charset::utf8; }
  /// What ends a text that was cut.
  [[nodiscard]] std::string_view ellipsis() const { return render::ellipsis(charset()); }
  /// Our own words in characters that the locale can show.
  [[nodiscard]] std::string words(std::string_view text) const;
};

/// What a screen can do beside moving the cursor, by TERM: what it cannot do is not sent to it.
struct ScreenAbilities {
  bool second_screen = true;  ///< to draw on, so that the first one comes back
  bool hidden_cursor = true;
  bool clipboard = true;  ///< OSC 52; a terminal that does not know it may print it
};
ScreenAbilities screen_abilities();

/// Whether the terminal's font has the eighths of a block (U+2581 and so on): that of the Linux console lacks most.
bool has_block_eighths();

/// The terminal behind descriptor `fd`.
Terminal look_at_terminal(int fd);

/// `--color`, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then whether it is a terminal that has
/// colours.
render::Colour choose_colour(When asked, const Terminal& terminal);

}  // namespace tcpstat::cli
