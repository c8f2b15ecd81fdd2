#include "parsers/host/many_namespaces.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "filter/query.h"
#include "model/netns.h"
#include "parsers/host/namespace_names.h"
#include "parsers/host/network_namespace.h"
#include "report/of_namespace.h"
#include "report/source_names.h"

namespace tcpstat::host {
namespace {

/// See namespace_number(); nothing if the word leads nowhere.
std::optional<std::uint64_t> number_of(const std::string& word) {
  const auto target = find_namespace(word, "/proc");
  return target ? std::optional(namespace_number(*target)) : std::nullopt;
}

/// The one of `seen` in which this process lives, which may not be looked into; null: none.
const KnownNamespace* seen_through_others(const NamespaceTarget& hidden, const NamespaceList& seen) {
  const auto is_process = [](const std::string& word) { return word.find_first_not_of("0123456789") == word.npos; };
  const std::uint64_t table = hidden.pid ? inode_of_table("/proc/" + std::to_string(*hidden.pid)) : 0;
  for (const KnownNamespace& known : seen.namespaces) {
    const auto process = std::find_if(known.words.begin(), known.words.end(), is_process);
    if (table != 0 && process != known.words.end() && inode_of_table("/proc/" + *process) == table) return &known;
  }
  return nullptr;
}

/// Looks up the devices of rows while the thread is in their namespace, and notes whether the sink has enough.
class VisitedRows final : public Sink {
 public:
  VisitedRows(Sink& next, NamespaceNames& names) : next_(next), names_(names) {}

  Flow connection(const Connection& row) override {
    note_device(row);
    return note(next_.connection(row));
  }
  Flow listener(const Listener& row) override {
    note_device(row);
    return note(next_.listener(row));
  }
  [[nodiscard]] bool enough() const { return enough_; }

 private:
  void note_device(const Socket& row) {
    if (row.interface != 0) names_.interface_of(row.netns, row.interface);
  }
  Flow note(Flow flow) {
    enough_ = enough_ || flow == Flow::stop;
    return flow;
  }

  Sink& next_;
  NamespaceNames& names_;
  bool enough_ = false;
};

class ManyNamespaces final : public Host {
 public:
  explicit ManyNamespaces(const HostOptions& options) : options_(options) {}
  Expected<void> open();

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override;
  void read_half_opens_from_proc(Family, std::uint64_t, Sink&) override {}
  void keep_source() override {
    home_->keep_source();
    kept_ = true;
  }
  [[nodiscard]] std::string_view source_name() const override { return source_name_; }
  [[nodiscard]] bool shows_all_half_opens() const override { return home_->shows_all_half_opens(); }

  Expected<const OwnerLookup*> owners() override { return home_->owners(); }
  void forget_owners() override { home_->forget_owners(); }
  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const override {
    return home_->open_files_limit(pid);
  }

  [[nodiscard]] KernelFacts kernel_facts() const override { return {}; }
  [[nodiscard]] KernelCounters kernel_counters() const override { return {}; }
  [[nodiscard]] const KernelLimits& kernel_limits() const override { return home_->kernel_limits(); }
  Expected<void> read_tracked_flows(TrackedFlowSink& sink) const override { return home_->read_tracked_flows(sink); }

  [[nodiscard]] bool is_file() const override { return false; }
  [[nodiscard]] bool spans_namespaces() const override { return true; }
  std::string visit_namespaces(const std::function<void(const VisitedNamespace&)>& visit) override;
  [[nodiscard]] const RunFacts& facts() const override { return facts_; }
  [[nodiscard]] std::optional<std::string> boot_id() const override { return home_->boot_id(); }
  [[nodiscard]] Names& names() override { return names_; }
  [[nodiscard]] SourceNames evidence_names() const override { return home_->evidence_names(); }
  [[nodiscard]] Clock& clock() override { return home_->clock(); }

 private:
  /// One reading of all of them.
  struct Reading {
    const filter::Query& query;
    VisitedRows& sink;
    Coverage& coverage;
    AlikeWarnings warnings = {};
    std::optional<Error> first_error = std::nullopt;
    std::size_t read = 0;
  };
  void read_one(const KnownNamespace& known, Reading& reading);
  /// Begins a reading or a visit. All but the first look again which namespaces there are: one may have been made
  /// since.
  void begin();
  /// Opens a namespace, with the source that it was read from before if sources are kept.
  Expected<std::unique_ptr<Host>> open_one(const KnownNamespace& known) const;
  void note_source(const KnownNamespace& known, const Host& host);
  /// Fails if none of the namespaces has a device of that name.
  Expected<void> look_for(std::vector<std::string> devices) const;
  void choose_again();

