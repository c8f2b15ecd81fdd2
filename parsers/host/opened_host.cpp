#include "parsers/host/opened_host.h"

#include <net/if.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <deque>
#include <thread>

#include "base/shell_word.h"
#include "base/timestamp.h"
#include "filter/query.h"
#include "model/netns.h"
#include "parsers/bpf/owner_iterator.h"
#include "parsers/host/many_namespaces.h"
#include "parsers/host/namespace_names.h"
#include "parsers/host/network_namespace.h"
#include "parsers/host/own_addresses.h"
#include "parsers/logs/file_source.h"
#include "parsers/netlink/tracked_flows.h"
#include "parsers/procfs/half_open_rows.h"
#include "parsers/procfs/kernel_facts_reader.h"
#include "parsers/procfs/kernel_settings.h"
#include "parsers/procfs/owner_rights.h"
#include "parsers/procfs/proc_file.h"
#include "parsers/procfs/process_limits.h"
#include "parsers/procfs/process_table.h"
#include "parsers/procfs/procfs_source.h"
#include "parsers/procfs/protocols.h"
#include "parsers/records/record_source.h"
#include "parsers/source/source.h"
#include "report/source_names.h"

namespace tcpstat::host {
namespace {

std::string time_now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return timestamp(time);
}

/// A filter that a source cannot answer is refused, not answered with nothing.
Expected<void> check_filter(SourceId source, const filter::Filter& filter) {
  if (source == SourceId::proc && !filter.states.empty() && (filter.states - StateSet{State::close}).empty()) {
    return failure("list CLOSE sockets from /proc", 0, "bound sockets are on netlink only: --source netlink",
                   "it does not list them");
  }
  if (source == SourceId::proc && !filter.needs.netlink_word.empty()) {
    return failure("filter by " + ascii_lower(filter.needs.netlink_word) + " in /proc", 0,
                   "netlink tells it: --source netlink", "it does not tell");
  }
  // Without CAP_NET_ADMIN the kernel leaves marks out, and a missing mark is not mark 0 (net/ipv4/inet_diag.c).
  if (filter.needs.marks && source != SourceId::proc && !procfs::may_administer_network()) {
    return failure("filter by fwmark", 0, ::geteuid() == 0 ? "root lacks CAP_NET_ADMIN here" : "run as root",
                   "the kernel tells marks to CAP_NET_ADMIN alone");
  }
  return {};
}

/// A device is looked for in the namespace that this thread is in.
Expected<void> check_devices(const HostOptions& options) {
  for (const std::string& name : options.devices) {
    if (::if_nametoindex(name.c_str()) != 0) continue;
    return failure("select the device \"" + name + "\"", 0, "see: ip link", "there is no such device here");
  }
  return {};
}

/// A saved source has no user names, and its users may have other names than those of this host.
Expected<void> no_user_names(const std::string& where) {
  return failure("select users of " + where + " by name", 0, "give the number: --user 1000", "it has numbers alone");
}

/// Names for a saved tree of /proc, which has none but the control groups of its processes; and the superuser is called
/// the same everywhere.
class TreeNames final : public names::SystemNames {
 public:
  std::string_view user(std::uint32_t uid) override { return uid == 0 ? "root" : ""; }
  std::string_view interface(std::uint32_t /*index*/) override { return {}; }
  std::string_view cgroup(std::uint64_t /*id*/) override { return {}; }
};

}  // namespace

std::optional<std::string> long_chains(std::uint64_t rows, std::string_view entries) {
  // A dump takes this many sockets of a chain at once and finds its place in a longer chain by counting
  // (net/ipv4/inet_diag.c, SKARR_SZ), so it misses some when others come and go in between. With half as many on
  // average, one chain in two hundred is longer.
  constexpr std::uint64_t kAtOnce = 16;
  // Negative: the namespace shares the table of the host (ip-sysctl, tcp_ehash_entries).
  const bool shared = entries.starts_with('-');
  std::uint64_t chains = 0;
  const std::string_view digits = entries.substr(shared ? 1 : 0);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), chains);
  if (error != std::errc{} || end == digits.data() || chains == 0 || rows / chains < kAtOnce / 2) return std::nullopt;
  return std::to_string(rows) + " sockets share " + std::to_string(chains) +
         " hash chains: a dump of chains that long may miss some (net.ipv4.tcp_ehash_entries)";
}

