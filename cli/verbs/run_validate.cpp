// tcpstat validate: a log of transitions or samples against the machine. Reads no sockets.

#include <signal.h>

#include <array>

#include "cli/output.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/validation.h"
#include "cli/verbs/verbs.h"
#include "parsers/host/opened_host.h"
#include "parsers/logs/log_lines.h"
#include "parsers/logs/transition_log.h"
#include "parsers/procfs/kernel_limits_reader.h"
#include "trace/sample_walk.h"
#include "trace/socket_lives.h"

namespace tcpstat::cli::verbs {
namespace {

// The log that a signal ends: it may be a pipe that never does (trace_pipe).
logs::LogLines* open_log = nullptr;

extern "C" void end_log(int) {
  if (open_log != nullptr) open_log->end();
}

/// Until a signal says that it is enough; a second one ends the program at once.
Expected<void> read_lines(logs::LogLines& log, const logs::UseLine& use) {
  open_log = &log;
  handle_signals({SIGINT, SIGTERM}, end_log, static_cast<int>(SA_RESETHAND));
  auto read = log.each(use);
  open_log = nullptr;
  return read;
}

/// Of what is only worth a note, this many are written and the others counted: a log may begin on a busy host.
constexpr std::uint64_t kMostNotes = 100;

class Validator {
 public:
  Validator(const RunFacts& facts, const KernelLimits& limits, ValidationForm& form, TextBuffer& text)
      : host_(facts.host),
        limits_(limits),
        form_(form),
        text_(text),
        lives_(limits_, pairs_, [this](const trace::Remark& remark) { say(remark); }),
        samples_(limits_, pairs_, [this](const trace::Remark& remark) { say(remark); }) {}

  void line(std::string_view text, std::uint64_t number) {
    out_.lines = number;
    const LogRecord record =
        text.size() > logs::kLongestLogLine ? LogRecord(BadLine{"longer than a record can be"}) : log_.decode(text);
    std::visit([&](const auto& what) { take(what, number); }, record);
  }

  Validation finish(const Expected<void>& read, bool interrupted) {
    samples_.finish();
    out_.pairs = &pairs_;
    out_.sockets = lives_.sockets() + samples_.sockets();
    out_.samples = samples_.samples();
    out_.not_seen_again = samples_.unknown();
    out_.lost_records = lives_.lost_records();
    out_.complete = read.has_value() && !interrupted && out_.bad_lines == 0;
    if (out_.bad_lines > 0) {
      out_.warnings.push_back({"bad_lines", "left out " + std::to_string(out_.bad_lines) +
                                                (out_.bad_lines == 1 ? " line" : " lines") +
                                                " that could not be read, the first of them line " +
                                                std::to_string(first_bad_) + ": " + first_why_});
    }
    if (out_.lines > 0 && pairs_.total() == 0 && samples_.samples() == 0) {
      out_.warnings.push_back({"nothing_judged", "no line is a transition or a row of a sample: nothing was judged"});
    } else if (pairs_.total() == 0 && samples_.samples() == 1) {
      out_.warnings.push_back({"nothing_judged", "the log has one sample, and two are compared: nothing was judged"});
    }
    if (foreign_) {
      out_.warnings.push_back(
          {"other_host", "the log is of another host: how long states may last there is not known, and not judged"});
    }
    if (interrupted) {
      out_.warnings.push_back({"interrupted", "interrupted after line " + std::to_string(out_.lines)});
    }
    if (!read) out_.warnings.push_back({"read_failed", read.error().sentence()});
    return out_;
  }

 private:
  void say(const trace::Remark& remark) { write({name(remark.rule), remark}, static_cast<std::size_t>(remark.rule)); }

  void write(const LogFinding& finding, std::size_t rule) {
    if ((finding.remark.severity == Severity::info || rule == trace::kRemarkRuleCount) && ++notes_[rule] > kMostNotes) {
      ++out_.left_out;
      return;
    }
    form_.finding(finding);
    // What is worth a warning is not held back: a log may never end.
    if (finding.remark.severity > Severity::unknown) text_.flush();
  }

  void look_at_host(std::string_view host) {
    if (foreign_ || host.empty() || (host_ && *host_ == host)) return;
    foreign_ = true;
    limits_ = {};
  }

  void take(const LoggedTransition& record, std::uint64_t number) {
    look_at_host(record.host);
    lives_.transition(record, number);
  }
  void take(const LoggedRow& record, std::uint64_t number) {
    look_at_host(record.sample.host);
    samples_.row(record, number);
  }
  void take(const LoggedSampleEnd& record, std::uint64_t) {
    look_at_host(record.sample.host);
    samples_.end(record);
  }
  void take(const LostRecords& record, std::uint64_t number) { lives_.lost(record.count, number); }
  void take(const OtherLine&, std::uint64_t) {}
  void take(const BadLine& bad, std::uint64_t number) {
    if (++out_.bad_lines == 1) {
      first_bad_ = number;
      first_why_ = bad.why;
    }
    trace::Remark remark;
    remark.line = number;
    remark.severity = Severity::warning;
    remark.message = bad.why;
    write({"bad_line", remark}, trace::kRemarkRuleCount);
  }

  std::optional<std::string> host_;
  KernelLimits limits_;
  ValidationForm& form_;
  TextBuffer& text_;
  trace::PairCounts pairs_;
  trace::SocketLives lives_;
  trace::SampleWalk samples_;
  logs::TransitionLog log_;
  Validation out_;
  std::array<std::uint64_t, trace::kRemarkRuleCount + 1> notes_{};
  std::uint64_t first_bad_ = 0;
  std::string first_why_;
  bool foreign_ = false;
};

}  // namespace

ExitStatus run_validate(const options::Request& request, const Notes& notes) {
  auto output = Output::open(request.output_file);
  if (!output) return end_failed(output.error(), notes);
  RunFacts facts = host::host_facts(request.proc_root);
  const KernelLimits limits = procfs::read_kernel_limits(request.proc_root.empty() ? "/proc" : request.proc_root);
  TextBuffer out(output->fd());
  const Terminal terminal = look_at_terminal(output->fd());
  const std::size_t width = terminal.is_terminal && request.truncate ? terminal.width : 0;
  std::unique_ptr<ValidationForm> form;
  if (request.format->name == "json") {
    form = validation_json(out, facts);
  } else if (request.format->name == "ndjson") {
    form = validation_ndjson(out, facts);
  } else {
    form = validation_table(out, terminal, width);
  }
  Validator validator(facts, limits, *form, out);
  auto log = logs::LogLines::open(request.log);
  Expected<void> read;
  if (log) {
    read = read_lines(*log, [&](std::string_view text, std::uint64_t number) {
      validator.line(text, number);
      return out.error() == 0;
    });
  } else {
    read = tl::make_unexpected(log.error());
  }
  const Validation validation = validator.finish(read, log && log->was_ended());
  if (read || validation.lines > 0 || request.format->name != "table") form->finish(validation);
  ExitStatus status = ExitStatus::done;
  if (validation.pairs->count(trace::Verdict::illegal) > 0) status = ExitStatus::illegal;
  if (!read || (request.strict && validation.bad_lines > 0)) status = ExitStatus::failed;
  status = finish_output(out, *output, status, notes);
  for (const Warning& warning : validation.warnings) {
    notes.print(warning.code == "read_failed" ? Notes::Level::error : Notes::Level::warning, warning.message);
  }
  return status;
}

}  // namespace tcpstat::cli::verbs
