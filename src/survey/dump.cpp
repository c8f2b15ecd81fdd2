#include "survey/dump.h"

#include <cerrno>
#include <new>
#include <string>

#include "base/quantity_text.h"
#include "model/sink.h"
#include "report/source_names.h"
#include "survey/limit.h"
#include "survey/owner_join.h"
#include "survey/selection.h"

namespace tcpstat::survey {
namespace {

Report begin_report(const Host& host, const filter::Filter& filter) {
  Report report;
  report.facts = host.facts();
  report.selected = filter.states;
  report.ipv4 = filter.ipv4;
  report.ipv6 = filter.ipv6;
  report.filtered = filter.has_conditions_or_family();
  return report;
}

/// What the source is asked for.
filter::Query source_query(const DumpPlan& plan) {
  filter::Query query = plan.query;
  query.parts |= query.filter.needs.columns.parts;
  query.parts.tcp_info |= plan.rates != nullptr;
  if (plan.rows == DumpPlan::Rows::every) {
    query.filter = {};
    query.filter.ipv4 = plan.query.filter.ipv4;
    query.filter.ipv6 = plan.query.filter.ipv6;
  }
  return query;
}

Selection::HalfOpens half_opens(const Host& host, const filter::Query& query) {
  const bool read = query.states.has(State::syn_recv) && host.shows_all_half_opens();
  return read ? Selection::HalfOpens::read : Selection::HalfOpens::not_read;
}

/// One row more than the limit, so that Limit notices that there were more. Nothing: all rows.
std::optional<std::uint64_t> rows_to_sort(const DumpPlan& plan) {
  if (!plan.limit || *plan.limit == UINT64_MAX) return std::nullopt;
  return *plan.limit + 1;
}

std::string sockets(std::uint64_t count) { return counted(count, "socket"); }

/// Looks up owners if they are asked for. A filter by process needs them before the selection; otherwise only selected
/// rows are looked up.
class OwnerStage {
 public:
  OwnerStage(Host& host, const DumpPlan& plan)
      : host_(host),
        policy_(host.is_file() ? DumpPlan::Owners::not_read : plan.owners),
        first_(plan.query.filter.needs_owners() || plan.rows == DumpPlan::Rows::every),
        others_(plan.query.filter) {
    selects_ = others_.needs_owners();
    if (policy_ == DumpPlan::Owners::helpful && selects_) policy_ = DumpPlan::Owners::required;
    filter::drop_owners(others_);
  }

  /// Before any row.
  Expected<void> open(Coverage& coverage) {
    if (policy_ == DumpPlan::Owners::not_read) return {};
    auto owners = host_.owners();
    if (!owners) {
      if (policy_ == DumpPlan::Owners::required) return tl::make_unexpected(owners.error());
      coverage.warn("owners_not_read", owners.error().sentence() + "; judged without them");
      return {};
    }
    search_ = (*owners)->search();
    if (selects_ && !search_.saw_processes()) {
      return failure("filter by process", 0, "the directory of --proc-root must have those of processes",
                     "no process is to be seen");
    }
    owners_ = *owners;
    return {};
  }

  /// The sink to use in place of `next` behind the selection, and the one to use before it.
  Sink& behind_selection(Sink& next) { return owners_ != nullptr && !first_ ? join(next) : next; }
  Sink& before_selection(Sink& next) { return owners_ != nullptr && first_ ? join(next) : next; }

  /// The dump has ended: rows and listeners that waited go on.
  void finish(std::optional<Selection>& selection) {
    if (join_) join_->finish();
    if (selection) selection->finish();
    if (join_ && !first_) join_->finish();
  }

  /// After finish(): the sockets that processes hold besides the rows.
  [[nodiscard]] std::optional<std::vector<Untabled>> untabled() const {
    if (owners_ == nullptr || !host_.facts().netns) return std::nullopt;
    return owners_->untabled(*host_.facts().netns);
  }

  /// To be called once, when no row follows.
  std::optional<OwnerSearch> close(Coverage& coverage) {
    if (owners_ == nullptr) return std::nullopt;
    warn(coverage);
    join_.reset();
    owners_ = nullptr;
    host_.forget_owners();
    return search_;
  }

