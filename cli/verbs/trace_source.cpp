#include "cli/verbs/trace_source.h"

#include <algorithm>
#include <array>
#include <vector>

#include "cli/verbs/traced_requests.h"
#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/bpf_trace.h"
#include "parsers/host/many_namespaces.h"
#include "parsers/tracefs/trace_instance.h"
#include "parsers/tracefs/transition_trace.h"

namespace tcpstat::cli::verbs {
namespace {

using options::TraceCommand;
using options::TraceSourceInfo;

/// All conditions on ports must match, so the kernel may filter by one of them alone.
std::vector<bpf::PortRange> ports_of(const filter::Filter& filter) {
  const auto& chosen = !filter.ports.empty()         ? filter.ports
                       : !filter.local_ports.empty() ? filter.local_ports
                                                     : filter.remote_ports;
  std::vector<bpf::PortRange> out;
  for (const filter::PortRange& range : chosen) out.push_back({range.first, range.last});
  return out;
}

bool names_a_namespace(const TraceCommand& command) {
  return !command.netns.empty() && command.netns != host::kAllNamespaces;
}

/// A trace that follows a command has its full sockets alone: a request does not show whose it is.
bool wants_minisockets(const TraceCommand& command) {
  using enum filter::TransitionKind;
  return command.command.empty() && (command.lives || command.only == half_open || command.only == time_wait);
}

/// Why the source cannot do what was asked for; empty: it can.
std::string_view obstacle(const TraceSourceInfo& source, const TraceCommand& command) {
  if (names_a_namespace(command) && !source.tells_namespaces) return "tell namespaces apart";
  if (!command.command.empty() && !source.follows_commands) return "follow a command";
  return {};
}

/// Those that may be tried, in order.
std::vector<const TraceOpener*> candidates(const TraceCommand& command, std::span<const TraceOpener> openers) {
  std::vector<const TraceOpener*> out;
  for (const TraceOpener& one : openers) {
    const bool wanted = command.source == nullptr ? obstacle(one.of, command).empty() : command.source == &one.of;
    if (wanted) out.push_back(&one);
  }
  // --strict wants a complete trace or none, so it gets a source that counts every loss.
  const auto loses_unseen = [](const TraceOpener* one) { return !one->of.counts_every_loss; };
  if (command.strict && command.source == nullptr && !std::all_of(out.begin(), out.end(), loses_unseen)) {
    std::erase_if(out, loses_unseen);
  }
  return out;
}

struct Refused {
  const TraceSourceInfo& source;
  Error error;
};

/// The sentence of the source that was tried last, and why the others are no help; a remedy of two is told once.
Error none_works(const std::vector<Refused>& refused) {
  const auto why = [](const Error& error) { return Error{error.doing, error.code, {}, error.reason}.why(); };
  const Error& last = refused.back().error;
  if (refused.size() == 1) return last;
  Error out{last.doing, 0, last.hint, why(last)};
  for (auto one = refused.rbegin() + 1; one != refused.rend(); ++one) {
    out.reason += "; nor by " + std::string(one->source.title) + ": " + why(one->error);
    const std::string& hint = one->error.hint;
    if (!hint.empty() && hint != last.hint) out.hint = hint + (out.hint.empty() ? "" : ", or " + out.hint);
  }
  return out;
}

}  // namespace

Expected<OpenedTrace> open_trace(const TraceCommand& command, std::span<const TraceOpener> openers) {
  std::vector<Refused> refused;
  for (const TraceOpener* one : candidates(command, openers)) {
    auto opened = one->open();
    if (!opened) {
      refused.push_back({one->of, opened.error()});
      continue;
    }
    std::string note;
    const auto say = [&note](const std::string& clause) { note += (note.empty() ? "" : "; ") + clause; };
    for (const Refused& before : refused) say(before.error.sentence());
    const std::string name(one->of.name);
    if (!refused.empty()) say("reading " + name + " instead");
    // With --netns all, the user knows.
    if (!one->of.tells_namespaces && command.netns.empty()) {
      say(name + " shows all network namespaces, and does not say which is whose");
    }
    if (note.empty()) note = opened->limits;
    return OpenedTrace{std::move(*opened), one->of, std::move(note)};
  }
  Error error = none_works(refused);
  for (const TraceOpener& one : openers) {
    const std::string_view cannot = obstacle(one.of, command);
    if (command.source != nullptr || cannot.empty()) continue;
    error.hint += std::string(error.hint.empty() ? "" : "; ") + std::string(one.of.name) + ", which would do, cannot " +
                  std::string(cannot);
  }
  return tl::make_unexpected(std::move(error));
}

namespace {

Expected<OpenedSource> open_bpf(const TraceCommand& command, std::optional<std::uint64_t> netns,
                                const std::function<Flow()>& between) {
  if (!netns && command.netns != host::kAllNamespaces) {
    return failure("trace by BPF", 0, "mount /proc, or --netns all",
                   "/proc does not tell in which network namespace this is");
  }
  bpf::KernelFilter filter;
  filter.netns = static_cast<std::uint32_t>(netns.value_or(0));
  filter.ipv4 = command.filter.ipv4;
  filter.ipv6 = command.filter.ipv6;
  filter.ports = ports_of(command.filter);
  if (!command.command.empty()) filter.follow = bpf::KernelFilter::Follow::children;
  if (command.processes) filter.actors = bpf::KernelFilter::Actors::yes;
  using Minisockets = bpf::KernelFilter::Minisockets;
  if (command.lives) filter.lives = bpf::KernelFilter::Lives::yes;
  if (wants_minisockets(command)) filter.minisockets = command.lives ? Minisockets::ends : Minisockets::all;
  if (counts_requests(command)) filter.requests = bpf::KernelFilter::Requests::counted;
  auto opened = bpf::open_trace(filter, between);
  if (!opened) return tl::make_unexpected(opened.error());
  return OpenedSource{.source = std::move(opened->source),
                      .handshakes = std::move(opened->handshakes),
                      .minisockets = wants_minisockets(command) && opened->limits.empty(),
                      .limits = opened->limits};
}

Expected<OpenedSource> open_tracefs(const TraceCommand& /*command*/, std::optional<std::uint64_t> /*netns*/,
                                    const std::function<Flow()>& between) {
  auto opened = tracefs::TransitionTrace::open(between);
  if (!opened) return tl::make_unexpected(opened.error());
  return OpenedSource{.source = std::move(*opened)};
}

Expected<void> may_trace_by_bpf() {
  const bpf::Verdict verdict = bpf::may_trace(bpf::look_at_host());
  return verdict.possible ? Expected<void>() : tl::make_unexpected(verdict.error);
}

/// How a row of options/trace_sources.h is opened.
struct TraceSourceRow {
  std::string_view name;
  Expected<OpenedSource> (*open)(const TraceCommand&, std::optional<std::uint64_t>, const std::function<Flow()>&);
  Expected<void> (*may)();
};
constexpr auto kRows = std::to_array<TraceSourceRow>({
    {"bpf", open_bpf, may_trace_by_bpf},
    {"tracefs", open_tracefs, tracefs::may_trace},
});
constexpr bool rows_follow_the_table() {
  return std::equal(kRows.begin(), kRows.end(), options::kTraceSources.begin(), options::kTraceSources.end(),
                    [](const TraceSourceRow& row, const TraceSourceInfo& source) { return row.name == source.name; });
}
static_assert(rows_follow_the_table(), "each source of options/trace_sources.h has its row, in that order");

}  // namespace

Expected<OpenedTrace> open_trace(const TraceCommand& command, std::optional<std::uint64_t> netns,
                                 const std::function<Flow()>& between) {
  std::vector<TraceOpener> openers;
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    openers.push_back({options::kTraceSources[i], [&, i] { return kRows[i].open(command, netns, between); }});
  }
  return open_trace(command, openers);
}

Expected<void> may_trace(const TraceSourceInfo& source) {
  return kRows[static_cast<std::size_t>(&source - options::kTraceSources.data())].may();
}

}  // namespace tcpstat::cli::verbs
