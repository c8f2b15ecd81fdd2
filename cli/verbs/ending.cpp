#include "cli/verbs/ending.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/quantity_text.h"
#include "cli/last_words.h"
#include "parsers/host/opened_host.h"
#include "parsers/names/system_names.h"
#include "render/formats.h"
#include "render/transition_writer.h"

namespace tcpstat::cli::verbs {

void print_warnings(std::span<const Warning> warnings, const Notes& notes) {
  for (const Warning& warning : warnings) {
    notes.print(warning.code == kReadFailed ? Notes::Level::error : Notes::Level::warning, warning.message);
  }
}

void print_reading(const Report& report, const Notes& notes) {
  const std::string least = report.counted_rows == Counted::up_to_limit ? "at least " : "";
  notes.print(Notes::Level::note, "read " + counted(report.coverage.rows_read, "row") + " from " + report.source +
                                      ", dropped " + counted(report.coverage.duplicates_dropped, "duplicate") +
                                      ", matched " + least + std::to_string(report.tally.total()));
}

void note_hidden(std::span<const std::string_view> hidden, std::size_t width, std::string_view instead,
                 const Notes& notes) {
  if (hidden.empty()) return;
  std::string names;
  for (const std::string_view column : hidden) names.append(names.empty() ? "" : ", ").append(column);
  notes.print(Notes::Level::note, counted(hidden.size(), "column") + (hidden.size() == 1 ? " does" : " do") +
                                      " not fit into " + std::to_string(width) + ": " + names + " (" +
                                      std::string(instead) + ")");
}

ExitStatus end_failed(const Error& error, const Notes& notes) {
  notes.error(error.sentence());
  return ExitStatus::failed;
}

Report unread_report(std::string_view source, const Error& error) {
  Report report;
  report.facts = host::host_facts("");
  report.source = source;
  report.ipv4 = report.ipv6 = false;  // nothing is known of either
  report.coverage.lose(std::string(kReadFailed), error.sentence());
  return report;
}

Report unread_report(const options::SourceChoice& source, const Error& error) {
  const host::SourceInfo& info = host::info(source.id);
  if (!source.proc_root.empty()) {
    Report report = unread_report("proc", error);
    report.facts = host::host_facts(source.proc_root);
    return report;
  }
  if (info.live()) return unread_report(info.make == nullptr ? "netlink" : info.name, error);
  Report report = unread_report("file", error);
  report.facts.host.reset();
  report.facts.kernel.reset();
  return report;
}

void write_failed(const render::Format& format, const options::SourceChoice& source,
                  const options::OutputChoice& choice, Unread what, const Error& error) {
  if (!format.has_envelope || choice.quiet || !choice.file.empty()) return;
  Report report = unread_report(source, error);
  report.protocol = tcp_or_mptcp(source.mptcp);
  TextBuffer out(STDOUT_FILENO);
  names::SystemNames unused;
  render::RenderSettings settings{.out = out, .names = unused, .facts = report.facts, .columns = {}};
  switch (what) {
    case Unread::counts:
      format.summary(settings, report, {});
      break;
    case Unread::rows:
      format.list(std::move(settings))->finish(report);
      break;
    case Unread::transitions:
      format.transitions(std::move(settings))->finish(report, {});
      break;
  }
  out.flush();
  LastWords::output_is_whole();
}

ExitStatus finish_output(TextBuffer& out, Output& output, ExitStatus so_far, const Notes& notes) {
  out.flush();
  LastWords::output_is_whole();
  if (out.error() == EPIPE) return so_far;
  if (out.error() != 0) {
    notes.error(Error{"write " + output.name(), out.error()}.sentence());
    return ExitStatus::failed;
  }
  if (so_far == ExitStatus::failed) return so_far;  // the old file stays
  if (auto committed = output.commit(); !committed) {
    notes.error(committed.error().sentence());
    return ExitStatus::failed;
  }
  return so_far;
}

ExitStatus reading_status(const options::SourceChoice& source, const survey::Dump& dump) {
  return dump.error || (source.strict && !dump.report.coverage.complete) ? ExitStatus::failed : ExitStatus::done;
}

bool worth_writing(const render::Format& format, const survey::Dump& dump) {
  return !dump.error || dump.report.coverage.rows_read > 0 || !format.has_columns;
}

ExitStatus conclude(const options::SourceChoice& source, const options::OutputChoice& choice, const survey::Dump& dump,
                    TextBuffer& out, Output& output, const Notes& notes) {
  const ExitStatus status = finish_output(out, output, reading_status(source, dump), notes);
  print_warnings(dump.report.coverage, notes);
  if (!choice.verbose) return status;
  print_reading(dump.report, notes);
  if (dump.owner_search) {
    const OwnerSearch& search = *dump.owner_search;
    const std::uint64_t unread = search.forbidden + search.failed;
    notes.print(Notes::Level::note, "looked for owners: " + std::to_string(unread) +
                                        (unread == 1 ? " process" : " processes") + " could not be read, " +
                                        std::to_string(search.vanished) + " ended meanwhile");
  }
  return status;
}

}  // namespace tcpstat::cli::verbs
