// tcpstat: the list of connections.

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cli/output.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/half_open_watch.h"
#include "cli/verbs/list_columns.h"
#include "cli/verbs/owner_stage.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/run_facts.h"
#include "cli/verbs/verbs.h"
#include "filter/query.h"
#include "parsers/names/reverse_dns.h"
#include "render/plugin_output.h"
#include "survey/limit.h"
#include "survey/selection.h"
#include "survey/sorter.h"

namespace tcpstat::cli::verbs {
namespace {

/// For -q: one row is enough.
class FirstMatch final : public Sink {
 public:
  Flow connection(const Connection&) override { return Flow::stop; }
  Flow listener(const Listener&) override { return Flow::stop; }
};

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

/// For -r: rows wait until all their remote addresses have been asked for together.
class ResolveStage final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    addresses_.insert(row.remote.address.unmapped());
    rows_.keep(row);
    return Flow::more;
  }
  Flow listener(const Listener& row) override {
    rows_.keep(row);
    order_of_listeners_.push_back(rows_.connections().size());
    return Flow::more;
  }

  [[nodiscard]] std::vector<Address> addresses() const { return {addresses_.begin(), addresses_.end()}; }

  /// Passes the rows on in the order in which they came.
  Flow finish(Sink& next) {
    const auto& connections = rows_.connections();
    const auto& listeners = rows_.listeners();
    std::size_t listener = 0;
    for (std::size_t i = 0; i <= connections.size(); ++i) {
      for (; listener < listeners.size() && order_of_listeners_[listener] == i; ++listener) {
        if (next.listener(listeners[listener]) == Flow::stop) return Flow::stop;
      }
      if (i < connections.size() && next.connection(connections[i]) == Flow::stop) return Flow::stop;
    }
    return Flow::more;
  }

 private:
  RowStore rows_;
  std::vector<std::size_t> order_of_listeners_;
  std::set<Address> addresses_;
};

/// How long name servers may keep us waiting in all.
constexpr std::chrono::seconds kResolveLimit{5};

}  // namespace

ExitStatus run_list(const options::Request& request, const Notes& notes) {
  auto reading = host::open_host(host_options(request));
  if (!reading) return end_failed(reading.error(), notes);
  auto output = Output::open(request.quiet ? "" : request.output_file);
  if (!output) return end_failed(output.error(), notes);
  const Columns columns = chosen_columns(request);
  const Columns used = used_columns(request, columns);
  filter::Query query = make_query(request, used);
  HalfOpenWatch half_opens(request, *output, **reading);
  if (half_opens.wanted()) query.states = query.states | StateSet{State::syn_recv, State::listen};

  TextBuffer out(output->fd());
  render::RenderSettings settings = render_settings(request, *output, out, **reading, columns);
  std::unique_ptr<KnownHosts> hosts;
  const bool resolve = request.resolve && request.format->name == "table" && !request.quiet;

  // The way of a row, from its end: renderer, names of hosts, limit, order, selection, owners.
  FirstMatch first_match;
  std::unique_ptr<render::Renderer> renderer = request.quiet ? nullptr : request.format->make(settings);
  ResolveStage resolve_stage;
  Sink* next = request.quiet ? static_cast<Sink*>(&first_match) : renderer.get();
  if (resolve) next = &resolve_stage;
  std::optional<survey::Limit> limit;
  if (request.limit && !request.quiet) next = &limit.emplace(*request.limit, *next);
  std::optional<survey::Sorter> sorter;
  if (!request.sort.empty() && !request.quiet) {
    next = &sorter.emplace(request.sort, rows_to_sort(request), (*reading)->names(), *next);
  }

  OwnerStage owners(**reading, wants_owners(request, used), request.filter);
  if (auto opened = owners.open(); !opened) return end_failed(opened.error(), notes);
  next = &owners.behind_selection(*next);
  survey::Selection selection(request.filter, half_opens_in(request, query), *next);
  Sink& first = half_opens.before(owners.before_selection(selection));

  Report report = start_report(request, **reading);
  const auto read = (*reading)->read(query, first, report.coverage);
  report.source = (*reading)->source_name();
  const auto matched = [&] { return selection.tally().total() > 0; };
  if (!(request.quiet && matched())) {
    owners.finish(selection);
    if (sorter) sorter->finish();
  }
  owners.add_warnings(report.coverage);
  complete_warnings(report.coverage, read);

  const ExitStatus status = reading_status(request, report.coverage, read);
  if (request.quiet) {
    print_warnings(report.coverage, notes);
    if (status == ExitStatus::failed) return status;
    return matched() ? ExitStatus::done : ExitStatus::no_match;
  }
  if (resolve) {
    const auto left = request.timeout ? std::min<std::chrono::milliseconds>(*request.timeout, kResolveLimit)
                                      : std::chrono::milliseconds(kResolveLimit);
    hosts = std::make_unique<KnownHosts>(names::resolve_hosts(resolve_stage.addresses(), left));
    settings.hosts = hosts.get();
    renderer = request.format->make(settings);
    resolve_stage.finish(*renderer);
  }
  report.limited = limit && limit->limited();
  report.tally = selection.tally();
  half_opens.judge(report);
  if (worth_writing(request, report, read)) renderer->finish(report);
  if (half_opens.below_table(report)) render::write_verdict_lines(out, report.verdicts, report.findings);
  return conclude(request, report, owners, out, *output, status, notes);
}

}  // namespace tcpstat::cli::verbs
