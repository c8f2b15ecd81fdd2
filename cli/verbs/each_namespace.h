#pragma once
// One judgement for each of several network namespaces.

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "parsers/host/many_namespaces.h"
#include "report/of_namespace.h"

namespace tcpstat::cli::verbs {

/// Runs `work` in as many threads, or in as many as can be started; in this one, if none can. Returns when all are done.
template <typename Work, typename Thread = std::jthread>
void run_side_by_side(std::size_t threads, const Work& work) {
  std::vector<Thread> started;
  started.reserve(threads);
  try {
    for (std::size_t i = 0; i < threads; ++i) started.emplace_back(work);
  } catch (const std::system_error&) {
    // A limit of processes was reached: those that run share the work.
    if (started.empty()) work();
  }
}

/// What `judge` returns for each namespace, in their order; a namespace for which it returns nothing is left out. It
/// runs in `threads` threads at most, each of which enters one namespace after the other and comes home in between.
/// What it throws is thrown again.
template <typename Judged, typename Judge>
std::vector<Judged> judge_each(const host::NamespaceList& list, std::size_t threads, const Judge& judge) {
  const auto& all = list.namespaces;
  std::vector<std::optional<Judged>> judged(all.size());
  std::vector<std::exception_ptr> failures(all.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    const host::WayHome way_home;
    for (std::size_t i = next.fetch_add(1); i < all.size(); i = next.fetch_add(1)) {
      try {
        judged[i] = judge(all[i]);
      } catch (...) {
        failures[i] = std::current_exception();
      }
      way_home.go();
    }
  };
  run_side_by_side(std::min(threads, all.size()), work);
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  std::vector<Judged> done;
  for (auto& one : judged) {
    if (one) done.push_back(std::move(*one));
  }
  return done;
}

/// If namespaces are hidden from an unprivileged user, the status is not OK.
template <typename Report>
void note_hidden(const host::NamespaceList& list, Report& report) {
  std::string hidden = host::hidden_namespaces(list);
  if (hidden.empty()) return;
  report.status = worse(report.status, Severity::unknown);
  if (report.status == Severity::unknown) report.headline = hidden;
  report.reading.coverage.lose("netns_hidden", std::move(hidden));
}

/// Says why a namespace was not entered.
template <typename Judged>
void note_not_entered(const Error& error, OfNamespace<Judged>& one) {
  one.obstacle = error.why();
  one.report.status = Severity::unknown;
  one.report.headline = error.sentence();
  one.report.reading.coverage.lose(std::string(kNotEntered), error.sentence());
}

}  // namespace tcpstat::cli::verbs
