// tcpstat record: samples into a directory, until it is ended.

#include "base/quantity_text.h"
#include "cli/options/option_values.h"
#include "cli/service_manager.h"
#include "cli/ticker.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/recorded_sample.h"
#include "cli/verbs/verbs.h"
#include "cli/verbs/watching.h"
#include "parsers/records/record_writer.h"
#include "parsers/records/sample_queue.h"

namespace tcpstat::cli::verbs {
namespace {

void say_of(const record::FrameHeader& sample, const Notes& notes) {
  notes.print(Notes::Level::note, counted(sample.sockets, "socket") + ", " + counted(sample.rows, "row") +
                                      " kept, read in " + std::to_string(sample.dump_us / 1000) + " ms");
}

/// Writes a sample, and says that the record has begun.
bool write(const records::EncodedSample& sample, records::RecordWriter& writer, const options::RecordCommand& command,
           const Notes& notes) {
  if (!writer.add(sample)) return false;
  if (command.output.verbose) say_of(sample.header, notes);
  if (writer.written() != 1) return true;
  tell_ready();
  notes.print(Notes::Level::note, "recording into " + command.directory + ", a sample each " +
                                      duration_text(command.interval) + "; tcpstat" +
                                      options::record_option(command.directory) + " --at TIME shows one");
  return true;
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
                                   .boot_id = record::boot_bytes((*host)->boot_id().value_or("")),
                                   .say = [&notes](const std::string& sentence) { notes.warning(sentence); }});
  if (!writer) return end_failed(writer.error(), notes);

  records::RecordEncoder encoder(record::row_columns(info), (*writer)->first_sample());
  records::SampleQueue queue(
      {}, {.write = [&](const records::EncodedSample& sample) { return write(sample, **writer, command, notes); },
           .say = [&notes](const std::string& sentence) { notes.warning(sentence); }});
  SampleTaker taker(**host, info);
  SampleNotes sample_notes(notes);
  // Nothing is written to standard output, so its reader may go.
  constexpr int kNoReader = -1;
  Ticker ticker(command.interval, command.count, kNoReader);
  while (ticker.next()) {
    if (queue.wants_alone()) encoder.begin_anew();
    TakenSample taken = taker.take(encoder.next_is_key());
    sample_notes.print(taken.reading.coverage);
    if (taken.error) {
      if (ticker.samples() == 1) break;  // if the first sample fails, later ones will too
      continue;  // the record tells the gap; a part of the rows would look as if the others had gone
    }
    (*host)->keep_source();
    queue.add(encoder.encode(taken.sample));
    taker.reuse(std::move(taken.sample.rows));
  }
  queue.close();
  const std::uint64_t written = (*writer)->written();
  notes.print(Notes::Level::note, counted(written, "sample") + " written to " + command.directory);
  const bool lost = written < ticker.samples();
  return written == 0 || (command.source.strict && lost) ? ExitStatus::failed : ExitStatus::done;
}

}  // namespace tcpstat::cli::verbs
