// lab: builds sockets in a private network namespace and runs a command among them.
//
// For the bench scripts and for trying things by hand. Everything it made is gone when the command ends.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "churn.h"
#include "command.h"
#include "deny_netlink.h"
#include "dump.h"
#include "namespace.h"
#include "population.h"
#include "privileges.h"
#include "program.h"
#include "soak.h"
#include "states.h"

namespace tcpstat::lab {
namespace {

constexpr const char* kUsage =
    "usage: lab populate [--established N] [--half-open N] [--listeners N] [--ipv6 PERCENT] -- COMMAND...\n"
    "       lab descriptors N [--ipv6 PERCENT] -- COMMAND...   N sockets held by processes\n"
    "       lab states -- COMMAND...                           one socket in every state\n"
    "       lab churn [--seconds S] [--pairs N] [--workers N] [--ehash N] [--rate N] -- COMMAND...\n"
    "       lab soak [--seconds S] [--rate N]                  watch --events beside N connections a second\n"
    "       lab empty -- COMMAND...                            a namespace without sockets\n"
    "       lab deny-netlink -- COMMAND...                     here, but without netlink\n"
    "       lab nobody -- COMMAND...                           here, but without any privilege\n"
    "       lab repeats [--dumps N]                            how often raw dumps repeat a socket, here\n"
    "COMMAND runs in a private network namespace (but for the last three) and finds in its environment LAB_ROWS,\n"
    "LAB_ESTABLISHED, LAB_HALF_OPEN and LAB_LISTENERS: what was really built. Its exit code is passed on; 77\n"
    "means that the lab cannot work here.\n";

/// What stands between the verb and `--`: numbers by option, and at most one bare number ("").
struct Line {
  std::string verb;
  std::map<std::string, std::uint64_t> numbers;
  std::vector<std::string> command;