RunFacts host_facts(const std::string& root) {
  RunFacts facts;
  facts.version = TCPSTAT_VERSION;
  facts.time = time_now();
  if (!root.empty()) {
    // Another /proc may be another host's: only its own files may name that host.
    facts.host = procfs::read_small_file(root + "/sys/kernel/hostname");
    facts.kernel = procfs::read_small_file(root + "/sys/kernel/osrelease");
    return facts;
  }
  utsname host{};
  if (::uname(&host) == 0) {
    facts.host = host.nodename;
    facts.kernel = host.release;
  }
  return facts;
}

namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
  void sleep_until(Instant due) override { std::this_thread::sleep_until(due); }
  [[nodiscard]] std::chrono::system_clock::time_point wall_time() const override {
    return std::chrono::system_clock::now();
  }
};

class OpenedHost final : public Host {
 public:
  explicit OpenedHost(const HostOptions& options);
  /// To be called once, before anything is asked.
  Expected<void> open(const HostOptions& options);

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override;
  void read_half_opens_from_proc(Family family, std::uint64_t most_rows, Sink& sink) override;
  void keep_source() override { automatic_ = false; }
  [[nodiscard]] std::string_view source_name() const override { return info(source_).name; }
  [[nodiscard]] bool shows_all_half_opens() const override { return info(source_).traits.one_source; }

  Expected<const OwnerLookup*> owners() override;
  void forget_owners() override { owners_.clear(); }
  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const override;

  [[nodiscard]] KernelFacts kernel_facts() const override;
  [[nodiscard]] KernelCounters kernel_counters() const override;
  [[nodiscard]] const KernelLimits& kernel_limits() const override {
    return is_file() ? saved_facts().settings : source_options_.limits;
  }
  [[nodiscard]] std::optional<std::vector<Address>> addresses() const override {
    return is_entered() ? own_addresses() : std::nullopt;
  }
  Expected<void> read_tracked_flows(TrackedFlowSink& sink) const override;

  [[nodiscard]] bool is_file() const override { return file_ != nullptr; }
  std::unique_ptr<Host> earlier() override;
  [[nodiscard]] const RunFacts& facts() const override { return facts_; }
  [[nodiscard]] std::optional<std::string> boot_id() const override;
  [[nodiscard]] Names& names() override;
  [[nodiscard]] SourceNames evidence_names() const override;
  [[nodiscard]] Clock& clock() override { return clock_; }

 private:
  /// Whether this thread is in the namespace whose rows are read.
  [[nodiscard]] bool is_entered() const { return !is_file() && !not_entered_ && root_.empty(); }
  Expected<void> open_file(const HostOptions& options);
  Expected<void> enter(const HostOptions& options);
  Expected<void> check_cgroups(const HostOptions& options);
  [[nodiscard]] Expected<void> check_user_names(const HostOptions& options) const;
  void note_long_chains(Coverage& coverage) const;
  /// Whether it is known without a dump that the host has no MPTCP.
  [[nodiscard]] bool has_no_mptcp() const;
  [[nodiscard]] bool has_many_descriptors() const;
  [[nodiscard]] const KernelFacts& saved_facts() const;
  [[nodiscard]] Expected<procfs::ProcessTable> look_for_owners(procfs::ProcessTable::Threads threads) const;
  [[nodiscard]] std::string proc_root() const { return root_.empty() ? "/proc" : root_; }

  std::string root_;
  SourceId source_;  ///< the one that is read, or would be
  std::string file_name_;
  bool automatic_;
  std::string sysctls_;               ///< the /proc that shows the namespace's sysctls; empty: none does
  std::string notice_;                ///< about what is read instead of what was asked for; empty: nothing
  std::string place_words_;           ///< options that name the place that is read
  std::string enter_words_;           ///< a command that runs others there
  std::optional<Error> not_entered_;  ///< why only the namespace's /proc/PID/net can be read; nothing: all can
  source::SourceOptions source_options_;
  RunFacts facts_;
  NamespaceNames host_names_;
  TreeNames tree_names_;
  bool is_copy_ = false;  ///< root_ is a saved tree: this host must not answer what it leaves open
  std::unique_ptr<source::Source> file_;
  mutable std::optional<KernelFacts> saved_facts_;  ///< nothing: not read yet
  std::deque<SharedOwners::Table> owners_;          ///< tables that were handed out
  std::shared_ptr<SharedOwners> shared_owners_;
  SystemClock clock_;
};

