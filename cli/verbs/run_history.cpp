// tcpstat history: what a record tells of a stretch of time.

#include "cli/options/option_values.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "parsers/records/record_store.h"
#include "parsers/records/recorded_rows.h"
#include "record/history_builder.h"

namespace tcpstat::cli::verbs {
ExitStatus run(const options::HistoryCommand& command, const Notes& notes) {
  auto output = Output::open(command.output.file);
  if (!output) return end_failed(output.error(), notes);

  RunFacts facts = host::host_facts("");
  facts.host.reset();
  facts.kernel.reset();
  std::string by = command.by.empty() ? std::string(history_keys().front()) : command.by;
  if (command.findings) by = "finding";
  record::HistoryBuilder builder(by, command.interval);
  Coverage coverage;
  const auto visit = [&](const record::FileHeader& file, const record::FrameHeader& header,
                         const record::Table& table) {
    if (!facts.host) records::facts_of(table).put_into(facts);
    builder.add(file, header, table);
  };
  auto store = records::RecordStore::open(command.directory);
  Expected<void> read;
  if (store) {
    read = store->counts(command.span.from, command.span.to, coverage, visit);
  } else {
    read = tl::make_unexpected(store.error());
  }
  const render::Format& format = render::format(command.output.format);
  if (!read) {
    // A table without its rest would look as if it were all; a document says that it is not.
    if (!format.has_envelope) return end_failed(read.error(), notes);
    coverage.lose(std::string(kReadFailed), read.error().sentence());
  }

  History history = builder.take(command.limit);
  if (read && history.samples == 0) {
    coverage.warn("no_samples", "the record " + command.directory + " has no sample of that time");
  }
  history.coverage.put_before(coverage);
  history.options = options::record_option(command.directory);
  const Terminal terminal = look_at_terminal(output->fd());
  TextBuffer out(output->fd());
  const render::Page page{.out = out,
                          .width = command.text.truncate ? terminal.width : 0,
                          .charset = terminal.charset(),
                          .foreign = terminal.foreign_charset(),
                          .colour = choose_colour(command.output.colour, terminal),
                          .header = command.text.header};
  format.history(page, facts, history);
  const bool partial = !history.coverage.complete && command.strict;
  const ExitStatus status =
      finish_output(out, *output, !read || partial ? ExitStatus::failed : ExitStatus::done, notes);
  print_warnings(history.coverage, notes);
  return status;
}

}  // namespace tcpstat::cli::verbs
