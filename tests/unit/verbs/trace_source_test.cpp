#include "cli/verbs/trace_source.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>
#include <vector>

namespace tcpstat::cli::verbs {
namespace {

using options::find_trace_source;
using options::TraceCommand;

class Nothing final : public TransitionSource {
 public:
  Expected<void> read(ObservationSink&) override { return {}; }
};

using Source = Expected<OpenedSource>;
Source works() { return OpenedSource{.source = std::make_unique<Nothing>()}; }
Source no_bpf() { return failure("trace by BPF", 0, "run as root", "it takes CAP_BPF and CAP_PERFMON"); }
Source no_tracefs() { return failure("trace TCP", 0, "mount it", "tracefs is not mounted"); }

std::vector<TraceOpener> openers(Source (*bpf)(), Source (*tracefs)()) {
  return {{*find_trace_source("bpf"), bpf}, {*find_trace_source("tracefs"), tracefs}};
}

Expected<OpenedTrace> opened(std::string_view source, const std::string& netns, Source (*bpf)(), Source (*tracefs)()) {
  TraceCommand command;
  command.source = find_trace_source(source);
  command.netns = netns;
  return open_trace(command, openers(bpf, tracefs));
}

TEST_CASE("programs in the kernel first, and nothing to say") {
  for (const std::string_view source : {"auto", "bpf"}) {
    const auto trace = opened(source, "", works, works);
    REQUIRE(trace);
    CHECK(trace->info.name == "bpf");
    CHECK(trace->note.empty());
  }
}

TEST_CASE("tracefs where they are not to be had, with the reason and what it cannot tell") {
  const auto trace = opened("auto", "", no_bpf, works);
  REQUIRE(trace);
  CHECK(trace->info.name == "tracefs");
  CHECK(
      trace->note ==
      "cannot trace by BPF: it takes CAP_BPF and CAP_PERFMON (run as root); reading tracefs instead; tracefs shows all "
      "network namespaces, and does not say which is whose");
  CHECK(opened("auto", "all", no_bpf, works)->note ==
        "cannot trace by BPF: it takes CAP_BPF and CAP_PERFMON (run as root); reading tracefs instead");
}

TEST_CASE(
    "a trace that has to be complete takes the source that counts every loss, unless only the other one will do") {
  const auto both = openers(works, works);
  TraceCommand command;
  CHECK_FALSE(open_trace(command, both)->info.counts_every_loss);
  command.strict = true;
  CHECK(open_trace(command, both)->info.name == "tracefs");
  CHECK(open_trace(command, both)->info.counts_every_loss);
  command.netns = "blue";
  CHECK(open_trace(command, both)->info.name == "bpf");
  command.netns.clear();
  command.command = {"true"};
  CHECK(open_trace(command, both)->info.name == "bpf");
}

TEST_CASE("a source that was asked for has no second") {
  CHECK(opened("bpf", "", no_bpf, works).error().sentence() == no_bpf().error().sentence());
  CHECK(opened("tracefs", "", works, no_tracefs).error().sentence() == no_tracefs().error().sentence());
  const auto trace = opened("tracefs", "", no_bpf, works);
  REQUIRE(trace);
  CHECK(trace->note == "tracefs shows all network namespaces, and does not say which is whose");
}

TEST_CASE("one namespace can be told from others by programs in the kernel alone") {
  const auto trace = opened("auto", "blue", no_bpf, works);
  REQUIRE_FALSE(trace);
  CHECK(trace.error().sentence() ==
        "cannot trace by BPF: it takes CAP_BPF and CAP_PERFMON (run as root; tracefs, which would do, cannot tell "
        "namespaces apart)");
}

TEST_CASE("a command is followed by programs in the kernel alone") {
  TraceCommand command;
  command.command = {"true"};
  const auto trace = open_trace(command, openers(no_bpf, works));
  REQUIRE_FALSE(trace);
  CHECK(trace.error().sentence().ends_with("(run as root; tracefs, which would do, cannot follow a command)"));
  CHECK(open_trace(command, openers(works, works))->info.name == "bpf");
}

TEST_CASE("where neither works both reasons are said") {
  CHECK(opened("auto", "", no_bpf, no_tracefs).error().sentence() ==
        "cannot trace TCP: tracefs is not mounted; nor by BPF: it takes CAP_BPF and CAP_PERFMON (run as root, or mount "
        "it)");
  const auto forbidden = []() -> Source { return failure("trace TCP", EACCES, "run as root"); };
  CHECK(opened("auto", "", no_bpf, forbidden).error().sentence() ==
        "cannot trace TCP: Permission denied; nor by BPF: it takes CAP_BPF and CAP_PERFMON (run as root)");
}

}  // namespace
}  // namespace tcpstat::cli::verbs