OpenedHost::OpenedHost(const HostOptions& options)
    : root_(options.proc_root),
      source_(options.source),
      automatic_(options.source == SourceId::automatic),
      facts_(host_facts(options.proc_root)),
      shared_owners_(options.shared_owners) {
  host_names_.set_proc(proc_root());
  tree_names_.set_proc(proc_root());
  source_options_.timeout = options.timeout;
  source_options_.byte_order = options.byte_order;
  source_options_.sample = options.sample;
  source_options_.at = options.at;
  source_options_.mptcp = options.mptcp;
  const auto add = [this](const char* option, const std::string& word) {
    place_words_ += (place_words_.empty() ? "" : " ") + std::string(option) + " " + shell_word(word);
  };
  if (!root_.empty()) add("--proc-root", root_);
  if (!options.netns.empty()) add("--netns", options.netns);
  if (options.source == SourceId::file) add("--source", options.file);
  if (options.source == SourceId::record) add("--record", options.file);
  if (options.sample) add("--sample", std::to_string(*options.sample));
  // An absolute time, which means the same tomorrow.
  if (options.at) add("--at", timestamp(*options.at));
  if (options.byte_order) add("--byte-order", *options.byte_order == std::endian::little ? "little" : "big");
}

Expected<void> OpenedHost::check_cgroups(const HostOptions& options) {
  for (const std::string& path : options.cgroups) {
    if (host_names_.has_cgroup(path)) continue;
    return failure("select the control group \"" + path + "\"", 0, "a path below the mount of cgroup2",
                   "there is no such group");
  }
  return {};
}

Expected<void> OpenedHost::open(const HostOptions& options) {
  if (!info(options.source).live()) return open_file(options);
  auto entered = enter(options);
  if (entered && root_.empty() && !not_entered_) entered = check_devices(options);
  if (entered && root_.empty()) entered = check_cgroups(options);
  if (entered && options.needs_autobound) {
    const auto range = procfs::read_port_range("/proc");
    if (range) source_options_.chosen_ports = {range->first, range->last};
  }
  if (automatic_) source_ = not_entered_ ? SourceId::proc : live_sources().front().id;
  return entered;
}

Expected<void> OpenedHost::check_user_names(const HostOptions& options) const {
  if (options.user_names.empty()) return {};
  if (is_copy_) return no_user_names(root_);
  for (const std::string& name : options.user_names) {
    if (names::SystemNames::has_user(name)) continue;
    return failure("select the user \"" + name + "\"", 0, "see: tcpstat --list users", "there is no such user");
  }
  return {};
}

Expected<void> OpenedHost::enter(const HostOptions& options) {
  is_copy_ = !root_.empty() && !procfs::is_live(root_);
  if (auto known = check_user_names(options); !known) return known;
  if (options.netns.empty() && !root_.empty() && belongs_to_others(root_) &&
      namespace_inode(root_ + "/1/ns/net") != namespace_inode("/proc/self/ns/net")) {
    // Otherwise our own sockets would be taken for those of the host whose /proc this is.
    notice_ = root_ + "/net is the network namespace of tcpstat itself; reading " + root_ +
              "/1/net, that of process 1 (--netns PID names another)";
    HostOptions first = options;
    first.netns = "1";
    return enter(first);
  }
  if (options.netns.empty()) {
    if (!root_.empty()) source_options_.proc_net = root_ + "/net";
    // Kernels before 3.17 have no thread-self.
    if (root_.empty() && ::access("/proc/thread-self/net", F_OK) != 0) source_options_.proc_net = "/proc/self/net";
    facts_.netns = namespace_inode(root_.empty() ? "/proc/self/ns/net" : root_ + "/self/ns/net");
    source_options_.netns = facts_.netns.value_or(0);
    source_options_.limits = procfs::read_kernel_limits(proc_root());
    sysctls_ = proc_root();
    return {};
  }
  if (!root_.empty() && !is_process_number(options.netns)) {
    return failure("read the network namespace \"" + options.netns + "\" from " + root_, 0,
                   "with --proc-root only --netns PID works", "a directory knows namespaces by process");
  }
  const auto target = find_namespace(options.netns, proc_root());
  if (!target) return tl::make_unexpected(target.error());
  source_options_.netns = namespace_number(*target);
  facts_.netns = netns_inode(source_options_.netns);
  if (facts_.netns && !target->pid) host_names_.add(*facts_.netns, options.netns);
  enter_words_ = "nsenter " + shell_word("--net=" + target->path);
  if (target->pid) source_options_.proc_net = proc_root() + "/" + std::to_string(*target->pid) + "/net";
  if (!root_.empty()) return {};
  auto entered = enter_namespace(*target);
  if (!entered) {
    // /proc/PID/net needs no privilege.
    if (!target->pid || !info(options.source).traits.reads_proc) return entered;
    not_entered_ = entered.error();
    return {};
  }
  if (!target->pid) source_options_.proc_net = "/proc/thread-self/net";
  source_options_.limits = procfs::read_kernel_limits("/proc");
  sysctls_ = "/proc";
  return {};
}