 private:
  Sink& join(Sink& next) {
    return join_.emplace(
        *owners_,
        [this]() -> const OwnerLookup* {
          auto again = host_.owners();
          if (!again) {
            second_error_ = again.error();
            return nullptr;
          }
          // What the first look missed stays missing from the rows that passed before the second one, even if that
          // finds it.
          if ((*again)->search().failed > 0 && search_.failed == 0) {
            search_.failed = (*again)->search().failed;
            search_.error = (*again)->search().error;
          }
          return *again;
        },
        next, &others_);
  }

  [[nodiscard]] std::uint64_t without_owner(Orphan reason) const { return join_ ? join_->without_owner(reason) : 0; }

  /// Warns of what the search did not see. Missing owners make the dump incomplete only if they are part of the answer:
  /// if they were asked for and could not be read, or if unknown ones decide which rows are selected.
  void warn(Coverage& coverage) const {
    const auto unknown = selects_ ? &Coverage::lose : &Coverage::warn;
    if (search_.failed > 0 || second_error_) {
      const std::string processes = std::to_string(search_.failed) + (search_.failed == 1 ? " process" : " processes");
      const Error first{"look into " + processes + " for the owners of sockets", search_.error};
      const bool asked_for = policy_ == DumpPlan::Owners::required;
      (coverage.*(asked_for ? &Coverage::lose : &Coverage::warn))("owners_unread",
                                                                  second_error_.value_or(first).sentence());
    }
    if (const std::uint64_t count = without_owner(Orphan::not_permitted); count > 0) {
      (coverage.*unknown)("owners_not_permitted",
                          "the processes of " + sockets(count) + " could not be read (" + search_.remedy + ")");
    }
    if (const std::uint64_t count = without_owner(Orphan::other_pid_namespace); count > 0) {
      (coverage.*unknown)("other_pid_namespace", "this PID namespace does not show all processes of the host; " +
                                                     sockets(count) + " may belong to processes outside of it");
    }
    if (!search_.saw_processes()) {
      coverage.warn("owners_unknown", "no process is to be seen; the owners of sockets are unknown");
    }
  }

  Host& host_;
  DumpPlan::Owners policy_;
  bool first_;             ///< owners are known before the selection
  filter::Filter others_;  ///< what the filter asks for besides processes
  bool selects_ = false;   ///< rows are selected by their owners
  const OwnerLookup* owners_ = nullptr;
  OwnerSearch search_;
  std::optional<Error> second_error_;
  std::optional<OwnerJoin> join_;
};

/// A saved sample in which no row tells what the filter asks for cannot answer it, which is refused. Otherwise rows that
/// do not tell it make the answer incomplete.
Expected<void> check_untold(const Host& host, const filter::Untold& untold, std::uint64_t matched, Coverage& coverage) {
  if (untold.undecided() == 0) return {};
  const std::string saved_by = "tcpstat -a" + untold.options_that_save() + " -f ndjson saves it";
  if (host.is_file() && matched == 0 && untold.none_tells()) {
    coverage.rows_read = 0;  // as where a source refuses before its first row
    return failure("filter by " + untold.word() + " in " + host.evidence_names().rows, 0, saved_by,
                   "it was saved without that");
  }
  const bool one = untold.undecided() == 1;
  std::string sentence = "whether " + sockets(untold.undecided()) + (one ? " matches" : " match") +
                         " is not known: " + (one ? "it does" : "they do") + " not tell " + untold.word();
  if (host.is_file()) sentence += " (" + saved_by + ")";
  coverage.lose("filter_unknown", std::move(sentence));
  return {};
}

/// Warns of flawed rows and of the error.
void complete_warnings(Coverage& coverage, const Expected<void>& read) {
  for (std::size_t i = 0; i < kFlawCount; ++i) {
    if (coverage.flaws[i] == 0) continue;
    coverage.lose("flawed_rows", "left out " + std::to_string(coverage.flaws[i]) +
                                     (coverage.flaws[i] == 1 ? " row " : " rows ") +
                                     std::string(name(static_cast<Flaw>(i))));
  }
  if (!read) coverage.lose(std::string(kReadFailed), read.error().sentence());
}

/// If the rows are a chosen part, takes the numbers that were counted beside them. These exist by state and family
/// only, so that a filter with other conditions has none.
void take_counted(const filter::Filter& filter, Report& report) {
  std::optional<Tally>& counted = report.coverage.counted;
  if (filter.has_conditions()) counted.reset();
  if (!counted) return;
  report.counted_rows = Counted::all;
  report.tally = {};
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    for (const StateInfo& state : states()) {
      if (!filter.has_family(family) || !filter.states.has(state.state)) continue;
      report.tally.add(state.state, family, counted->count(state.state, family));
    }
  }
}

}  // namespace

