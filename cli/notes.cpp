#include "cli/notes.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text_buffer.h"
#include "cli/terminal.h"
#include "render/escape.h"

namespace tcpstat::cli {
namespace {

/// JOURNAL_STREAM holds device and inode of the stream that systemd gave us; it counts only if stderr still is it.
bool writes_to_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status;
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

void Notes::print(Level level, std::string_view text) const {
  if (quiet_ && level != Level::error) return;
  TextBuffer line;
  static const bool journal = writes_to_journal();
  if (journal) {
    line.append('<');
    line.append(static_cast<char>(level));
    line.append('>');
  }
  line.append("tcpstat: ");
  static const render::Charset charset = look_at_terminal(STDERR_FILENO).foreign_charset();
  render::append_escaped(line, text, charset);
  line.append('\n');
  line.write_to(STDERR_FILENO);
}

}  // namespace tcpstat::cli
