#include "cli/verbs/trace_source.h"

#include "cli/verbs/traced_requests.h"
#include "parsers/bpf/bpf_trace.h"
#include "parsers/host/many_namespaces.h"
#include "parsers/tracefs/transition_trace.h"

namespace tcpstat::cli::verbs {
namespace {

using options::TraceSource;

constexpr std::string_view kNotToldApart = "tracefs shows all network namespaces, and does not say which is whose";

/// All conditions on ports must match, so the kernel may filter by one of them alone.
std::vector<bpf::PortRange> ports_of(const filter::Filter& filter) {
  const auto& chosen = !filter.ports.empty()         ? filter.ports
                       : !filter.local_ports.empty() ? filter.local_ports
                                                     : filter.remote_ports;
  std::vector<bpf::PortRange> out;
  for (const filter::PortRange& range : chosen) out.push_back({range.first, range.last});
  return out;
}

bool names_a_namespace(const options::TraceCommand& command) {
  return !command.netns.empty() && command.netns != host::kAllNamespaces;
}

/// A trace that follows a command has its full sockets alone: a request does not show whose it is.
bool wants_minisockets(const options::TraceCommand& command) {
  using enum filter::TransitionKind;
  return command.command.empty() && (command.lives || command.only == half_open || command.only == time_wait);
}

bool wants_bpf(const options::TraceCommand& command) {
  if (command.source != TraceSource::automatic) return command.source == TraceSource::bpf;
  // --strict wants a complete trace or none, so it gets the source that counts every loss.
  return !command.strict || names_a_namespace(command) || !command.command.empty();
}

/// The sentence of the source that everybody has, and why the other one is no help; a remedy of both is told once.
Error neither(const Error& bpf, const Error& tracefs) {
  const auto why = [](const Error& error) { return Error{error.doing, error.code, {}, error.reason}.why(); };
  Error out{tracefs.doing, 0, tracefs.hint, why(tracefs) + "; nor by BPF: " + why(bpf)};
  if (!bpf.hint.empty() && bpf.hint != tracefs.hint) {
    out.hint = bpf.hint + (tracefs.hint.empty() ? "" : ", or " + tracefs.hint);
  }
  return out;
}

}  // namespace

Expected<OpenedTrace> open_trace(const options::TraceCommand& command, const TraceOpeners& openers) {
  std::optional<Error> no_bpf;
  if (wants_bpf(command)) {
    auto opened = openers.bpf();
    if (opened) {
      return OpenedTrace{
          .source = std::move(*opened), .handshakes = {}, .name = "bpf", .counts_every_loss = false, .note = {}};
    }
    if (command.source == TraceSource::bpf) return tl::make_unexpected(opened.error());
    if (names_a_namespace(command)) {
      Error error = opened.error();
      error.hint +=
          std::string(error.hint.empty() ? "" : "; ") + "tracefs, which would do, cannot tell namespaces apart";
      return tl::make_unexpected(error);
    }
    if (!command.command.empty()) {
      Error error = opened.error();
      error.hint += std::string(error.hint.empty() ? "" : "; ") + "tracefs, which would do, cannot follow a command";
      return tl::make_unexpected(error);
    }
    no_bpf = opened.error();
  }
  auto opened = openers.tracefs();
  if (!opened) return tl::make_unexpected(no_bpf ? neither(*no_bpf, opened.error()) : opened.error());
  std::string note = no_bpf ? no_bpf->sentence() + "; reading tracefs instead" : "";
  // With --netns all, the user knows.
  if (command.netns.empty()) note += (note.empty() ? "" : "; ") + std::string(kNotToldApart);
  return OpenedTrace{.source = std::move(*opened), .handshakes = {}, .name = "tracefs", .note = std::move(note)};
}

Expected<OpenedTrace> open_trace(const options::TraceCommand& command, std::optional<std::uint64_t> netns,
                                 const std::function<Flow()>& between) {
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
  std::string limits;
  std::unique_ptr<HandshakeCounter> handshakes;
  const auto open_bpf = [&]() -> Expected<std::unique_ptr<TransitionSource>> {
    auto opened = bpf::open_trace(filter, between);
    if (!opened) return tl::make_unexpected(opened.error());
    limits = opened->limits;
    handshakes = std::move(opened->handshakes);
    return std::move(opened->source);
  };
  auto trace = open_trace(command, {.bpf = open_bpf, .tracefs = [&]() -> Expected<std::unique_ptr<TransitionSource>> {
                                      auto opened = tracefs::TransitionTrace::open(between);
                                      if (!opened) return tl::make_unexpected(opened.error());
                                      return std::move(*opened);
                                    }});
  if (trace) trace->minisockets = trace->name == "bpf" && wants_minisockets(command) && limits.empty();
  if (trace && trace->note.empty()) trace->note = limits;
  if (trace) trace->handshakes = std::move(handshakes);
  return trace;
}

}  // namespace tcpstat::cli::verbs
