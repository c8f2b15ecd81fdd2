#pragma once
// What a run says when it cannot go on: one sentence on standard error, the line of a plugin, or a JSON document that
// says that it is not complete. None of it needs memory, because memory may be what is missing.

#include <span>
#include <string_view>

#include "cli/exit_status.h"

namespace tcpstat::cli {

class LastWords {
 public:
  /// Looks at the words of the command line as they were typed: they may never have been parsed.
  explicit LastWords(std::span<char* const> words);

  /// `why`: what stopped the run; text of a library, so not everything in it can be printed. Returns the status of the
  /// run.
  ExitStatus say(std::string_view why) const;

  /// Tells that standard output is whole: from now on only a sentence may follow.
  static void output_is_whole();

 private:
  bool plugin_ = false;     ///< check or audit
  bool list_ = true;        ///< no verb, so its document has rows
  bool json_ = false;       ///< a document is asked for
  bool ndjson_ = false;     ///< lines are asked for, of which the last is a summary
  bool elsewhere_ = false;  ///< the document would go to a file, which stays as it was
  bool silent_ = false;     ///< -q of a list
};

}  // namespace tcpstat::cli
