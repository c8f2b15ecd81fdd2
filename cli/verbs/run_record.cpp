// tcpstat record: samples into a directory, until it is ended.

#include <unistd.h>

#include "base/quantity_text.h"
#include "cli/service_manager.h"
#include "cli/ticker.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/recorded_sample.h"
#include "cli/verbs/verbs.h"
#include "cli/verbs/watching.h"
#include "parsers/records/record_writer.h"

namespace tcpstat::cli::verbs {
namespace {

/// The 16 bytes of a text such as "6f1c2b1e-…"; zeros where it is none.
std::array<std::uint8_t, 16> boot_bytes(const std::optional<std::string>& text) {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t digits = 0;
  for (const char c : text.value_or("")) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos || digits == 32) continue;
    std::uint8_t& byte = bytes[digits / 2];
    byte = static_cast<std::uint8_t>(static_cast<std::size_t>(byte) << 4U | digit);
    ++digits;
  }
  return bytes;
}

void say_of(const TakenSample& taken, const Notes& notes) {
  const records::RecordedSample& sample = taken.sample;
  notes.print(Notes::Level::note, counted(sample.sockets, "socket") + ", " + counted(sample.rows.rows(), "row") +
                                      " kept, read in " + std::to_string(sample.dump_us / 1000) + " ms");
}

}  // namespace

ExitStatus run(const options::RecordCommand& command, const Notes& notes) {
  auto host = host::open_host(host_options(command.source));
  if (!host) return end_failed(host.error(), notes);
  const auto info = command.info ? record::InfoChoice::all : record::InfoChoice::some;
  auto writer =
      records::RecordWriter::open({.directory = command.directory,
                                   .interval = command.interval,
                                   .limits = {.keep = command.keep, .most_bytes = command.max_size},
                                   .min_free_percent = command.min_free,
                                   .boot_id = boot_bytes((*host)->boot_id()),
                                   .columns = record::row_columns(info),
                                   .say = [&notes](const std::string& sentence) { notes.warning(sentence); }});
  if (!writer) return end_failed(writer.error(), notes);

  SampleTaker taker(**host, info);
  SampleNotes sample_notes(notes);
  std::uint64_t failed = 0;
  Ticker ticker(command.interval, command.count, STDOUT_FILENO);
  while (ticker.next()) {
    const TakenSample taken = taker.take((*writer)->next_is_key());
    sample_notes.print(taken.reading.coverage);
    if (taken.error) {
      ++failed;
      if (ticker.samples() == 1) break;  // what fails at once is no matter of one sample
      continue;                          // a gap is told; a part of the rows would look as if the others had gone
    }
    (*host)->keep_source();
    const bool written = (*writer)->add(taken.sample);
    if (command.output.verbose) say_of(taken, notes);
    if (!written || (*writer)->written() != 1) continue;
    tell_ready();
    notes.print(Notes::Level::note, "recording into " + command.directory + ", a sample each " +
                                        duration_text(command.interval) + "; tcpstat --at TIME shows one");
  }
  notes.print(Notes::Level::note, counted((*writer)->written(), "sample") + " written to " + command.directory);
  const bool nothing = (*writer)->written() == 0;
  const bool lost = (*writer)->lost() + failed > 0;
  return nothing || (command.source.strict && lost) ? ExitStatus::failed : ExitStatus::done;
}

}  // namespace tcpstat::cli::verbs
