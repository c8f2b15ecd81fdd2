#pragma once
// From a request to rows: the namespace, the source and its fallback, names and owners. The story that list and
// summary share.

#include <deque>
#include <memory>
#include <string>

#include "base/error.h"
#include "cli/notes.h"
#include "cli/options/request.h"
#include "cli/verbs/source_names.h"
#include "filter/query.h"
#include "model/kernel_facts.h"
#include "model/tracked_flow.h"
#include "parsers/names/system_names.h"
#include "parsers/procfs/process_table.h"
#include "parsers/source/source.h"
#include "report/report.h"

namespace tcpstat::cli::verbs {

/// Version, time, and the host and kernel that `root` (empty: /proc) says; no namespace.
RunFacts host_facts(const std::string& root);

class Reading {
 public:
  /// Enters the namespace and opens what can be opened before the first row.
  static Expected<Reading> open(const options::Request& request);

  /// Reads all rows into `sink`. With `--source auto` the next source is tried if one fails before its first row.
  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage);

  /// Half-opens as /proc shows them, after they were read from netlink; nothing where that is not so.
  void read_half_opens_from_proc(Family family, Sink& sink);

  /// Reads /proc/*/fd. A second call reads anew; earlier results stay valid.
  Expected<const OwnerLookup*> owners();
  /// Drops what owners() gave.
  void forget_owners() { owners_.clear(); }
  /// From now on the source that was read last, without a fallback: samples of two sources cannot be compared.
  void keep_source() { automatic_ = false; }
  /// The soft RLIMIT_NOFILE of a process.
  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const;
  /// True if rows bring their owners with them, as saved ones do.
  [[nodiscard]] bool brings_owners() const { return file_ != nullptr && file_->brings_owners(); }
  [[nodiscard]] bool is_file() const { return file_ != nullptr; }

  /// Counters and settings of the namespace that is looked at; all unknown for a file.
  [[nodiscard]] KernelFacts kernel_facts() const;
  /// The counters alone, for reads that come often.
  [[nodiscard]] KernelCounters kernel_counters() const;
  /// Half-opens that connection tracking knows, of the namespace that is looked at; fails where it cannot be entered.
  Expected<void> read_tracked_flows(TrackedFlowSink& sink) const;
  /// Which run of the kernel this is; nothing for a file.
  [[nodiscard]] std::optional<std::string> boot() const;
  [[nodiscard]] const KernelLimits& limits() const { return options_.limits; }

  [[nodiscard]] const RunFacts& facts() const { return facts_; }
  [[nodiscard]] Names& names();
  /// The source that was read, or is going to be.
  [[nodiscard]] const std::string& source_name() const { return source_name_; }
  /// What evidence calls it, and the files beside it.
  [[nodiscard]] SourceNames evidence_names() const;

 private:
  Reading() = default;
  Expected<void> enter(const options::Request& request);
  [[nodiscard]] std::string proc_root() const { return root_.empty() ? "/proc" : root_; }

  std::string root_;
  std::string source_name_;
  std::string file_name_;
  bool automatic_ = false;
  std::string sysctls_;     ///< the /proc that shows the namespace's sysctls; empty: none does
  bool proc_only_ = false;  ///< the namespace could not be entered, only its /proc/PID/net read
  source::SourceOptions options_;
  RunFacts facts_;
  std::unique_ptr<names::SystemNames> host_names_;
  std::unique_ptr<source::Source> file_;
  std::deque<procfs::ProcessTable> owners_;
};

}  // namespace tcpstat::cli::verbs
