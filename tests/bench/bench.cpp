// `bench [SOCKETS] [ROUNDS] [--against PATH]` sets tcpstat beside a bare dump, ss and netstat, and beside another
// tcpstat, at as many sockets of the lab's making. Nothing is asserted: goals are printed beside what was measured.
// `bench --inside GROUP` is the same program within a namespace that the lab has filled.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cases.h"
#include "command.h"
#include "goals.h"
#include "namespaces.h"
#include "program.h"
#include "report.h"
#include "rounds.h"
#include "words.h"

namespace tcpstat::bench {
namespace {

constexpr const char* kUsage = "usage: bench [SOCKETS] [ROUNDS] [--against PATH]\n";
constexpr int kSkipped = 77;           // the lab cannot work here, and has said why
constexpr int kRoundsWhenEmpty = 100;  // a run takes two or three milliseconds
constexpr long kSmall = 10'000;

std::filesystem::path folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

std::string beside(const char* relative) { return (folder() / relative).lexically_normal(); }

// Both are run from copies that were written alike. The size of a file's pieces in the page cache depends on how it was
// written, and two files of the same bytes differ by 3 % of time and 5 % of memory for it.
const char* const kOurs = "measured/tcpstat";
const char* const kTheirs = "measured/another";

void copy_programs(const Request& request) {
  const auto copy = [](const std::string& from, const char* name) {
    const std::filesystem::path to = beside(name);
    std::filesystem::create_directories(to.parent_path());
    std::filesystem::remove(to);
    std::filesystem::copy_file(from, to);
  };
  copy(beside("../../tcpstat"), kOurs);
  if (!request.against.empty()) copy(request.against, kTheirs);
}

/// 20,000 networks of 24 bits, of which none begins as the addresses of the lab do. A constant step spreads them.
void write_prefixes() {
  std::ofstream file(std::filesystem::path(beside(kOurs)).parent_path() / kPrefixes);
  constexpr std::uint32_t kStep = 2'654'435'769U;
  std::uint32_t at = 0;
  for (int written = 0; written < 20'000;) {
    at += kStep;
    const std::uint32_t first = at >> 24U;
    if (first == 0 || first == 10 || first == 127 || first >= 192) continue;
    file << first << '.' << (at >> 16U & 255U) << '.' << (at >> 8U & 255U) << ".0/24\n";
    ++written;
  }
}

/// The other tcpstat, as a path that holds in every folder.
std::string absolute(const std::string& path) {
  if (path.empty()) return path;
  if (std::filesystem::is_directory(path)) throw lab::UsageError("'" + path + "' is a folder, and no program");
  if (::access(path.c_str(), X_OK) != 0) throw lab::UsageError("cannot run '" + path + "': " + std::strerror(errno));
  return std::filesystem::absolute(path);
}

int measure_here(const Request& request, long sockets) {
  const auto cases = cases_of(request.inside, sockets);
  const Size size = nearer_size(std::max(1L, sockets));
  std::printf("\n%s: %ld sockets, %d rounds", request.inside.c_str(), sockets, request.rounds);
  if (sockets > 0) std::printf("; goals of %s", describe(size, sockets).c_str());
  std::printf("\n");
  std::fflush(stdout);
  const std::string against = request.against.empty() ? "" : beside(kTheirs);
  std::filesystem::current_path(std::filesystem::path(beside(kOurs)).parent_path());
  const auto all = play(cases, request.rounds, {folder(), beside(kOurs), against});
  print_cases(all, size);
  if (request.against.empty()) return 0;
  std::printf("\n");
  print_comparison(all);
  return 0;
}

int inside(const Request& request) {
  constexpr int kNamespaces = 200;
  constexpr int kConnections = 50;  // two sockets each
  if (request.inside == "namespaces") {
    constexpr long kSockets = kNamespaces * (2 * kConnections + 1);
    return among_namespaces(kNamespaces, kConnections, [&] { return measure_here(request, kSockets); });
  }
  const char* built = std::getenv("LAB_ROWS");
  return measure_here(request, built != nullptr ? std::atol(built) : 0);
}

/// Runs this program's `group` below the lab, which `population` tells what to build; the lab's exit code.
int measure(const std::string& population, const char* group, const Request& request, int rounds) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    Words words = words_of(beside("../lab/lab") + " " + population + " -- " + beside("bench"));
    words.insert(words.end(), {std::to_string(request.sockets), std::to_string(rounds), "--inside", group});
    if (!request.against.empty()) words.insert(words.end(), {"--against", request.against});
    become(words);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code != 0 && code != kSkipped) std::fprintf(stderr, "bench: `lab %s` failed\n", population.c_str());
  return code;
}

/// `--established` and `--half-open` of the lab: nine in ten, one in ten.
std::string population(long sockets) {
  return "populate --established " + std::to_string(sockets - sockets / 10) + " --half-open " +
         std::to_string(sockets / 10);
}

int main_of(const Words& words) {
  Request request = parse(words);
  if (!request.inside.empty()) return inside(request);
  request.against = absolute(request.against);
  copy_programs(request);
  write_prefixes();
  print_legend(request.against);
  const long sockets = request.sockets;
  const int rounds = request.rounds;
  int code = measure("empty", "empty", request, std::max(rounds, kRoundsWhenEmpty));
  if (code == kSkipped) return code;
  if (const int one = measure("empty", "trace", request, rounds); one != 0) code = one;
  if (const int one = measure("empty", "namespaces", request, rounds); one != 0) code = one;
  const auto add = [&](const std::string& built, const char* group) {
    if (const int one = measure(built, group, request, rounds); one != 0) code = one;
  };
  if (sockets > kSmall) add(population(kSmall), "population");  // for the flatness of RSS
  add(population(sockets), "population");
  add("descriptors " + std::to_string(std::min(sockets, 100'000L)), "owners");
  if (sockets >= 1'000'000) add("descriptors 800000", "owners");
  return code;
}

}  // namespace
}  // namespace tcpstat::bench

int main(int argc, char** argv) {
  return tcpstat::lab::run_program("bench", tcpstat::bench::kUsage, tcpstat::bench::main_of, argc, argv);
}