Expected<void> OpenedHost::open_file(const HostOptions& options) {
  if (!options.netns.empty()) {
    const bool record = options.source == SourceId::record;
    return failure("read the network namespace \"" + options.netns + "\" from " + options.file, 0,
                   record ? "leave out --netns" : "leave out --netns or --source",
                   record ? "a record has one namespace" : "a saved file has one namespace");
  }
  file_ = options.source == SourceId::record ? records::make_record_source(source_options_, options.file)
                                             : logs::make_file_source(source_options_, options.file);
  if (auto prepared = file_->prepare(facts_); !prepared) return prepared;
  file_name_ = options.file == "-" ? "standard input" : options.file;
  if (!options.user_names.empty() && !file_->brings_user_names()) return no_user_names(options.file);
  if (options.needs_autobound) {
    return failure("filter " + options.file + " by autobound", 0, "compare sport with the range of that host",
                   "no file says which ports the kernel chose");
  }
  if (options.needs_owners && !file_->brings_owners()) {
    return failure("filter " + options.file + " by process", 0, "ndjson that was saved with -p has them",
                   "the file does not say who held the sockets");
  }
  return {};
}

Names& OpenedHost::names() {
  Names* own = file_ != nullptr ? file_->names() : nullptr;
  if (is_copy_) return tree_names_;
  return own != nullptr ? *own : host_names_;
}

std::optional<std::uint64_t> OpenedHost::open_files_limit(std::uint32_t pid) const {
  // A process in a saved file has ended, or ran on another host.
  return file_ != nullptr ? file_->open_files_limit(pid) : procfs::read_open_files_limit(proc_root(), pid);
}

bool OpenedHost::has_many_descriptors() const {
  // Loading the iterator takes as long as walking some thousand descriptors.
  constexpr std::uint64_t kMany = 20'000;
  const auto text = root_.empty() ? procfs::read_small_file("/proc/sys/fs/file-nr") : std::nullopt;
  std::uint64_t files = 0;
  return text && std::from_chars(text->data(), text->data() + text->size(), files).ec == std::errc{} && files > kMany;
}

Expected<procfs::ProcessTable> OpenedHost::look_for_owners(procfs::ProcessTable::Threads threads) const {
  if (has_many_descriptors()) {
    // The iterator finds threads with descriptors of their own by itself. Where it may not run, the walk tells the
    // same.
    if (const auto held = bpf::held_sockets()) return procfs::ProcessTable::complete(*held, proc_root());
  }
  return procfs::ProcessTable::read(proc_root(), threads);
}

Expected<const OwnerLookup*> OpenedHost::owners() {
  using Threads = procfs::ProcessTable::Threads;
  // A second look is for sockets that the first did not find, so it looks at every thread.
  const bool first = owners_.empty();
  const auto look = [&] { return look_for_owners(first ? Threads::told_apart : Threads::all); };
  SharedOwners alone;
  SharedOwners& with = shared_owners_ != nullptr ? *shared_owners_ : alone;
  auto table = first ? with.first(look) : with.again(look);
  if (!table) return tl::make_unexpected(table.error());
  owners_.push_back(std::move(*table));
  return owners_.back().get();
}

void OpenedHost::read_half_opens_from_proc(Family family, std::uint64_t most_rows, Sink& sink) {
  if (file_ != nullptr || source_ != SourceId::netlink) return;
  procfs::read_half_open_rows(source_options_.proc_net + (family == Family::ipv4 ? "/tcp" : "/tcp6"), most_rows, sink);
}

void OpenedHost::note_long_chains(Coverage& coverage) const {
  const auto entries =
      sysctls_.empty() ? std::nullopt : procfs::read_small_file(sysctls_ + "/sys/net/ipv4/tcp_ehash_entries");
  if (!entries) return;  // kernels before 6.1 have no such sysctl
  if (auto sentence = long_chains(coverage.rows_read, *entries)) coverage.warn("long_chains", std::move(*sentence));
}

bool OpenedHost::has_no_mptcp() const {
  // The release is that of the kernel that runs us.
  if (!root_.empty() || not_entered_ || source_ != SourceId::netlink || !facts_.kernel) return false;
  const auto protocols = procfs::read_whole_file(source_options_.proc_net + "/protocols");
  return protocols && procfs::has_no_mptcp(*protocols, *facts_.kernel);
}