  std::uint64_t get(const std::string& name, std::uint64_t otherwise) const {
    const auto found = numbers.find(name);
    return found == numbers.end() ? otherwise : found->second;
  }
};

Line parse(const std::vector<std::string>& words, const std::map<std::string, std::vector<std::string>>& verbs) {
  if (words.empty()) throw UsageError("no verb");
  const auto verb = verbs.find(words[0]);
  if (verb == verbs.end()) throw UsageError("unknown verb: " + words[0]);
  Line line{words[0], {}, {}};
  std::size_t i = 1;
  for (; i < words.size() && words[i] != "--"; ++i) {
    const bool option = words[i].rfind("--", 0) == 0;
    const std::string name = option ? words[i] : "";
    if (std::find(verb->second.begin(), verb->second.end(), name) == verb->second.end())
      throw UsageError("unexpected: " + words[i]);
    if (option && ++i == words.size()) throw UsageError(name + " needs a number");
    line.numbers[name] = number(words[i], 0);
  }
  if (i < words.size()) line.command.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
  return line;
}

void tell(const char* name, std::uint64_t value) { ::setenv(name, std::to_string(value).c_str(), 1); }

int run_among(const Population& population, const std::vector<std::string>& command) {
  tell("LAB_ROWS", population.rows());
  tell("LAB_ESTABLISHED", population.established());
  tell("LAB_HALF_OPEN", population.half_open());
  tell("LAB_LISTENERS", population.listeners());
  return run_in_foreground(command);
}

int populate(const Line& line, const Mix& mix) {
  enter_namespace();
  const Population population(mix);
  return run_among(population, line.command);
}

int states(const Line& line) {
  enter_namespace();
  TunPeer peer;
  const EveryState zoo(peer);
  tell("LAB_ROWS", zoo.truth().size());
  return run_in_foreground(line.command);
}

int churn(const Line& line) {
  NamespaceOptions options;
  if (const auto entries = line.get("--ehash", 0)) options.hash_entries = static_cast<unsigned>(entries);
  enter_namespace(options);
  ChurnOptions wanted;
  wanted.pairs = line.get("--pairs", wanted.pairs);
  wanted.workers = static_cast<unsigned>(line.get("--workers", wanted.workers));
  wanted.time = std::chrono::seconds(line.get("--seconds", 60));
  wanted.connections = ~std::uint64_t{0};
  wanted.rate = line.get("--rate", 0);
  Churn running(wanted);
  running.start();
  tell("LAB_ROWS", running.idle());
  return run_in_foreground(line.command);
}

int soak(const Line& line) {
  SoakOptions options;
  options.time = std::chrono::seconds(line.get("--seconds", 600));
  options.rate = line.get("--rate", options.rate);
  const Soaked result = soak(options);
  std::printf("connections\t%llu\t%.0f a second for %.0f s\n", static_cast<unsigned long long>(result.connections),
              static_cast<double>(result.connections) / result.seconds, result.seconds);
  std::printf("samples\t%llu\ntransitions\t%llu\n", static_cast<unsigned long long>(result.samples),
              static_cast<unsigned long long>(result.transitions));
  std::printf("reuse\t%llu\nquirk\t%llu\nillegal\t%llu\nrevived\t%llu\n", static_cast<unsigned long long>(result.reuse),
              static_cast<unsigned long long>(result.quirk), static_cast<unsigned long long>(result.illegal),
              static_cast<unsigned long long>(result.revived));
  std::printf("peak\t%ld KiB\n", result.peak_kib);
  if (!result.example.empty()) std::printf("impossible\t%s\n", result.example.c_str());
  return result.exit_code == 0 && result.example.empty() ? 0 : 1;
}

void print(const char* source, const Repeats& repeats) {
  std::printf(
      "%s\trows %llu\tduplicates %llu\tlargest distance between neighbouring copies %llu\tfrom the first "
      "copy %llu\tcopies of one socket %llu\n",
      source, static_cast<unsigned long long>(repeats.rows), static_cast<unsigned long long>(repeats.duplicates),
      static_cast<unsigned long long>(repeats.neighbour_gap), static_cast<unsigned long long>(repeats.first_gap),
      static_cast<unsigned long long>(repeats.copies));
}

int repeats(const Line& line) {
  Repeats netlink;
  Repeats proc;
  for (std::uint64_t left = line.get("--dumps", 50); left > 0; --left) {
    netlink.merge(repeats_in(dump_cookies(kMaskAll)));
    proc.merge(repeats_in(dump_proc()));
  }
  print("netlink", netlink);
  print("proc", proc);
  return 0;
}

int main_of(const std::vector<std::string>& words) {
  static const std::map<std::string, std::vector<std::string>> kVerbs = {
      {"populate", {"--established", "--half-open", "--listeners", "--ipv6"}},
      {"descriptors", {"", "--ipv6"}},
      {"states", {}},
      {"churn", {"--seconds", "--pairs", "--workers", "--ehash", "--rate"}},
      {"soak", {"--seconds", "--rate"}},
      {"empty", {}},
      {"deny-netlink", {}},
      {"nobody", {}},
      {"repeats", {"--dumps"}},
  };
  const Line line = parse(words, kVerbs);
  if (line.verb == "repeats") return repeats(line);
  if (line.verb == "soak") {
    if (const auto reason = obstacle()) {
      std::fprintf(stderr, "lab: skipped: %s\n", reason->c_str());
      return 77;
    }
    return soak(line);
  }
  if (line.command.empty()) throw UsageError("no command after --");
  if (line.verb == "deny-netlink") {
    deny_netlink(EPERM);
    return run_in_foreground(line.command);
  }
  if (const auto reason = obstacle()) {
    std::fprintf(stderr, "lab: skipped: %s\n", reason->c_str());
    return 77;
  }
  if (line.verb == "nobody") {
    drop_privileges();
    return run_in_foreground(line.command);
  }
  Mix mix;
  mix.ipv6_percent = static_cast<unsigned>(std::min<std::uint64_t>(100, line.get("--ipv6", mix.ipv6_percent)));
  mix.established = line.get("--established", 0);
  mix.half_open = line.get("--half-open", 0);
  mix.listeners = line.get("--listeners", mix.listeners);
  if (line.verb == "descriptors") mix.established = line.get("", 0);
  if (line.verb == "states") return states(line);
  if (line.verb == "churn") return churn(line);
  return populate(line, mix);
}

}  // namespace
}  // namespace tcpstat::lab

int main(int argc, char** argv) {
  return tcpstat::lab::run_program("lab", tcpstat::lab::kUsage, tcpstat::lab::main_of, argc, argv);
}
