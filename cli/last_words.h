#pragma once
// What a run says that cannot go on: one sentence on standard error, the line of a plugin, a JSON document that says that
// it is not complete. None of it needs memory, because that may be what is missing.

#include <span>
#include <string_view>

#include "cli/exit_status.h"

namespace tcpstat::cli {

class LastWords {
 public:
  /// Looks at the words of the command line as they are: they may never have been understood.
  explicit LastWords(std::span<char* const> words);

  /// `why`: what stopped it; text of a library, so not everything in it can be printed. The status of the run.
  ExitStatus say(std::string_view why) const;

  /// From now on standard output is whole, and only a sentence may follow.
  static void output_is_whole();

 private:
  bool plugin_ = false;     ///< check or audit
  bool list_ = true;        ///< no verb, so its document has rows
  bool json_ = false;       ///< a document is asked for
  bool ndjson_ = false;     ///< lines are, and the last is a summary
  bool elsewhere_ = false;  ///< the document would go to a file, which stays as it was
  bool silent_ = false;     ///< -q of a list
};

}  // namespace tcpstat::cli
