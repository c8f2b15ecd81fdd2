#include "cli/options/choices.h"
#include "cli/options/commands/commands.h"
#include "cli/options/read_option.h"

namespace tcpstat::cli::options {
Failure read(const Words& words, ExplainCommand& to) {
  to.subject = words.operand.value_or("");
  if (to.subject.empty() && !words.given(OptionId::all)) {
    return UsageError{
        "explain what? a state, a pair FROM:TO, a rule, a word such as half-open, or machine (see: tcpstat explain "
        "--all)"};
  }
  if (auto failed = read_text(words, OptionId::proc_root, to.proc_root)) return failed;
  const std::string asked = words.typed.value(OptionId::format).value_or("");
  if (to.subject == kMachine) to.drawing = find_drawing(asked);
  if (to.drawing == Drawing::none && find_drawing(asked) != Drawing::none) return not_printed(words, asked);
  if (to.drawing == Drawing::none) return read(words, to.output);
  if (words.given(OptionId::json)) return contradiction(words);
  to.output.quiet = words.given(OptionId::quiet);
  return read_output_file(words, to.output.file);
}

Failure read(const Words& words, ValidateCommand& to) {
  to.log = words.operand.value_or("-");
  if (to.log.empty()) return UsageError{"the name of the log is empty (- is standard input)"};
  to.truncate = !words.given(OptionId::no_truncate);
  to.strict = words.given(OptionId::strict);
  if (auto failed = read_text(words, OptionId::proc_root, to.proc_root)) return failed;
  if (auto failed = read_one(words, OptionId::timeout, to.timeout, parse_timeout)) return failed;
  if (auto failed = read_one(words, OptionId::byte_order, to.byte_order, parse_byte_order)) return failed;
  return read(words, to.output);
}

Failure read(const Words& words, AuditCommand& to) {
  if (auto failed = read(words, to.output)) return failed;
  if (auto failed = read(words, to.source)) return failed;
  return refuse_differences(to.source, "audit judges all listeners", "auto, netlink or proc");
}

}  // namespace tcpstat::cli::options