  HostOptions options_;
  std::string words_;  ///< of --netns
  WayHome way_home_;
  std::unique_ptr<Host> home_;
  NamespaceList chosen_;
  NamespaceNames names_;
  RunFacts facts_;
  std::string source_name_;
  std::map<std::uint64_t, SourceId> sources_;  ///< from which each was read, by inode
  bool kept_ = false;                          ///< each namespace stays with its source
  bool read_before_ = false;
  std::chrono::steady_clock::time_point begun_;
};

Expected<void> ManyNamespaces::open() {
  if (!options_.proc_root.empty()) {
    return failure("read the network namespaces \"" + options_.netns + "\" from " + options_.proc_root, 0,
                   "with --proc-root only --netns PID works", "a directory knows namespaces by process");
  }
  auto chosen = chosen_namespaces(options_.netns);
  if (!chosen) return tl::make_unexpected(chosen.error());
  chosen_ = std::move(*chosen);
  for (const KnownNamespace& known : chosen_.namespaces) names_.add(known.inode, known.label);
  words_ = std::exchange(options_.netns, {});
  auto devices = std::exchange(options_.devices, {});
  auto home = open_host(options_);
  if (!home) return tl::make_unexpected(home.error());
  home_ = std::move(*home);
  // open_host() has checked these. Devices are checked by look_for(), because not every namespace needs to have each.
  options_.user_names.clear();
  options_.cgroups.clear();
  if (auto there = look_for(std::move(devices)); !there) return there;
  source_name_ = home_->source_name();
  facts_ = home_->facts();
  facts_.netns.reset();
  return {};
}

Expected<void> ManyNamespaces::look_for(std::vector<std::string> devices) const {
  for (const KnownNamespace& known : chosen_.namespaces) {
    if (devices.empty()) return {};
    const auto host = open_namespace(known, options_);
    const bool may_be_there = !host && !is_gone(known);
    if (host) std::erase_if(devices, [](const std::string& name) { return ::if_nametoindex(name.c_str()) != 0; });
    way_home_.go();
    if (may_be_there) return {};
  }
  if (devices.empty()) return {};
  return failure("select the device \"" + devices.front() + "\"", 0, "see: ip link",
                 "no network namespace has such a device");
}

Expected<std::unique_ptr<Host>> ManyNamespaces::open_one(const KnownNamespace& known) const {
  HostOptions options = options_;
  if (options.timeout) {
    // The time limit is for all namespaces together.
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_);
    options.timeout = std::max(*options.timeout - spent, std::chrono::milliseconds(1));
  }
  const auto source = sources_.find(known.inode);
  if (kept_ && source != sources_.end()) options.source = source->second;
  return open_namespace(known, options);
}

void ManyNamespaces::note_source(const KnownNamespace& known, const Host& host) {
  source_name_ = host.source_name();
  for (const SourceInfo& one : live_sources()) {
    if (one.name == source_name_) sources_[known.inode] = one.id;
  }
}

void ManyNamespaces::read_one(const KnownNamespace& known, Reading& reading) {
  Coverage part;
  Expected<void> read;
  auto host = open_one(known);
  if (!host) {
    // A namespace that has ended since has no sockets any more.
    if (is_gone(known)) return;
    read = tl::make_unexpected(host.error());
    part.lose(std::string(kNotEntered), host.error().sentence());
  } else {
    names_.enter(known.inode);
    read = (*host)->read(reading.query, reading.sink, part);
    if (read) note_source(known, **host);
    if (!read) part.lose("netns_not_read", read.error().sentence());
    ++reading.read;
  }
  if (!read && !reading.first_error) reading.first_error = read.error();
  for (const Warning& warning : part.warnings) reading.warnings.add(known.label, warning);
  NamespaceRead told{known.inode, known.label, std::nullopt, part.complete};
  if (host) told.rows = part.rows_read;
  part.warnings.clear();
  reading.coverage.add(part);
  reading.coverage.namespaces.push_back(std::move(told));
}

void ManyNamespaces::choose_again() {
  auto chosen = chosen_namespaces(words_);
  if (!chosen) return;  // one of a list is gone: read_one() sees it
  chosen_ = std::move(*chosen);
  for (const KnownNamespace& known : chosen_.namespaces) names_.add(known.inode, known.label);
}

void ManyNamespaces::begin() {
  if (std::exchange(read_before_, true)) choose_again();
  begun_ = std::chrono::steady_clock::now();
}

std::string ManyNamespaces::visit_namespaces(const std::function<void(const VisitedNamespace&)>& visit) {
  begin();
  // One walk of /proc tells the owners of all.
  options_.shared_owners = std::make_shared<SharedOwners>();
  for (const KnownNamespace& known : chosen_.namespaces) {
    auto host = open_one(known);
    VisitedNamespace one{known.inode, known.label};
    if (host) {
      names_.enter(known.inode);
      one.host = host->get();
      visit(one);
      note_source(known, **host);
    } else if (!is_gone(known)) {
      one.error = &host.error();
      visit(one);
    }
    way_home_.go();
  }
  options_.shared_owners.reset();
  return hidden_namespaces(chosen_);
}

Expected<void> ManyNamespaces::read(const filter::Query& query, Sink& sink, Coverage& coverage) {
  begin();
  VisitedRows rows(sink, names_);
  Reading reading{query, rows, coverage};
  for (const KnownNamespace& known : chosen_.namespaces) {
    read_one(known, reading);
    way_home_.go();
    if (rows.enough()) break;
  }
  reading.warnings.say(coverage);
  if (std::string hidden = hidden_namespaces(chosen_); !hidden.empty()) {
    coverage.lose("netns_hidden", std::move(hidden));
  }
  if (reading.first_error && coverage.rows_read == 0) {
    const bool none = reading.read == 0 || std::none_of(coverage.namespaces.begin(), coverage.namespaces.end(),
                                                        [](const NamespaceRead& one) { return one.complete; });
    if (none) return tl::make_unexpected(*reading.first_error);
  }
  return {};
}

}  // namespace

