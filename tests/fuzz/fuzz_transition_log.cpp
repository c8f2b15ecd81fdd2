// Lines of a log, each kind that validate reads, through the machine: a verdict, a remark or a bad line.

#include "base/line_splitter.h"
#include "fuzz.h"
#include "parsers/logs/transition_log.h"
#include "trace/sample_walk.h"
#include "trace/socket_lives.h"

using namespace tcpstat;

namespace {

struct Machine {
  KernelLimits limits = fuzz::limits();
  trace::PairCounts pairs;
  std::uint64_t illegal = 0;
  trace::Remarks say = [this](const trace::Remark& remark) {
    fuzz::must(!remark.message.empty() && remark.line > 0);
    illegal += remark.rule == trace::RemarkRule::illegal ? 1U : 0U;
  };
  trace::SocketLives lives{limits, pairs, say};
  trace::SampleWalk samples{limits, pairs, say};
  std::uint64_t line = 0;

  void take(const LoggedTransition& record) {
    if (record.observed == Observed::exact) fuzz::must(record.from.seen() && record.to.seen());
    lives.transition(record, line);
  }
  void take(const LoggedRow& record) { samples.row(record, line); }
  void take(const LoggedSampleEnd& record) { samples.end(record); }
  void take(const LostRecords& record) { lives.lost(record.count, line); }
  void take(const OtherLine&) {}
  void take(const BadLine& bad) { fuzz::must(!bad.why.empty()); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Machine machine;
  logs::TransitionLog log;
  LineSplitter lines(4096);
  const auto use = [&](std::string_view text) {
    ++machine.line;
    std::visit([&](const auto& record) { machine.take(record); }, log.decode(text));
    return true;
  };
  lines.feed(fuzz::text_of(data, size), use);
  use(lines.rest());
  machine.samples.finish();
  fuzz::must(machine.pairs.count(trace::Verdict::illegal) == machine.illegal);
  return 0;
}
