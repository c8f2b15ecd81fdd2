// `bench [N [ROUNDS]]` sets tcpstat beside a bare dump, ss and netstat, at N sockets of the lab's making.
// Every case runs once a round, one after the other and every other round backwards, so that whatever else the
// machine does, and what the case before left behind, meets all of them alike; a ratio is the median of the
// rounds' own ratios. Nothing is asserted: goals are printed beside what was measured.
// `bench --inside GROUP ROUNDS` is the same program within a namespace that the lab has filled.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;
using Words = std::vector<std::string>;

enum class Output { null, pipe };

struct Case {
  std::string name;
  std::string command;  ///< words parted by blanks, without quoting
  Words references;     ///< names of earlier cases; the ratio is to the sum of their times
  std::string goal;     ///< what the ratio should be, for the reader
  Output output = Output::null;
};

struct Run {
  double wall = 0;  ///< milliseconds
  double user = 0;
  double system = 0;
  long peak_kib = 0;
  bool failed = false;
};

const std::filesystem::path& here() {
  static const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return folder;
}

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

Words words_of(const std::string& command) {
  std::istringstream stream(command);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

[[noreturn]] void become(const Words& words) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

/// Reads until the end and keeps nothing.
[[noreturn]] void discard(int fd) {
  static std::array<char, 65536> buffer;
  while (::read(fd, buffer.data(), buffer.size()) > 0) {
  }
  ::_exit(0);
}

/// From fork to the end of the process; with a pipe, to the end of its reader.
Run run(const Case& item) {
  const Words words = words_of(item.command);
  std::array<int, 2> ends{-1, -1};
  if (item.output == Output::pipe && ::pipe2(ends.data(), O_CLOEXEC) != 0) return {.failed = true};
  pid_t reader = -1;
  if (item.output == Output::pipe) {
    reader = ::fork();
    if (reader == 0) {
      ::close(ends[1]);
      discard(ends[0]);
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    ::dup2(item.output == Output::pipe ? ends[1] : null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
    become(words);
  }
  for (const int end : ends) {
    if (end >= 0) ::close(end);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (reader > 0) ::waitpid(reader, nullptr, 0);
  const Milliseconds wall = std::chrono::steady_clock::now() - begin;
  return {.wall = wall.count(),
          .user = milliseconds(usage.ru_utime),
          .system = milliseconds(usage.ru_stime),
          .peak_kib = usage.ru_maxrss,
          .failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

using Results = std::map<std::string, std::vector<Run>>;

template <typename Get>
double median_of(const std::vector<Run>& runs, Get get) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const Run& one : runs) values.push_back(get(one));
  return median(values);
}

/// The median of the rounds' ratios; 0 when a reference was not measured.
double ratio(const Results& results, const Case& item) {
  const auto& runs = results.at(item.name);
  std::vector<double> ratios;
  for (std::size_t round = 0; round < runs.size(); ++round) {
    double reference = 0;
    for (const auto& name : item.references) {
      const auto found = results.find(name);
      if (found == results.end() || found->second[round].failed) return 0;
      reference += found->second[round].wall;
    }
    ratios.push_back(runs[round].wall / reference);
  }
  return median(ratios);
}

void print(const Results& results, const std::vector<Case>& cases) {
  std::printf("%-34s %9s %9s %8s %8s %7s  %-12s %-10s %s\n", "case", "median ms", "min ms", "user", "sys", "ratio",
              "goal", "RSS MiB", "ratio to");
  for (const Case& item : cases) {
    const auto& runs = results.at(item.name);
    if (runs.front().failed) {
      std::printf("%-34s failed or not installed\n", item.name.c_str());
      continue;
    }
    std::string references;
    for (std::size_t i = 0, same = 1; i < item.references.size(); i += same) {
      for (same = 1; i + same < item.references.size() && item.references[i + same] == item.references[i];) ++same;
      references +=
          (references.empty() ? "" : " + ") + (same > 1 ? std::to_string(same) + " times " : "") + item.references[i];
    }
    const double relative = references.empty() ? 0 : ratio(results, item);
    std::array<char, 16> shown{};
    if (relative > 0) std::snprintf(shown.data(), shown.size(), "%.2f", relative);
    const auto fastest =
        std::min_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.wall < b.wall; });
    const auto largest =
        std::max_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.peak_kib < b.peak_kib; });
    std::printf("%-34s %9.1f %9.1f %8.1f %8.1f %7s  %-12s %-10.1f %s\n", item.name.c_str(),
                median_of(runs, [](const Run& one) { return one.wall; }), fastest->wall,
                median_of(runs, [](const Run& one) { return one.user; }),
                median_of(runs, [](const Run& one) { return one.system; }), shown.data(), item.goal.c_str(),
                static_cast<double>(largest->peak_kib) / 1024, references.c_str());
  }
  std::fflush(stdout);
}

