#include "cli/verbs/ending.h"

#include <cerrno>

namespace tcpstat::cli::verbs {
namespace {

constexpr std::string_view kReadFailed = "read_failed";

}  // namespace

void complete_warnings(Coverage& coverage, const Expected<void>& read) {
  for (std::size_t i = 0; i < kFlawCount; ++i) {
    if (coverage.flaws[i] == 0) continue;
    coverage.warn("flawed_rows", "left out " + std::to_string(coverage.flaws[i]) +
                                     (coverage.flaws[i] == 1 ? " row " : " rows ") +
                                     std::string(name(static_cast<Flaw>(i))));
  }
  if (!read) {
    coverage.complete = false;
    coverage.warn(std::string(kReadFailed), read.error().sentence());
  }
}

void print_warnings(const Coverage& coverage, const Notes& notes) {
  for (const Warning& warning : coverage.warnings) {
    notes.print(warning.code == kReadFailed ? Notes::Level::error : Notes::Level::warning, warning.message);
  }
}

void print_reading(const Report& report, const Notes& notes) {
  notes.print(Notes::Level::note, "read " + std::to_string(report.coverage.rows_read) + " rows from " + report.source +
                                      ", dropped " + std::to_string(report.coverage.duplicates_dropped) +
                                      " duplicates, matched " + std::to_string(report.tally.total()));
}

ExitStatus end_failed(const Error& error, const Notes& notes) {
  notes.error(error.sentence());
  return ExitStatus::failed;
}

ExitStatus finish_output(TextBuffer& out, Output& output, ExitStatus so_far, const Notes& notes) {
  out.flush();
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

ExitStatus reading_status(const options::Request& request, const Coverage& coverage, const Expected<void>& read) {
  return !read || (request.strict && !coverage.complete) ? ExitStatus::failed : ExitStatus::done;
}

ExitStatus conclude(const options::Request& request, const Report& report, const OwnerStage& owners, TextBuffer& out,
                    Output& output, ExitStatus so_far, const Notes& notes) {
  const ExitStatus status = finish_output(out, output, so_far, notes);
  print_warnings(report.coverage, notes);
  if (request.verbose) {
    print_reading(report, notes);
    owners.print_reading(notes);
  }
  return status;
}

}  // namespace tcpstat::cli::verbs