void take_first_rates(Host& host, const DumpPlan& plan) {
  class Unread final : public Sink {
   public:
    Flow connection(const Connection& /*row*/) override { return Flow::more; }
    Flow listener(const Listener& /*row*/) override { return Flow::more; }
  } unread;
  Coverage coverage;
  static_cast<void>(host.read(source_query(plan), plan.rates->begin(unread), coverage));
}

Dump take(Host& host, const DumpPlan& plan, Sink& sink) {
  Dump dump;
  Report& report = dump.report;
  report = begin_report(host, plan.query.filter);
  OwnerStage owners(host, plan);
  Expected<void> read;
  try {
    read = owners.open(report.coverage);
  } catch (const std::bad_alloc&) {
    read = failure("look for the owners of sockets", ENOMEM);
  }

  // The way of a row, from its end: limit, order, owners, selection, owners if the selection needs them, rates,
  // witness.
  Sink* next = &sink;
  std::optional<Limit> limit;
  if (plan.limit) next = &limit.emplace(*plan.limit, *next);
  std::optional<Sorter> sorter;
  if (!plan.sort.empty()) next = &sorter.emplace(plan.sort, rows_to_sort(plan), host.names(), *next);
  next = &owners.behind_selection(*next);
  std::optional<Selection> selection;
  if (plan.rows == DumpPlan::Rows::selected) {
    const auto rows = host.is_file() ? filter::Untold::Rows::saved : filter::Untold::Rows::live;
    next = &selection.emplace(plan.query.filter, half_opens(host, plan.query), *next, rows);
  }
  next = &owners.before_selection(*next);
  if (plan.rates != nullptr) next = &plan.rates->begin(*next);
  std::optional<BothSinks> both;
  if (plan.witness != nullptr) next = &both.emplace(*plan.witness, *next);

  try {
    if (read) read = host.read(source_query(plan), *next, report.coverage);
    // Behind a sort, and of listeners, which come last, the limit is reached when all rows were counted.
    if (limit && limit->limited()) report.counted_rows = Counted::up_to_limit;
    const bool enough = plan.until == DumpPlan::Until::first_match && selection && selection->tally().total() > 0;
    if (!enough) {
      owners.finish(selection);
      if (sorter) sorter->finish();
    }
  } catch (const std::bad_alloc&) {
    // The rows so far are a partial answer, and the writer will end the document as such.
    read = failure("read all sockets", ENOMEM);
  }
  const bool all_rows = plan.descriptors == DumpPlan::Descriptors::all && plan.query.states == StateSet::all() &&
                        report.coverage.visible == StateSet::all() && !report.filtered && !plan.limit;
  if (read && report.coverage.complete && all_rows) dump.untabled = owners.untabled();
  dump.owner_search = owners.close(report.coverage);
  if (read && selection) {
    read = check_untold(host, selection->untold(), selection->tally().total(), report.coverage);
  }
  complete_warnings(report.coverage, read);
  if (!read) dump.error = read.error();
  report.source = host.source_name();
  report.protocol = tcp_or_mptcp(plan.query.mptcp);
  const bool saw_any = !report.coverage.saw_nothing();
  report.ipv4 = report.ipv4 && report.coverage.ipv4 && saw_any;
  report.ipv6 = report.ipv6 && report.coverage.ipv6 && saw_any;
  if (report.source == kBothSources) report.counted_rows = Counted::differences;
  report.filtered = report.filtered || report.coverage.filtered || report.counted_rows == Counted::differences;
  report.limited = limit && limit->limited();
  if (selection) report.tally = selection->tally();
  take_counted(plan.query.filter, report);
  return dump;
}

}  // namespace tcpstat::survey
