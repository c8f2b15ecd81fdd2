#include "cli/last_words.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/write_all.h"
#include "render/json_in_need.h"

namespace tcpstat::cli {
namespace {

using render::FixedText;
using render::Needed;

/// Whether a word like "-aj" has that letter.
bool has_letter(std::string_view word, char letter) {
  return word.size() > 1 && word[0] == '-' && word[1] != '-' && word.find(letter) != std::string_view::npos;
}

/// ASCII that neither a terminal nor JSON nor a monitoring system takes for more than text.
FixedText harmless(std::string_view text) {
  FixedText out;
  for (const char c : text.substr(0, 200)) {
    const bool plain = c >= ' ' && c < 0x7F && c != '"' && c != '\\' && c != '|';
    out.append(plain ? std::string_view(&c, 1) : "?");
  }
  return out;
}

}  // namespace

static volatile sig_atomic_t whole = 0;

void LastWords::output_is_whole() { whole = 1; }

LastWords::LastWords(std::span<char* const> words) {
  std::string_view before;
  for (const std::string_view word : words) {
    if (list_ && !word.starts_with('-') && !before.starts_with('-')) list_ = false;
    plugin_ = plugin_ || (!before.starts_with('-') && (word == "check" || word == "audit"));
    json_ = json_ || word == "--json" || word == "--format=json" || has_letter(word, 'j') ||
            (word == "json" && (before == "-f" || before == "--format"));
    ndjson_ = ndjson_ || word == "--format=ndjson" || word == "-fndjson" ||
              (word == "ndjson" && (before == "-f" || before == "--format"));
    elsewhere_ = elsewhere_ || word.starts_with("--output-file");
    silent_ = silent_ || word == "--quiet" || has_letter(word, 'q');
    before = word;
  }
  json_ = json_ && !ndjson_;
}

ExitStatus LastWords::say(std::string_view why) const {
  FixedText sentence;
  sentence.append("cannot go on: ");
  sentence.append(harmless(why).view());
  const bool as_line = plugin_ && !json_ && whole == 0;
  if ((json_ || ndjson_) && whole == 0 && !elsewhere_ && (plugin_ || !silent_)) {
    Needed what = plugin_ ? Needed::judgement : list_ ? Needed::list : Needed::envelope;
    if (ndjson_) what = Needed::summary_line;
    write_all(STDOUT_FILENO, render::document_in_need(what, TCPSTAT_VERSION, sentence.view()).view());
  }
  FixedText line;
  line.append(as_line ? "TCPSTAT UNKNOWN - " : "tcpstat: ");
  line.append(sentence.view());
  line.append("\n");
  write_all(as_line ? STDOUT_FILENO : STDERR_FILENO, line.view());
  return plugin_ ? ExitStatus::unknown : ExitStatus::failed;
}

}  // namespace tcpstat::cli
