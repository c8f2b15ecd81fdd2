#pragma once
// How every verb ends: what the reading could not see is said, the output is written out, and both become an exit
// status.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/text_buffer.h"
#include "cli/exit_status.h"
#include "cli/notes.h"
#include "cli/options/command.h"
#include "cli/output.h"
#include "report/coverage.h"
#include "survey/dump.h"

namespace tcpstat::cli::verbs {

/// Prints each warning once; the error itself too.
void print_warnings(std::span<const Warning> warnings, const Notes& notes);
inline void print_warnings(const Coverage& coverage, const Notes& notes) { print_warnings(coverage.warnings, notes); }
/// What -v says: how many rows were read, and from where.
void print_reading(const Report& report, const Notes& notes);

/// Says once, behind the table, that the terminal is too narrow for some columns. `instead`: what to do about it.
void note_hidden(std::span<const std::string_view> hidden, std::size_t width, std::string_view instead,
                 const Notes& notes);

/// Prints the one sentence why nothing was written.
ExitStatus end_failed(const Error& error, const Notes& notes);

/// What is known of a source that could not be read because of `error`: of a file not even the host.
Report unread_report(const options::SourceChoice& source, const Error& error);
/// The same of a source of this host.
Report unread_report(std::string_view source, const Error& error);

/// Writes a document of `format` to standard output that says what failed, if the format has a place for it. A file
/// that was asked for stays as it was.
enum class Unread : std::uint8_t { counts, rows, transitions };
void write_failed(const render::Format& format, const options::SourceChoice& source,
                  const options::OutputChoice& choice, Unread what, const Error& error);

/// Flushes `out`; a closed pipe is a quiet success, everything else a sentence and a failure.
ExitStatus finish_output(TextBuffer& out, Output& output, ExitStatus so_far, const Notes& notes);

/// How the reading itself went: a failed read fails, and so does a partial one with --strict.
ExitStatus reading_status(const options::SourceChoice& source, const survey::Dump& dump);

/// A header or zeros over a source that could not be read would say that there is nothing; a JSON document says itself
/// that it is not complete.
bool worth_writing(const render::Format& format, const survey::Dump& dump);

/// The common end of list and summary: the output, then what was not seen, then with -v how rows were read.
ExitStatus conclude(const options::SourceChoice& source, const options::OutputChoice& choice, const survey::Dump& dump,
                    TextBuffer& out, Output& output, const Notes& notes);

}  // namespace tcpstat::cli::verbs
