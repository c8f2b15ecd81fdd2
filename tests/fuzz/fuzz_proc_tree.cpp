// A tree that looks like /proc and was made by somebody else: processes, descriptors, tables, links that go in circles,
// FIFOs and directories where files should be. Reading it ends, with rows, flaws or errors. Each entry of the tree is a
// byte for its place, one for what it is, one for the length of its text, and the text.

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "filter/query.h"
#include "fuzz.h"
#include "parsers/host/opened_host.h"
#include "survey/dump.h"

using namespace tcpstat;

namespace {

namespace fs = std::filesystem;

constexpr auto kPlaces = std::to_array<std::string_view>({"net",
                                                          "net/tcp",
                                                          "net/tcp6",
                                                          "net/snmp",
                                                          "net/netstat",
                                                          "net/sockstat",
                                                          "net/softnet_stat",
                                                          "net/stat",
                                                          "net/stat/nf_conntrack",
                                                          "1",
                                                          "1/comm",
                                                          "1/stat",
                                                          "1/status",
                                                          "1/fd",
                                                          "1/fd/3",
                                                          "1/fd/4",
                                                          "1/task",
                                                          "1/task/1",
                                                          "1/task/2",
                                                          "1/task/2/fd",
                                                          "1/task/2/fd/3",
                                                          "1/ns",
                                                          "1/ns/net",
                                                          "1/net",
                                                          "1/net/tcp",
                                                          "1/limits",
                                                          "22",
                                                          "22/comm",
                                                          "22/fd",
                                                          "22/fd/5",
                                                          "self",
                                                          "self/ns",
                                                          "self/ns/net",
                                                          "thread-self",
                                                          "sys",
                                                          "sys/kernel",
                                                          "sys/kernel/hostname",
                                                          "sys/kernel/random",
                                                          "sys/kernel/random/boot_id",
                                                          "sys/net",
                                                          "sys/net/ipv4",
                                                          "sys/net/ipv4/tcp_fin_timeout",
                                                          "sys/net/ipv4/tcp_synack_retries",
                                                          "sys/net/ipv4/ip_local_port_range",
                                                          "sys/net/core",
                                                          "sys/net/core/somaxconn",
                                                          "uptime",
                                                          "mounts",
                                                          "4294967296",
                                                          "999999999999999999999"});

void make(const fs::path& place, unsigned what, const std::string& text) {
  std::error_code error;
  if (what % 8 != 0) fs::create_directories(place.parent_path(), error);
  switch (what % 8) {
    case 0:
    case 1:
      fs::create_directories(place, error);
      break;
    case 2:
      ::mkfifo(place.c_str(), S_IRUSR | S_IWUSR);
      break;
    case 3:  // a circle, or a way up
      fs::create_symlink(text.size() % 2 == 0 ? "." : "..", place, error);
      break;
    case 4:
      fs::create_symlink("socket:[" + std::to_string(text.size()) + "]", place, error);
      break;
    case 5: {
      const std::size_t end = text.find('\0');
      // Never out of the tree: what is there is not this test's.
      std::string target = text.substr(0, end);
      while (target.starts_with('/') || target.starts_with("..")) target.erase(0, 1);
      if (!target.empty() && target.find("..") == std::string::npos) fs::create_symlink(target, place, error);
      break;
    }
    default:
      if (fs::is_symlink(place, error) || fs::exists(place, error)) break;
      std::ofstream(place, std::ios::binary) << text;
  }
}

/// Gone when it goes, links included.
struct Tree {
  explicit Tree(std::string_view bytes) {
    std::string made = (fs::temp_directory_path() / "tcpstat-fuzz-XXXXXX").string();
    fuzz::must(::mkdtemp(made.data()) != nullptr);
    path = made;
    constexpr int kMostEntries = 64;
    for (int i = 0; i < kMostEntries && bytes.size() >= 3; ++i) {
      const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
      const std::size_t size = std::min<std::size_t>(byte(2), bytes.size() - 3);
      make(path / kPlaces[byte(0) % kPlaces.size()], byte(1), std::string(bytes.substr(3, size)));
      bytes.remove_prefix(3 + size);
    }
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  fs::path path;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Tree tree(fuzz::text_of(data, size));
  auto host = host::open_host(
      {.source = host::SourceId::proc, .proc_root = tree.path.string(), .timeout = std::chrono::milliseconds(500)});
  if (!host) {
    fuzz::must(!host.error().sentence().empty());
    return 0;
  }
  survey::DumpPlan plan;
  plan.owners = survey::DumpPlan::Owners::helpful;
  fuzz::NoNames names;
  fuzz::Reader reader(names);
  const survey::Dump dump = survey::take(**host, plan, reader);
  fuzz::must(reader.rows <= dump.report.coverage.rows_read);
  static_cast<void>((*host)->kernel_facts());
  static_cast<void>((*host)->open_files_limit(1));
  static_cast<void>((*host)->boot_id());
  return 0;
}
