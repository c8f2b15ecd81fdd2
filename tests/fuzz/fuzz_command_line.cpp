// Words of a command line, from our own tables and from the bytes: a refusal of one line, or a command that is run as a
// whole over a saved file. Each byte is a word of the tables; 255 is followed by a length and that many bytes.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "cli/options/command.h"
#include "cli/verbs/verbs.h"
#include "fuzz.h"

using namespace tcpstat;
using namespace tcpstat::cli;

namespace {

constexpr std::string_view kSaved =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 00000000:1F90 00000000:0000 0A 00000000:00000006 00:00000000 00000000     0        0 111 1 0 100 0 0 10 5\n"
    "   1: 0100007F:1F90 0200007F:9C40 08 00000000:00000001 00:00000000 00000000  1000        0 112 1 0 20 4 30 10 -1\n"
    "   2: 0100007F:1F90 03010203:9C41 03 00000000:00000000 01:00000064 00000002     0        0 0 1 0\n";

constexpr auto kValues = std::to_array<std::string_view>({"SYN_RECV",
                                                          "!time-wait",
                                                          "12",
                                                          "0x0A",
                                                          ":443",
                                                          "10.0.0.0/8",
                                                          "[::1]:80",
                                                          "8000-8999",
                                                          "http",
                                                          "STATE,LOCAL",
                                                          "+RTT_US",
                                                          "age_ms:desc",
                                                          "0",
                                                          "1",
                                                          "0.5",
                                                          "-1",
                                                          "10:20",
                                                          "@~:3",
                                                          "json",
                                                          "csv",
                                                          "table",
                                                          "plain",
                                                          "ndjson",
                                                          "dot",
                                                          "root",
                                                          "init",
                                                          "netlink",
                                                          "file",
                                                          "always",
                                                          "never",
                                                          "syn-flood",
                                                          "queue-fill.saturated=3",
                                                          "close-wait-leak",
                                                          "states",
                                                          "rules",
                                                          "machine",
                                                          "FIN_WAIT1:TIME_WAIT",
                                                          "half-open",
                                                          "little",
                                                          "--",
                                                          "-",
                                                          "",
                                                          "state,local_port"});

std::string word_of(std::uint8_t number) {
  const auto verbs = options::verb_words();
  std::size_t at = number;
  if (at < verbs.size()) return std::string(verbs[at]);
  at -= verbs.size();
  const auto all = options::options();
  if (at < all.size()) return "--" + std::string(all[at].name);
  at -= all.size();
  if (at < all.size())
    return all[at].letter == '\0' ? "--" + std::string(all[at].name) + "=" : std::string("-") + all[at].letter;
  return std::string(kValues[(at - all.size()) % kValues.size()]);
}

std::vector<std::string> words_of(std::string_view bytes) {
  constexpr std::uint8_t kLiteral = 255;
  constexpr std::size_t kMostWords = 40;
  std::vector<std::string> words;
  while (!bytes.empty() && words.size() < kMostWords) {
    const auto first = static_cast<std::uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    if (first != kLiteral || bytes.empty()) {
      words.push_back(word_of(first));
      continue;
    }
    const std::size_t size = std::min<std::size_t>(static_cast<std::uint8_t>(bytes[0]), bytes.size() - 1);
    words.emplace_back(bytes.substr(1, size));
    bytes.remove_prefix(1 + size);
  }
  // A word of a command line has no zero byte.
  for (std::string& word : words) std::erase(word, '\0');
  return words;
}

/// What is printed goes nowhere, and what is read is the saved file.
struct Stage {
  Stage() {
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, STDIN_FILENO);
    ::dup2(nowhere, STDOUT_FILENO);
    const int file = ::memfd_create("saved", 0);
    fuzz::must(::write(file, kSaved.data(), kSaved.size()) == static_cast<ssize_t>(kSaved.size()));
    path = "/proc/self/fd/" + std::to_string(file);
  }
  std::string path;
};

/// While it lives, standard error goes nowhere: the fuzzer itself writes there.
class Silence {
 public:
  Silence() : kept_(::dup(STDERR_FILENO)) { ::dup2(STDOUT_FILENO, STDERR_FILENO); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
  }

 private:
  int kept_;
};

template <typename C>
void keep_at_home(C& command, const std::string& path) {
  if constexpr (requires { command.output.file; }) command.output.file.clear();
  if constexpr (requires { command.source.file; }) {
    command.source = {};
    command.source.id = options::SourceId::file;
    command.source.file = path;
  }
  if constexpr (requires { command.proc_root; }) command.proc_root = "/proc/self/fdinfo";
  if constexpr (requires { command.log; }) command.log = path;
  if constexpr (requires { command.directory; }) command.directory = "/proc/self/fdinfo";
  if constexpr (requires { command.metrics_file; }) command.metrics_file.clear();
  if constexpr (requires { command.rows.resolve; }) command.rows.resolve = false;
  if constexpr (requires { command.judge; }) {
    if (auto* rules = std::get_if<options::RuleChoice>(&command.judge)) rules->state_file.clear();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Stage stage;
  const auto line = options::scan_command_line(words_of(fuzz::text_of(data, size)));
  auto parsed = options::parse_command(line);
  if (!parsed) {
    fuzz::must(!parsed.error().sentence.empty());
    return 0;
  }
  // A live view, a trace and a record have no end of their own.
  const bool endless = std::holds_alternative<options::WatchCommand>(parsed->command) ||
                       std::holds_alternative<options::EventsCommand>(parsed->command) ||
                       std::holds_alternative<options::TraceCommand>(parsed->command) ||
                       std::holds_alternative<options::RecordCommand>(parsed->command);
  if (endless) return 0;
  const Silence silence;
  const Notes notes;
  const ExitStatus status = std::visit(
      [&](auto& command) {
        keep_at_home(command, stage.path);
        return verbs::run(command, notes);
      },
      parsed->command);
  fuzz::must(code(status) >= 0 && code(status) <= 3);
  return 0;
}
