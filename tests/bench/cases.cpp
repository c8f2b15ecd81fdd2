#include "cases.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "program.h"

namespace tcpstat::bench {
namespace {

// The masks of drain are those of the tcpstat beside it: without one all states but LISTEN and CLOSE, all of them with
// bound-inactive, SYN_RECV.
const std::string kDrain = "drain";
const std::string kDrainAll = "drain 0x3fff";
const std::string kDrainHalfOpen = "drain 0x8";

const std::string kTenTests =
    "sport > 1 and dport < 65535 and sport != 22 and dport != 22 and not src 192.168.0.0/16 and "
    "not dst 192.168.0.0/16 and recvq < 1G and sendq < 1G and not dev lo and not sport = 7";

constexpr long kMostForQuadratic =
    200'000;  // what makes ss -p and netstat -p slow grows with the square of the sockets

std::vector<Case> population_cases() {
  return {
      {.command = kDrain},
      {.command = "tcpstat", .references = {kDrain}, .task = Task::rows},
      {.command = "tcpstat", .references = {kDrain}, .task = Task::rows, .output = Output::pipe},
      {.command = "tcpstat -f plain", .references = {kDrain}, .task = Task::rows},
      {.command = "tcpstat -f csv", .references = {kDrain}, .task = Task::rows},
      {.command = "tcpstat -f ndjson", .references = {kDrain}, .task = Task::json},
      {.command = "tcpstat -f json", .references = {kDrain}, .task = Task::json},
      {.command = "tcpstat -f json", .references = {kDrain}, .task = Task::json, .output = Output::pipe},
      {.command = kDrainAll},
      {.command = "tcpstat -a", .references = {kDrainAll}, .task = Task::rows},
      {.command = "tcpstat -a " + kTenTests,
       .references = {"tcpstat -a"},
       .task = Task::filtered,
       .measure = Measure::cpu},
      {.command = std::string("tcpstat -a --remote !@") + kPrefixes,
       .references = {"tcpstat -a"},
       .task = Task::prefixes,
       .measure = Measure::cpu},
      {.command = "tcpstat sport = :443 and dst 10/8", .references = {kDrain}, .task = Task::pushed},
      {.command = "tcpstat summary", .references = {kDrainAll}, .task = Task::summary},
      {.command = "ss -tan", .references = {kDrainAll}},
      {.command = "ss -tanH", .references = {kDrainAll}},
      {.command = "netstat -tan", .references = {kDrainAll}},
      {.command = "tcpstat watch --events --interval 0.05 --count 10",
       .references = {"tcpstat summary"},
       .task = Task::transitions,
       .measure = Measure::cpu,
       .reference_times = 10},
      {.command = kDrainHalfOpen},
      {.command = "tcpstat --state SYN_RECV", .references = {kDrainHalfOpen}, .task = Task::half_open},
      {.command = "ss -tan state syn-recv", .references = {"tcpstat --state SYN_RECV"}, .task = Task::ss_half_open},
      {.command = "cat /proc/net/tcp /proc/net/tcp6"},
      {.command = "tcpstat --source proc", .references = {"cat /proc/net/tcp /proc/net/tcp6"}},
  };
}

std::vector<Case> owner_cases(long sockets) {
  std::vector<Case> cases = {
      {.command = kDrain},
      {.command = "fdwalk"},
      {.command = "tcpstat -p", .references = {kDrain, "fdwalk"}, .task = Task::owners},
      {.command = "tcpstat -p -o +UNIT,CONTAINER",
       .references = {"tcpstat -p"},
       .task = Task::places,
       .measure = Measure::cpu},
  };
  if (sockets > kMostForQuadratic) return cases;
  cases.push_back({.command = "ss -tanp", .references = {"tcpstat -p"}, .task = Task::ss_owners});
  cases.push_back({.command = "netstat -tanp", .references = {"tcpstat -p"}});
  return cases;
}

std::vector<Case> empty_cases() {
  return {
      {.command = kDrain},
      {.command = "ss -tan"},
      {.command = "tcpstat", .references = {"ss -tan"}, .task = Task::empty},
      {.command = "tcpstat -a", .references = {"ss -tan"}, .task = Task::empty},
  };
}

std::vector<Case> namespace_cases() {
  const std::string drain = kDrainAll + " all";
  return {
      {.command = drain},
      {.command = "tcpstat -a --netns all", .references = {drain}, .task = Task::namespaces, .measure = Measure::cpu},
      {.command = "tcpstat summary --netns all", .references = {drain}, .measure = Measure::cpu},
      {.command = "tcpstat check --netns all", .references = {drain}, .measure = Measure::cpu},
  };
}

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    folder.append("/").append(program);
    if (::access(folder.c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::vector<Case> trace_cases() {
  const std::string storm = "storm 20000";
  const auto beside = [&storm](const std::string& tracer, Task task) {
    return Case{.command = storm + " " + tracer, .references = {storm}, .task = task, .measure = Measure::cpu};
  };
  std::vector<Case> cases = {
      {.command = storm},
      beside("tcpstat trace -f csv", Task::trace),
      beside("tcpstat trace -f csv --lives", Task::trace),
      beside("tcpstat trace -f csv --port 1", Task::trace),
      beside("tcpstat trace -f csv --source tracefs", Task::trace),
  };
  for (const char* other : {"tcpstates-bpfcc", "bpftrace"}) {
    const bool is_script = std::string(other) == "bpftrace";
    const std::string script = " -e tracepoint:sock:inet_sock_set_state{printf(\"%d\\n\",args->newstate);}";
    if (is_installed(other)) cases.push_back(beside(other + (is_script ? script : ""), Task::other));
  }
  return cases;
}

}  // namespace

std::string Case::name() const { return command + (output == Output::pipe ? " | reader" : ""); }

bool Case::is_tcpstat() const { return words_of(command).front() == "tcpstat"; }

std::vector<Case> cases_of(const std::string& group, long sockets) {
  if (group == "population") return population_cases();
  if (group == "owners") return owner_cases(sockets);
  if (group == "empty") return empty_cases();
  if (group == "namespaces") return namespace_cases();
  if (group == "trace") return trace_cases();
  throw lab::UsageError("there is no group '" + group + "'");
}

}  // namespace tcpstat::bench
