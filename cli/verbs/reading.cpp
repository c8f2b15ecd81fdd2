#include "cli/verbs/reading.h"

#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/timestamp.h"
#include "parsers/host/network_namespace.h"
#include "parsers/host/sources.h"
#include "parsers/logs/file_source.h"
#include "parsers/netlink/tracked_flows.h"
#include "parsers/procfs/kernel_facts_reader.h"
#include "parsers/procfs/kernel_limits_reader.h"
#include "parsers/procfs/process_limits.h"
#include "parsers/procfs/small_file.h"

namespace tcpstat::cli::verbs {
namespace {

std::string now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return timestamp(time);
}

const host::SourceInfo* find_live_source(std::string_view name) {
  for (const host::SourceInfo& source : host::live_sources()) {
    if (source.name == name) return &source;
  }
  return nullptr;
}

/// A filter that a source cannot answer is refused, not answered with nothing.
Expected<void> check_filter(std::string_view source, const filter::Filter& filter) {
  if (source == "proc" && !filter.states.empty() && (filter.states - StateSet{State::close}).empty()) {
    return failure("list CLOSE sockets from /proc", 0, "bound sockets are on netlink only: --source netlink",
                   "it does not list them");
  }
  return {};
}

}  // namespace

RunFacts host_facts(const std::string& root) {
  RunFacts facts;
  facts.version = TCPSTAT_VERSION;
  facts.time = now();
  if (!root.empty()) {
    // Another /proc may be another host's; it says so itself, or not at all.
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

Expected<void> Reading::enter(const options::Request& request) {
  if (request.netns.empty()) {
    if (!root_.empty()) options_.proc_net = root_ + "/net";
    // Kernels before 3.17 have no thread-self.
    if (root_.empty() && ::access("/proc/thread-self/net", F_OK) != 0) options_.proc_net = "/proc/self/net";
    facts_.netns = host::namespace_inode(root_.empty() ? "/proc/self/ns/net" : root_ + "/self/ns/net");
    options_.limits = procfs::read_kernel_limits(proc_root());
    sysctls_ = proc_root();
    return {};
  }
  const auto target = host::find_namespace(request.netns, proc_root());
  if (!target) return tl::make_unexpected(target.error());
  facts_.netns = host::namespace_inode(target->path);
  if (target->pid) options_.proc_net = proc_root() + "/" + std::to_string(*target->pid) + "/net";
  if (!root_.empty()) {
    if (target->pid) return {};
    return failure("read the network namespace \"" + request.netns + "\" from " + root_, 0,
                   "with --proc-root only --netns PID works", "a directory knows namespaces by process");
  }
  auto entered = host::enter_namespace(*target);
  if (!entered) {
    // /proc/PID/net needs no privilege.
    if (!target->pid || request.source == "netlink" || request.source == "both") return entered;
    proc_only_ = true;
    return {};
  }
  if (!target->pid) options_.proc_net = "/proc/thread-self/net";
  options_.limits = procfs::read_kernel_limits("/proc");
  sysctls_ = "/proc";
  return {};
}

Expected<Reading> Reading::open(const options::Request& request) {
  Reading reading;
  reading.root_ = request.proc_root;
  reading.automatic_ = request.source == "auto";
  reading.options_.timeout = request.timeout;
  reading.host_names_ = std::make_unique<names::SystemNames>();
  reading.facts_ = host_facts(reading.root_);
  reading.source_name_ = request.source;
  if (!reading.automatic_ && find_live_source(request.source) == nullptr) {
    if (!request.netns.empty()) {
      return failure("read the network namespace \"" + request.netns + "\" from " + request.source, 0,
                     "leave out --netns or --source", "a saved file has one namespace");
    }
    reading.file_ = logs::make_file_source(reading.options_, request.source, *reading.host_names_);
    if (auto prepared = reading.file_->prepare(reading.facts_); !prepared) {
      return tl::make_unexpected(prepared.error());
    }
    reading.source_name_ = "file";
    reading.file_name_ = request.source == "-" ? "standard input" : request.source;
    if (request.filter.needs_owners() && !reading.file_->brings_owners()) {
      return failure("filter " + request.source + " by process", 0, "ndjson that was saved with -p has them",
                     "the file does not say who held the sockets");
    }
    return reading;
  }
  if (auto entered = reading.enter(request); !entered) return tl::make_unexpected(entered.error());
  return reading;
}

Names& Reading::names() {
  Names* own = file_ != nullptr ? file_->names() : nullptr;
  return own != nullptr ? *own : *host_names_;
}

std::optional<std::uint64_t> Reading::open_files_limit(std::uint32_t pid) const {
  return procfs::read_open_files_limit(proc_root(), pid);
}

Expected<const OwnerLookup*> Reading::owners() {
  auto table = procfs::ProcessTable::read(proc_root());
  if (!table) return tl::make_unexpected(table.error());
  return &owners_.emplace_back(std::move(*table));
}

void Reading::read_half_opens_from_proc(Family family, Sink& sink) {
  if (file_ != nullptr || source_name_ != "netlink") return;
  filter::Query query;
  query.states = StateSet{State::syn_recv};
  query.filter.ipv4 = family == Family::ipv4;
  query.filter.ipv6 = family == Family::ipv6;
  Coverage coverage;
  // It adds to what is known already; without it rows say a little less.
  static_cast<void>(find_live_source("proc")->make(options_)->read(query, sink, coverage));
}

SourceNames Reading::evidence_names() const {
  SourceNames names;
  if (file_ != nullptr) names.rows = file_name_;
  // The directory of the thread is what people know as /proc/net.
  if (!options_.proc_net.starts_with("/proc/thread-self/") && !options_.proc_net.starts_with("/proc/self/")) {
    names.net = options_.proc_net;
  }
  names.root = proc_root();
  if (source_name_ == "proc") names.rows = names.net + "/tcp";
  if (source_name_ == "both") names.rows += ", " + names.net + "/tcp";
  return names;
}

KernelFacts Reading::kernel_facts() const {
  return is_file() ? KernelFacts{} : procfs::read_kernel_facts(options_.proc_net, sysctls_);
}

KernelCounters Reading::kernel_counters() const {
  return is_file() ? KernelCounters{} : procfs::read_kernel_counters(options_.proc_net);
}

Expected<void> Reading::read_tracked_flows(TrackedFlowSink& sink) const {
  if (is_file() || proc_only_ || !root_.empty()) {
    return failure("read connection tracking", 0, "", "the namespace was not entered");
  }
  return netlink::read_tracked_flows(options_.timeout, sink);
}

std::optional<std::string> Reading::boot() const { return is_file() ? std::nullopt : procfs::boot_id(proc_root()); }

Expected<void> Reading::read(const filter::Query& query, Sink& sink, Coverage& coverage) {
  if (file_ != nullptr) return file_->read(query, sink, coverage);
  if (!automatic_) {
    const host::SourceInfo* source = find_live_source(source_name_);
    if (auto possible = check_filter(source->name, query.filter); !possible) return possible;
    return source->make(options_)->read(query, sink, coverage);
  }
  std::optional<Error> first_failure;
  if (proc_only_) {
    first_failure = Error{"enter that network namespace", EPERM};
  }
  for (const host::SourceInfo& source : host::live_sources()) {
    if (source.name == "both" || (proc_only_ && source.name != "proc")) continue;
    source_name_ = source.name;
    if (auto possible = check_filter(source.name, query.filter); !possible) {
      coverage.complete = false;
      return possible;
    }
    if (first_failure) {
      Error cause = *first_failure;
      cause.hint.clear();
      coverage.complete = true;
      coverage.warn("fallback",
                    cause.sentence() + "; reading " + options_.proc_net + " instead, which knows fewer columns");
    }
    auto read = source.make(options_)->read(query, sink, coverage);
    if (read || coverage.rows_read > 0) return read;
    if (first_failure) return read;
    first_failure = read.error();
  }
  return tl::make_unexpected(*first_failure);
}

}  // namespace tcpstat::cli::verbs