WayHome::WayHome() : home_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {}

void WayHome::go() const {
  if (home_) static_cast<void>(::setns(home_.get(), CLONE_NEWNET));
}

bool names_several(std::string_view netns) {
  return netns == kAllNamespaces || netns.find(',') != std::string_view::npos;
}

Expected<NamespaceList> chosen_namespaces(const std::string& netns) {
  NamespaceList seen = list_namespaces();
  if (netns == kAllNamespaces) return seen;
  NamespaceList chosen;
  bool all = false;
  for (std::size_t at = 0; at <= netns.size();) {
    const std::size_t comma = std::min(netns.find(',', at), netns.size());
    const std::string word = netns.substr(at, comma - at);
    at = comma + 1;
    if (word.empty()) continue;
    if (word == kAllNamespaces) {
      all = true;
      continue;
    }
    const auto target = find_namespace(word, "/proc");
    if (!target) return tl::make_unexpected(target.error());
    std::uint64_t number = namespace_number(*target);
    if (!netns_inode(number)) {
      if (const KnownNamespace* shown = seen_through_others(*target, seen)) number = shown->inode;
    }
    const auto same = [&](const KnownNamespace& known) { return number != 0 && known.inode == number; };
    auto& list = chosen.namespaces;
    if (std::any_of(list.begin(), list.end(), same)) continue;
    const auto known = std::find_if(seen.namespaces.begin(), seen.namespaces.end(), same);
    KnownNamespace one = known != seen.namespaces.end() ? *known : KnownNamespace{number, word, {}};
    one.words.insert(one.words.begin(), word);
    list.push_back(std::move(one));
  }
  // The words beside "all" must exist all the same.
  if (all) return seen;
  if (chosen.namespaces.empty())
    return failure("find the network namespaces \"" + netns + "\"", 0, "", "it names none");
  return chosen;
}

bool is_gone(const KnownNamespace& known) {
  return std::none_of(known.words.begin(), known.words.end(),
                      [&](const std::string& word) { return number_of(word) == known.inode; });
}

Expected<std::unique_ptr<Host>> open_namespace(const KnownNamespace& known, HostOptions options) {
  const bool own = namespace_inode("/proc/thread-self/ns/net") == known.inode;
  options.netns.clear();
  if (own) return open_host(options);
  std::optional<Error> error;
  for (const std::string& word : known.words) {
    // A process may have ended, and its number may be another's.
    if (known.inode != 0 && number_of(word) != known.inode) continue;
    options.netns = word;
    auto host = open_host(options);
    const bool still_there =
        netns_inode(known.inode) ? host && (*host)->facts().netns == known.inode : number_of(word) == known.inode;
    if (host && still_there) return host;
    if (!host && !error) error = host.error();
  }
  if (error) return tl::make_unexpected(*error);
  return failure("find the network namespace of " + known.label, 0, "", "it is gone");
}

std::string hidden_namespaces(const NamespaceList& list) {
  if (list.incomplete) return "some network namespaces may be missing: " + list.incomplete->sentence();
  if (list.hidden_processes == 0) return {};
  return "the network namespaces of " + std::to_string(list.hidden_processes) +
         (list.hidden_processes == 1 ? " process" : " processes") + " could not be seen (" +
         (::geteuid() == 0 ? "root lacks CAP_SYS_PTRACE here" : "run as root") + ")";
}

Expected<std::unique_ptr<Host>> open_many(const HostOptions& options) {
  auto host = std::make_unique<ManyNamespaces>(options);
  if (auto opened = host->open(); !opened) return tl::make_unexpected(opened.error());
  return host;
}

}  // namespace tcpstat::host
