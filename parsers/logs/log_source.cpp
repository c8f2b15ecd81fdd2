#include "parsers/logs/log_source.h"

namespace tcpstat::logs {
namespace {

struct Delivery {
  std::uint64_t line;
  ObservationSink& sink;

  Flow operator()(Transition& transition) const {
    transition.line = line;
    return sink.transition(transition);
  }
  Flow operator()(const SampleRow& row) const { return sink.row(row, line); }
  Flow operator()(const SampleEnd& end) const { return sink.sample_end(end); }
  Flow operator()(const LostRecords& lost) const { return sink.lost(lost.count, line); }
  Flow operator()(const OtherLine& /*other*/) const { return Flow::more; }
  Flow operator()(const BadLine& bad) const { return sink.bad_line(bad, line); }
};

}  // namespace

Flow deliver(LogRecord record, std::uint64_t line, ObservationSink& sink) {
  return std::visit(Delivery{line, sink}, record);
}

Expected<std::unique_ptr<LogSource>> LogSource::open(const std::string& path) {
  auto lines = LogLines::open(path);
  if (!lines) return tl::make_unexpected(lines.error());
  return std::unique_ptr<LogSource>(new LogSource(std::move(*lines)));
}

Expected<void> LogSource::read(ObservationSink& sink) {
  return lines_.each([&](std::string_view line, std::uint64_t number) {
    count_ = number;
    LogRecord record = line.size() > kLongestLogLine ? BadLine{"longer than a record can be"} : log_.decode(line);
    return deliver(record, number, sink) == Flow::more;
  });
}

}  // namespace tcpstat::logs
