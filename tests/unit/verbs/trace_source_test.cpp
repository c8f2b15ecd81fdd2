#include "cli/verbs/trace_source.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>

namespace tcpstat::cli::verbs {
namespace {

using options::TraceCommand;
using options::TraceSource;

class Nothing final : public TransitionSource {
 public:
  Expected<void> read(ObservationSink&) override { return {}; }
};

using Source = Expected<std::unique_ptr<TransitionSource>>;
Source works() { return std::make_unique<Nothing>(); }
Source no_bpf() { return failure("trace by BPF", 0, "run as root", "it takes CAP_BPF and CAP_PERFMON"); }
Source no_tracefs() { return failure("trace TCP", 0, "mount it", "tracefs is not mounted"); }

Expected<OpenedTrace> opened(TraceSource source, const std::string& netns, Source (*bpf)(), Source (*tracefs)()) {
  TraceCommand command;
  command.source = source;
  command.netns = netns;
  return open_trace(command, {.bpf = bpf, .tracefs = tracefs});
}

TEST_CASE("programs in the kernel first, and nothing to say") {
  for (const TraceSource source : {TraceSource::automatic, TraceSource::bpf}) {
    const auto trace = opened(source, "", works, works);
    REQUIRE(trace);
    CHECK(trace->name == "bpf");
    CHECK(trace->note.empty());
  }
}

TEST_CASE("tracefs where they are not to be had, with the reason and what it cannot tell") {
  const auto trace = opened(TraceSource::automatic, "", no_bpf, works);
  REQUIRE(trace);
  CHECK(trace->name == "tracefs");
  CHECK(
      trace->note ==
      "cannot trace by BPF: it takes CAP_BPF and CAP_PERFMON (run as root); reading tracefs instead; tracefs shows all "
      "network namespaces, and does not say which is whose");
  CHECK(opened(TraceSource::automatic, "all", no_bpf, works)->note ==
        "cannot trace by BPF: it takes CAP_BPF and CAP_PERFMON (run as root); reading tracefs instead");
}

TEST_CASE(
    "a trace that has to be complete takes the source that counts every loss, unless only the other one will do") {
  const TraceOpeners both{.bpf = works, .tracefs = works};
  TraceCommand command;
  CHECK_FALSE(open_trace(command, both)->counts_every_loss);
  command.strict = true;
  CHECK(open_trace(command, both)->name == "tracefs");
  CHECK(open_trace(command, both)->counts_every_loss);
  command.netns = "blue";
  CHECK(open_trace(command, both)->name == "bpf");
  command.netns.clear();
  command.command = {"true"};
  CHECK(open_trace(command, both)->name == "bpf");
}

TEST_CASE("a source that was asked for has no second") {
  CHECK(opened(TraceSource::bpf, "", no_bpf, works).error().sentence() == no_bpf().error().sentence());
  CHECK(opened(TraceSource::tracefs, "", works, no_tracefs).error().sentence() == no_tracefs().error().sentence());
  const auto trace = opened(TraceSource::tracefs, "", no_bpf, works);
  REQUIRE(trace);
  CHECK(trace->note == "tracefs shows all network namespaces, and does not say which is whose");
}

TEST_CASE("one namespace can be told from others by programs in the kernel alone") {
  const auto trace = opened(TraceSource::automatic, "blue", no_bpf, works);
  REQUIRE_FALSE(trace);
  CHECK(trace.error().sentence() ==
        "cannot trace by BPF: it takes CAP_BPF and CAP_PERFMON (run as root; tracefs, which would do, cannot tell "
        "namespaces apart)");
}

TEST_CASE("a command is followed by programs in the kernel alone") {
  TraceCommand command;
  command.command = {"true"};
  const auto trace = open_trace(command, {.bpf = no_bpf, .tracefs = works});
  REQUIRE_FALSE(trace);
  CHECK(trace.error().sentence().ends_with("(run as root; tracefs, which would do, cannot follow a command)"));
  CHECK(open_trace(command, {.bpf = works, .tracefs = works})->name == "bpf");
}

TEST_CASE("where neither works both reasons are said") {
  CHECK(opened(TraceSource::automatic, "", no_bpf, no_tracefs).error().sentence() ==
        "cannot trace TCP: tracefs is not mounted; nor by BPF: it takes CAP_BPF and CAP_PERFMON (run as root, or mount "
        "it)");
  const auto forbidden = []() -> Source { return failure("trace TCP", EACCES, "run as root"); };
  CHECK(opened(TraceSource::automatic, "", no_bpf, forbidden).error().sentence() ==
        "cannot trace TCP: Permission denied; nor by BPF: it takes CAP_BPF and CAP_PERFMON (run as root)");
}

}  // namespace
}  // namespace tcpstat::cli::verbs
