// tcpstat: the list of connections.

#include <algorithm>
#include <map>
#include <memory>
#include <new>

#include "cli/last_words.h"
#include "cli/output.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/list_columns.h"
#include "cli/verbs/list_verdict.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "parsers/names/reverse_dns.h"
#include "render/judgement_text.h"
#include "survey/waiting_rows.h"
#include "survey/whole_answer.h"

namespace tcpstat::cli::verbs {
namespace {

/// How long name servers may keep us waiting in all.
constexpr std::chrono::milliseconds kResolveLimit{5000};

class KnownHosts final : public render::HostNames {
 public:
  explicit KnownHosts(std::map<Address, std::string> hosts) : hosts_(std::move(hosts)) {}
  [[nodiscard]] std::string_view host(const Address& address) const override {
    const auto at = hosts_.find(address.unmapped());
    return at == hosts_.end() ? std::string_view{} : std::string_view(at->second);
  }

 private:
  std::map<Address, std::string> hosts_;
};

/// Stops at the first row.
class FirstMatch final : public Sink {
 public:
  Flow connection(const Connection&) override { return Flow::stop; }
  Flow listener(const Listener&) override { return Flow::stop; }
};

/// -q: whether there is such a connection.
ExitStatus look_for_match(survey::DumpPlan plan, const options::SourceChoice& source, Host& host, const Notes& notes) {
  plan.until = survey::DumpPlan::Until::first_match;
  plan.sort.clear();
  plan.limit.reset();
  FirstMatch first_match;
  survey::Dump dump = survey::take(host, plan, first_match);
  print_warnings(dump.report.coverage, notes);
  const ExitStatus status = reading_status(source, dump);
  if (status == ExitStatus::failed) return status;
  if (dump.report.tally.total() > 0) return ExitStatus::done;
  survey::ask_for_all_that_match(plan.query.filter, host.is_file(), dump.report.coverage);
  // As grep -q: what was not seen may have been the match.
  if (dump.report.coverage.complete) return ExitStatus::no_match;
  notes.error("no match in what could be read: " + dump.report.coverage.why_incomplete());
  return ExitStatus::failed;
}

/// Takes the first of two samples, and waits for the second.
void wait_for_rates(Host& host, const survey::DumpPlan& plan, std::chrono::milliseconds apart) {
  const Clock::Instant start = host.clock().now();
  survey::take_first_rates(host, plan);
  host.clock().sleep_until(start + apart);
}

}  // namespace

ExitStatus run(const options::ListCommand& list, const Notes& notes) {
  auto opened = host::open_host(host_options(list.source, list.filter));
  const render::Format& format = render::format(list.output.format);
  if (!opened) {
    write_failed(format, list.source, list.output, Unread::rows, opened.error());
    return end_failed(opened.error(), notes);
  }
  Host& host = **opened;
  const Columns columns = chosen_columns(list.rows, list.filter, list.source);
  const Columns used = used_columns(list.rows, format, columns);
  survey::DumpPlan plan = list_plan(list.filter, list.rows, used, host);
  plan.query.mptcp = list.rows.mptcp;
  std::optional<survey::RateSampler> rates;
  if (list.rows.rate) plan.rates = &rates.emplace(host.clock());
  if (rates) wait_for_rates(host, plan, list.interval);
  if (list.output.quiet) return look_for_match(std::move(plan), list.source, host, notes);
  auto output = Output::open(list.output.file, list.source.timeout);
  if (!output) return end_failed(output.error(), notes);

  ListVerdict verdict(format, list.filter.states, *output, host, plan);
  TextBuffer out(output->fd());
  render::RenderSettings settings = render_settings(list.filter, list.text, list.output.colour, *output, out, host);
  add_rows(list.rows, columns, settings);
  settings.second_line = render::SecondLine::yes;
  std::unique_ptr<render::ListWriter> writer;
  std::unique_ptr<KnownHosts> hosts;
  survey::Dump dump;
  try {
    if (list.rows.resolve && format.for_people) {
      survey::WaitingRows waiting;
      dump = survey::take(host, plan, waiting);
      const auto left = std::min(list.source.timeout.value_or(kResolveLimit), kResolveLimit);
      hosts = std::make_unique<KnownHosts>(names::resolve_hosts(waiting.addresses(), left));
      settings.hosts = hosts.get();
      writer = format.list(settings);
      waiting.finish(*writer);
    } else {
      writer = format.list(settings);
      dump = survey::take(host, plan, *writer);
    }
    out.drop_unit();
    verdict.judge(dump.report);
    if (worth_writing(format, dump)) writer->finish(dump.report);
  } catch (const std::bad_alloc&) {
    if (writer == nullptr) throw;  // nothing was written
    writer->finish_in_need();
    out.flush();
    LastWords::output_is_whole();
    throw;
  }
  std::vector<std::string_view> hidden;
  for (const Column* column : writer->hidden_columns()) hidden.push_back(column->name);
  const std::size_t width = settings.width;
  if (verdict.below_table(dump.report)) {
    const render::Page page{.out = out, .width = width, .charset = settings.charset, .foreign = settings.charset};
    render::write_verdict_lines(page, dump.report.verdicts, dump.report.findings);
  }
  const ExitStatus status = conclude(list.source, list.output, dump, out, *output, notes);
  note_hidden(hidden, width, "-o names the columns to keep", notes);
  return status;
}

}  // namespace tcpstat::cli::verbs