// The masks of drain are those of the tcpstat beside it: all but LISTEN and CLOSE, all with bound-inactive,
// SYN_RECV.
std::vector<Case> population_cases() {
  const std::string tcpstat = (here() / "../../tcpstat").lexically_normal();
  const std::string drain = here() / "drain";
  return {
      {"drain", drain, {}, ""},
      {"tcpstat", tcpstat, {"drain"}, "<= 1.2"},
      {"tcpstat | reader", tcpstat, {"drain"}, "<= 1.2", Output::pipe},
      {"tcpstat -f plain", tcpstat + " -f plain", {"drain"}, "<= 1.2"},
      {"tcpstat -f csv", tcpstat + " -f csv", {"drain"}, "<= 1.2"},
      {"tcpstat -f ndjson", tcpstat + " -f ndjson", {"drain"}, "<= 1.4"},
      {"tcpstat -f json", tcpstat + " -f json", {"drain"}, "<= 1.4"},
      {"tcpstat -f json | reader", tcpstat + " -f json", {"drain"}, "<= 1.4", Output::pipe},
      {"drain, all states", drain + " 0x3fff", {}, ""},
      {"tcpstat -a", tcpstat + " -a", {"drain, all states"}, "<= 1.2"},
      {"tcpstat summary", tcpstat + " summary", {"drain, all states"}, "<= 1.1"},
      {"ss -tan", "ss -tan", {"drain, all states"}, ""},
      {"ss -tanH", "ss -tanH", {"drain, all states"}, ""},
      {"netstat -tan", "netstat -tan", {"drain, all states"}, ""},
      {"tcpstat watch --events, 10 samples", tcpstat + " watch --events --interval 0.05 --count 10",
       Words(10, "tcpstat summary"), "<= 1.5"},
      {"drain, SYN_RECV", drain + " 0x8", {}, ""},
      {"tcpstat --state SYN_RECV", tcpstat + " --state SYN_RECV", {"drain, SYN_RECV"}, "<= 1.15"},
      {"ss -tan state syn-recv", "ss -tan state syn-recv", {"tcpstat --state SYN_RECV"}, "> 1"},
      {"cat /proc/net/tcp tcp6", "cat /proc/net/tcp /proc/net/tcp6", {}, ""},
      {"tcpstat --source proc", tcpstat + " --source proc", {"cat /proc/net/tcp tcp6"}, ""},
  };
}

// What makes ss -p and netstat -p slow grows with the square of the sockets: beyond 200,000 they are left
// out.
std::vector<Case> owner_cases(long rows) {
  const std::string tcpstat = (here() / "../../tcpstat").lexically_normal();
  std::vector<Case> cases = {
      {"drain", here() / "drain", {}, ""},
      {"fdwalk", here() / "fdwalk", {}, ""},
      {"tcpstat -p", tcpstat + " -p", {"drain", "fdwalk"}, "<= 1.3"},
  };
  if (rows > 200'000) return cases;
  cases.push_back({"ss -tanp", "ss -tanp", {"tcpstat -p"}, ">= 8"});
  cases.push_back({"netstat -tanp", "netstat -tanp", {"tcpstat -p"}, ""});
  return cases;
}

std::vector<Case> empty_cases() {
  const std::string tcpstat = (here() / "../../tcpstat").lexically_normal();
  return {
      {"drain", here() / "drain", {}, ""},
      {"ss -tan", "ss -tan", {}, ""},
      {"tcpstat", tcpstat, {"ss -tan"}, "<= 1"},
      {"tcpstat -a", tcpstat + " -a", {"ss -tan"}, "<= 1"},
  };
}

int inside(std::string_view group, int rounds) {
  const char* built = std::getenv("LAB_ROWS");
  const long rows = built != nullptr ? std::atol(built) : 0;
  const auto cases = group == "owners" ? owner_cases(rows) : group == "empty" ? empty_cases() : population_cases();
  std::printf("\n%s: %ld sockets, %d rounds\n", std::string(group).c_str(), rows, rounds);
  Results results;
  for (const Case& item : cases) run(item);  // warms the caches, measured by nobody
  std::vector<const Case*> order;
  order.reserve(cases.size());
  for (const Case& item : cases) order.push_back(&item);
  for (int round = 0; round < rounds; ++round) {
    for (const Case* item : order) results[item->name].push_back(run(*item));
    std::reverse(order.begin(), order.end());
  }
  print(results, cases);
  return 0;
}

/// Runs this program's `group` below `lab`, the words that make the lab build a population.
bool with(const std::string& lab, const char* group, int rounds) {
  const pid_t child = ::fork();
  if (child == 0) {
    become(words_of((here() / "../lab/lab").lexically_normal().string() + " " + lab + " -- " +
                    (here() / "bench").string() + " --inside " + group + " " + std::to_string(rounds)));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  std::fprintf(stderr, "bench: `lab %s` failed\n", lab.c_str());
  return false;
}

/// `--established` and `--half-open` of the lab: nine in ten, one in ten.
std::string population(long sockets) {
  return "populate --established " + std::to_string(sockets - sockets / 10) + " --half-open " +
         std::to_string(sockets / 10);
}

}  // namespace

int main(int argc, char** argv) {
  const Words arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "--inside") return inside(arguments[1], std::stoi(arguments[2]));

  const long sockets = arguments.empty() ? 100'000 : std::atol(arguments[0].c_str());
  const int rounds = arguments.size() < 2 ? 5 : std::atoi(arguments[1].c_str());
  if (sockets < 10 || rounds < 1 || arguments.size() > 2) {
    std::fprintf(stderr, "usage: bench [SOCKETS [ROUNDS]]\n");
    return 2;
  }
  std::printf(
      "Times in milliseconds, stdout to /dev/null unless a reader is named; RSS is the highest of all "
      "rounds.\n");
  std::fflush(stdout);
  bool ok = with("empty", "empty", 200);
  if (sockets > 10'000) ok = with(population(10'000), "population", rounds) && ok;  // for the flatness of RSS
  ok = with(population(sockets), "population", rounds) && ok;
  ok = with("descriptors " + std::to_string(std::min(sockets, 100'000L)), "owners", rounds) && ok;
  if (sockets >= 1'000'000) ok = with("descriptors 800000", "owners", rounds) && ok;
  return ok ? 0 : 1;
}
