#include "cli/notes.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text_buffer.h"
#include "base/wrapped.h"
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
  static const Terminal terminal = look_at_terminal(STDERR_FILENO);
  TextBuffer sentence;
  sentence.append("tcpstat: ");
  render::append_escaped(sentence, text, terminal.foreign_charset());
  if (terminal.width == 0) {
    line.append(sentence.view());
    line.append('\n');
  } else {
    // Later lines are indented, as check prints its lines on a terminal.
    constexpr std::string_view kHang = "  ";
    const std::string lines = wrapped(kHang, sentence.view(), terminal.width);
    line.append(std::string_view(lines).substr(kHang.size()));
  }
  line.write_to(STDERR_FILENO);
}

}  // namespace tcpstat::cli
