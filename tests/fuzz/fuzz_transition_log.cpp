// Lines of a log, each kind that validate reads, through the machine: a verdict, a finding or a bad line.

#include "base/line_splitter.h"
#include "fuzz.h"
#include "parsers/logs/log_source.h"
#include "trace/log_check.h"

using namespace tcpstat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint64_t illegal = 0;
  trace::LogCheck check("fuzz", fuzz::limits(), [&](const LogFinding& finding) {
    fuzz::must(!finding.message.empty() && finding.line > 0);
    illegal += finding.rule == LogRule::illegal ? 1U : 0U;
    return Flow::more;
  });
  logs::TransitionLog log;
  LineSplitter lines(4096);
  trace::LogEnd end;
  const auto use = [&](std::string_view text) {
    LogRecord record = log.decode(text);
    if (const auto* of = std::get_if<Transition>(&record); of != nullptr && of->observed == Observed::exact) {
      fuzz::must(of->from.seen() && of->to.seen());
    }
    return logs::deliver(record, ++end.lines, check) == Flow::more;
  };
  lines.feed(fuzz::text_of(data, size), use);
  use(lines.rest());
  for (const VerdictCount& verdict : check.finish(end).verdicts) {
    fuzz::must(verdict.verdict != TransitionVerdict::illegal || verdict.count == illegal);
  }
  return 0;
}