SourceNames OpenedHost::evidence_names() const {
  SourceNames names;
  if (file_ != nullptr) names.rows = file_name_;
  // The directory of the thread is what people know as /proc/net.
  if (!source_options_.proc_net.starts_with("/proc/thread-self/") &&
      !source_options_.proc_net.starts_with("/proc/self/")) {
    names.net = source_options_.proc_net;
  }
  names.root = proc_root();
  if (source_ == SourceId::proc) names.rows = names.net + "/tcp";
  if (source_ == SourceId::both) names.rows += ", " + names.net + "/tcp";
  names.options = place_words_;
  names.enter = enter_words_;
  names.saved = is_file() || is_copy_;
  return names;
}

KernelFacts OpenedHost::kernel_facts() const {
  return is_file() ? saved_facts()
                   : procfs::read_kernel_facts(source_options_.proc_net, sysctls_, source_options_.limits);
}

KernelCounters OpenedHost::kernel_counters() const {
  return is_file() ? saved_facts().counters : procfs::read_kernel_counters(source_options_.proc_net);
}

const KernelFacts& OpenedHost::saved_facts() const {
  if (!saved_facts_) saved_facts_ = file_->kernel_facts();
  return *saved_facts_;
}

std::unique_ptr<Host> OpenedHost::earlier() {
  const auto where = is_file() ? file_->earlier() : std::nullopt;
  if (!where) return nullptr;
  auto opened = open_host({.source = source_, .file = file_name_, .at = where->at});
  if (!opened) return nullptr;
  // Across a gap or a reboot the two samples cannot be compared.
  if ((*opened)->boot_id() != boot_id()) return nullptr;
  const auto between = kernel_facts().boot_time - (*opened)->kernel_facts().boot_time;
  const bool follows = between > std::chrono::milliseconds(0) && between <= where->most_between;
  return follows ? std::move(*opened) : nullptr;
}

Expected<void> OpenedHost::read_tracked_flows(TrackedFlowSink& sink) const {
  if (!is_entered()) return failure("read connection tracking", 0, "", "the namespace was not entered");
  return netlink::read_tracked_flows(source_options_.timeout, sink);
}

std::optional<std::string> OpenedHost::boot_id() const {
  return is_file() ? file_->boot_id() : procfs::boot_id(proc_root());
}

Expected<void> OpenedHost::read(const filter::Query& query, Sink& sink, Coverage& coverage) {
  if (file_ != nullptr) return file_->read(query, sink, coverage);
  if (!notice_.empty()) coverage.warn("other_namespace", notice_);
  // A dump of MPTCP would make the kernel walk tables that are large and empty (net/mptcp/mptcp_diag.c).
  if (query.mptcp && check_filter(source_, query.filter) && has_no_mptcp()) return {};
  if (!automatic_) {
    if (auto possible = check_filter(source_, query.filter); !possible) return possible;
    auto read = info(source_).make(source_options_)->read(query, sink, coverage);
    note_long_chains(coverage);
    return read;
  }
  std::optional<Error> first_failure = not_entered_;
  for (const SourceInfo& source : live_sources()) {
    if (!source.traits.one_source || (not_entered_ && !source.traits.reads_proc)) continue;
    source_ = source.id;
    if (auto possible = check_filter(source.id, query.filter); !possible) {
      coverage.complete = false;
      if (!first_failure) return possible;
      // Why the source that could answer did not is what helps; and its own hint may be to read /proc.
      if (!not_entered_) {
        possible.error().hint.clear();
        first_failure->hint = possible.error().sentence();
      }
      return tl::make_unexpected(*first_failure);
    }
    if (first_failure) {
      Error cause = *first_failure;
      cause.hint.clear();
      coverage.complete = true;
      coverage.warn("fallback",
                    cause.sentence() + "; reading " + source_options_.proc_net + " instead, which knows fewer columns");
    }
    auto read = source.make(source_options_)->read(query, sink, coverage);
    note_long_chains(coverage);
    if (read || coverage.rows_read > 0) return read;
    if (first_failure) return read;
    first_failure = read.error();
  }
  return tl::make_unexpected(*first_failure);
}

}  // namespace

Expected<std::unique_ptr<Host>> open_host(const HostOptions& options) {
  if (info(options.source).live() && names_several(options.netns)) return open_many(options);
  auto host = std::make_unique<OpenedHost>(options);
  if (auto opened = host->open(options); !opened) return tl::make_unexpected(opened.error());
  return host;
}

}  // namespace tcpstat::host
