#include "soak.h"

#include <sys/resource.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

#include "churn.h"
#include "namespace.h"
#include "watching.h"

namespace tcpstat::lab {
namespace {

/// Connections that this namespace has opened: ActiveOpens of /proc/net/snmp.
std::uint64_t opened() {
  std::ifstream file("/proc/thread-self/net/snmp");
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Tcp:", 0) != 0) continue;
    std::istringstream words(line);
    std::vector<std::string> fields;
    for (std::string word; words >> word;) fields.push_back(word);
    if (names.empty()) {
      names = fields;
      continue;
    }
    for (std::size_t i = 0; i < names.size() && i < fields.size(); ++i)
      if (names[i] == "ActiveOpens") return std::stoull(fields[i]);
  }
  return 0;
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Soaked soak(const SoakOptions& options) {
  enter_namespace();
  ChurnOptions churn_options;
  churn_options.rate = options.rate;
  churn_options.time = options.time + std::chrono::seconds(60);
  churn_options.connections = ~std::uint64_t{0};
  Churn churn(churn_options);
  churn.start();
  const std::uint64_t before = opened();
  const auto start = std::chrono::steady_clock::now();
  Watching watching({"watch", "--events", "-a", "--interval", options.interval, "--source", options.source});
  Soaked result;
  bool interrupted = false;
  while (true) {
    const auto line = watching.line(std::chrono::seconds(interrupted ? 60 : 1));
    if (!line && interrupted) break;
    if (!interrupted && std::chrono::steady_clock::now() - start >= options.time) {
      result.connections = opened() - before;
      result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      watching.interrupt();
      interrupted = true;
    }
    if (!line) continue;
    if (value_of(*line, "type") == "summary") {
      result.samples = number(value_of(*line, "samples"));
      continue;
    }
    ++result.transitions;
    const std::string verdict = value_of(*line, "verdict");
    const bool revived = line->find("the same socket was used again") != std::string::npos;
    if (verdict == "reuse") ++result.reuse;
    if (verdict == "quirk") ++result.quirk;
    if (verdict == "illegal") ++result.illegal;
    if (revived) ++result.revived;
    const bool impossible = revived || (verdict != "legal" && verdict != "reuse");
    if (impossible && result.example.empty()) result.example = *line;
  }
  result.exit_code = watching.wait();
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);  // the churn's workers are still there: tcpstat alone has been waited for
  result.peak_kib = usage.ru_maxrss;
  return result;
}

}  // namespace tcpstat::lab
