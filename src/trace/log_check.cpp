#include "trace/log_check.h"

#include "base/quantity_text.h"
#include "base/saturated.h"

namespace tcpstat::trace {

LogCheck::LogCheck(std::optional<std::string> host, const KernelLimits& limits, Tell tell)
    : host_(std::move(host)),
      limits_(limits),
      tell_(std::move(tell)),
      lives_(limits_, pairs_, [this](const LogFinding& finding) { this->tell(finding); }),
      between_samples_([this](const Transition& transition, const Judgement& judgement) {
        pairs_.add(transition, judgement);
        return Flow::more;
      }),
      samples_(limits_, between_samples_, [this](const LogFinding& finding) { this->tell(finding); }) {}

void LogCheck::tell(const LogFinding& finding) {
  const bool note = finding.severity == Severity::info || finding.rule == LogRule::bad_line;
  if (note && ++notes_[static_cast<std::size_t>(finding.rule)] > kMostNotes) {
    ++left_out_;
    return;
  }
  LogFinding said = finding;
  said.host = log_host_;
  flow_ = tell_(said);
}

void LogCheck::look_at_host(std::string_view host) {
  if (!host.empty() && host != log_host_) {
    several_hosts_ = several_hosts_ || !log_host_.empty();
    log_host_ = host;
  }
  if (foreign_ || host.empty() || (host_ && *host_ == host)) return;
  foreign_ = true;
  limits_ = {};
}

Flow LogCheck::transition(const Transition& transition) {
  look_at_host(transition.host);
  ++transitions_in_run_;
  lives_.transition(transition);
  return flow_;
}

Flow LogCheck::lost(std::uint64_t count, std::uint64_t line) {
  lives_.lost(count, line);
  lost_in_run_ = saturated_sum(lost_in_run_, count);
  lost_ = saturated_sum(lost_, count);
  if (count > 0 && first_lost_ == 0) first_lost_ = line;
  return flow_;
}

Flow LogCheck::row(const SampleRow& row, std::uint64_t line) {
  look_at_host(row.sample.host);
  samples_.row(row, line);
  return flow_;
}

Flow LogCheck::sample_end(const SampleEnd& end) {
  look_at_host(end.sample.host);
  if (!end.sample.kernel.empty()) log_kernel_ = end.sample.kernel;
  look_at_sight(end.sight, end.line);
  samples_.end(end);
  return flow_;
}

/// Losses were told where they happened; what the end counts beyond them was lost somewhere before it.
Flow LogCheck::run_end(const RunEnd& end) {
  look_at_host(end.host);
  if (!end.kernel.empty()) log_kernel_ = end.kernel;
  look_at_sight(end.sight, end.line);
  if (end.lost.value_or(0) > lost_in_run_) lost(*end.lost - lost_in_run_, end.line);
  look_at_count(end);
  lives_.interrupted(end.line);
  lost_in_run_ = transitions_in_run_ = bad_in_run_ = 0;
  return flow_;
}

Flow LogCheck::missing(const MissingRecords& records, std::uint64_t line) {
  if (missing_ == 0) {
    first_missing_ = "line " + std::to_string(line) + ": " + std::string(records.why) + ": records are missing";
  }
  missing_ = saturated_sum(missing_, records.count);
  lives_.lost(records.count, line);
  return flow_;
}

Flow LogCheck::overwritten(const OverwrittenEntries& entries, std::uint64_t line) {
  if (entries.count == 0) return flow_;
  if (!entries.count && overwritten_ > 0) {
    lives_.interrupted(line);
    return flow_;
  }
  if (first_overwritten_ == 0) first_overwritten_ = line;
  all_overwritten_counted_ = all_overwritten_counted_ && entries.count;
  overwritten_ = saturated_sum(overwritten_, entries.count.value_or(1));
  lives_.lost(entries.count.value_or(1), line);
  return flow_;
}

/// A log has fewer transitions than its end counts if its head was cut off, and more if the end of another run was
/// lost. Each line that could not be read may have been a transition.
void LogCheck::look_at_count(const RunEnd& end) {
  if (!end.transitions) return;
  const std::uint64_t wanted = *end.transitions;
  const std::string counts = "the summary line counts " + counted(wanted, "transition") +
                             ", and the lines before it have " + std::to_string(transitions_in_run_);
  if (transitions_in_run_ > wanted) {
    const std::string more = counts + ": some are of another run, whose end is missing";
    return look_at_sight({Whole::no, more}, end.line);
  }
  const std::uint64_t there = transitions_in_run_ + bad_in_run_;
  if (there >= wanted) return;
  missing({wanted - there, counts}, end.line);
}

void LogCheck::look_at_sight(const Sight& sight, std::uint64_t line) {
  if (sight.whole == Whole::yes || ++unseeing_ > 1) return;
  first_unseeing_ = line;
  why_unseeing_ = sight.why;
}

Flow LogCheck::bad_line(const BadLine& bad, std::uint64_t line) {
  ++bad_in_run_;
  if (++bad_lines_ == 1) first_bad_ = "line " + std::to_string(line) + ": " + std::string(bad.why);
  LogFinding finding;
  finding.line = line;
  finding.rule = LogRule::bad_line;
  finding.severity = Severity::warning;
  finding.message = bad.why;
  tell(finding);
  return flow_;
}

void LogCheck::warn_of_missing(Validation& to) const {
  if (missing_ > 0) to.warnings.push_back({"records_missing", first_missing_});
  if (lost_ > 0) {
    to.warnings.push_back({"lost_records", "the log says that " + counted(lost_, "record") +
                                               (lost_ == 1 ? " was lost" : " were lost, the first of them") +
                                               " before line " + std::to_string(first_lost_)});
  }
  if (overwritten_ > 0) {
    const std::string entries =
        std::to_string(overwritten_) + (overwritten_ == 1 ? " entry of the trace, of this event or others, was"
                                                          : " entries of the trace, of this event or others, were");
    to.warnings.push_back({"overwritten_entries", (all_overwritten_counted_ ? "" : "at least ") + entries +
                                                      " overwritten before line " + std::to_string(first_overwritten_) +
                                                      ": a larger buffer_size_kb keeps more"});
  }
  if (unseeing_ == 0) return;
  const std::string line = "line " + std::to_string(first_unseeing_);
  to.warnings.push_back(
      {"not_all_seen",
       "not everything was seen when the log was written, as " +
           (unseeing_ == 1 ? line + " says" : counted(unseeing_, "line") + " say, the first of them " + line) +
           (why_unseeing_.empty() ? "" : ": ") + why_unseeing_});
}

std::string LogCheck::why_nothing(const LogEnd& end, std::uint64_t samples) {
  if (end.lines == 0) return "the log is empty";
  if (samples == 0) return "no line is a transition or a row of a sample";
  if (samples == 1) return "the log has one sample, and two are compared";
  return "no two samples of the log show sockets of one host";
}

Validation LogCheck::finish(const LogEnd& end) {
  lives_.finish();
  samples_.finish();
  Validation out;
  if (!several_hosts_ && !log_host_.empty()) out.host = log_host_;
  if (!several_hosts_ && !log_kernel_.empty()) out.kernel = log_kernel_;
  out.transitions = pairs_.total();
  for (const TransitionVerdict verdict : kObservedVerdicts) out.verdicts.push_back({verdict, pairs_.count(verdict)});
  for (const auto& [key, pair] : pairs_.pairs()) {
    out.pairs.push_back({.from = key.from,
                         .to = key.to,
                         .observed = key.observed,
                         .protocol = key.protocol,
                         .verdict = key.verdict,
                         .count = pair.count,
                         .reason = pair.reason,
                         .reference = pair.reference});
  }
  out.lines = end.lines;
  out.sockets = lives_.sockets() + samples_.sockets();
  out.samples = samples_.samples();
  out.not_seen_again = samples_.unknown();
  out.lost_records = lives_.lost_records();
  out.bad_lines = bad_lines_;
  out.left_out = left_out_;
  out.overwritten_entries = overwritten_;
  out.unseeing_ends = unseeing_;
  out.complete = end.read.has_value() && !end.interrupted && end.lines > 0 && bad_lines_ == 0 &&
                 out.lost_records == 0 && unseeing_ == 0;
  out.judged = pairs_.total() > 0 || (samples_.compared() > 0 && samples_.sockets() > 0);
  const auto warn = [&](std::string_view code, const std::string& message) {
    out.warnings.push_back({std::string(code), message});
  };
  if (bad_lines_ > 0) {
    warn("bad_lines",
         "left out " + counted(bad_lines_, "line") + " that could not be read, the first of them " + first_bad_);
  }
  warn_of_missing(out);
  if (lives_.forgotten() > 0) {
    warn("forgotten_lives", forgotten_sentence(lives_.forgotten()));
  }
  if (!out.judged && end.read) warn("nothing_judged", why_nothing(end, out.samples) + ": nothing was judged");
  if (foreign_) {
    warn("other_host", "the log is of another host: how long states may last there is not known, and not judged");
  }
  if (end.interrupted) warn("interrupted", "interrupted after line " + std::to_string(end.lines));
  if (!end.read) warn(kReadFailed, end.read.error().sentence());
  return out;
}

}  // namespace tcpstat::trace
