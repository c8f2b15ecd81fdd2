#pragma once
// A host that is made by hand, for engines: its rows, counters and owners are what a test says, its clock jumps where it
// is slept on, and it remembers what it was asked, and when.

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "filter/query.h"
#include "model/host.h"
#include "report/report.h"
#include "report/source_names.h"
#include "support/rows.h"

namespace tcpstat::test {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant(passed); }
  void sleep_until(Instant due) override { passed = std::max(passed, due.time_since_epoch()); }
  [[nodiscard]] std::chrono::system_clock::time_point wall_time() const override;
  [[nodiscard]] std::chrono::milliseconds passed_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed);
  }

  Instant::duration passed{};
};

/// What one read gives.
struct FakeDump {
  std::vector<Connection> connections = {};
  std::vector<Listener> listeners = {};
  std::optional<Error> error = {};    ///< comes behind the rows
  std::vector<Flaw> flaws = {};       ///< rows that could not be understood
  std::chrono::milliseconds takes{};  ///< how long it takes
  std::optional<Tally> counted = {};  ///< the rows are a part of so many
  std::vector<Warning> warnings = {};
  bool ipv6 = true;  ///< the table of IPv6 is there
};

class FakeHost final : public Host {
 public:
  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override;
  void read_half_opens_from_proc(Family family, std::uint64_t most_rows, Sink& sink) override;
  void keep_source() override { calls.push_back(at() + "keep source"); }
  [[nodiscard]] std::string_view source_name() const override { return source; }
  [[nodiscard]] bool shows_all_half_opens() const override { return all_half_opens; }

  Expected<const OwnerLookup*> owners() override;
  void forget_owners() override { ++forgotten; }
  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const override;

  [[nodiscard]] KernelFacts kernel_facts() const override;
  [[nodiscard]] KernelCounters kernel_counters() const override;
  [[nodiscard]] const KernelLimits& kernel_limits() const override { return limits; }
  [[nodiscard]] std::optional<std::vector<Address>> addresses() const override { return own_addresses; }
  Expected<void> read_tracked_flows(TrackedFlowSink& sink) const override;

  [[nodiscard]] bool is_file() const override { return saved; }
  [[nodiscard]] bool spans_namespaces() const override { return !namespaces.empty(); }
  std::string visit_namespaces(const std::function<void(const VisitedNamespace&)>& visit) override {
    for (const VisitedNamespace& one : namespaces) visit(one);
    return hidden_namespaces;
  }
  [[nodiscard]] const RunFacts& facts() const override { return run_facts; }
  std::unique_ptr<Host> earlier() override { return std::move(sample_before); }
  [[nodiscard]] std::optional<std::string> boot_id() const override { return boot; }
  [[nodiscard]] Names& names() override { return table_names; }
  [[nodiscard]] SourceNames evidence_names() const override { return places; }
  [[nodiscard]] Clock& clock() override { return time; }

  /// Each read takes one, and the last stays. No dump: a host without sockets.
  std::deque<FakeDump> dumps;
  /// What /proc shows beside netlink.
  std::vector<Connection> half_opens_in_proc;
  bool all_half_opens = true;
  std::string source = "netlink";
  bool saved = false;

  std::map<std::uint64_t, std::vector<Owner>> owners_by_inode;
  OwnerSearch owner_search{.read = 1};
  /// What a look tells that is not the first.
  std::optional<OwnerSearch> second_owner_search;
  std::optional<Error> owners_error;
  std::optional<std::vector<Untabled>> untabled;
  std::uint64_t forgotten = 0;
  std::map<std::uint32_t, std::uint64_t> open_files;

  /// Each look at facts or counters takes one, and the last stays; boot_time comes from the clock.
  mutable std::deque<KernelFacts> kernel = {with_local_ports()};
  KernelLimits limits;
  std::optional<std::vector<Address>> own_addresses;
  std::vector<TrackedFlow> tracked_flows;
  std::optional<Error> tracking_error;

  RunFacts run_facts;
  std::optional<std::string> boot = "01234567-89ab-cdef-0123-456789abcdef";
  /// That of a record; goes to who asks for it.
  std::unique_ptr<FakeHost> sample_before;
  TableNames table_names;
  SourceNames places;
  FakeClock time;

  /// None: the host is one.
  std::vector<VisitedNamespace> namespaces;
  std::string hidden_namespaces;

  /// "2000 read LISTEN SYN_RECV": when, in milliseconds, and what.
  mutable std::vector<std::string> calls;
  /// The same, between commas.
  [[nodiscard]] std::string asked() const;
  /// What was read last.
  filter::Query last_query;

 private:
  /// Each host has them.
  static KernelFacts with_local_ports() {
    KernelFacts facts;
    facts.settings.first_local_port = 32768;
    facts.settings.last_local_port = 60999;
    return facts;
  }
  class Lookup final : public OwnerLookup {
   public:
    explicit Lookup(const FakeHost& host) : host_(host) {}
    [[nodiscard]] std::span<const Owner> owners_of(std::uint64_t inode) const override;
    [[nodiscard]] const OwnerSearch& search() const override { return host_.owner_search; }
    [[nodiscard]] std::optional<std::vector<Untabled>> untabled(std::uint64_t) const override { return host_.untabled; }

   private:
    const FakeHost& host_;
  };

  [[nodiscard]] std::string at() const { return std::to_string(time.passed_ms().count()) + " "; }
  [[nodiscard]] KernelFacts look_at_kernel() const;

  Lookup lookup_{*this};
  bool looked_for_owners_ = false;
};

}  // namespace tcpstat::test
