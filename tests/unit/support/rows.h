#pragma once
// Rows for tests: made by hand, made at random, collected from a stream, and told apart by all that they say.

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "filter/filter.h"
#include "model/connection.h"
#include "model/kernel_limits.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/sink.h"
#include "report/coverage.h"
#include "report/finding.h"
#include "report/subject.h"

namespace tcpstat {

// For doctest's messages.
inline std::ostream& operator<<(std::ostream& out, State state) { return out << name(state); }
inline std::ostream& operator<<(std::ostream& out, StateSet set) { return out << "states " << set.mask(); }
inline std::ostream& operator<<(std::ostream& out, Flaw flaw) { return out << name(flaw); }
inline std::ostream& operator<<(std::ostream& out, Orphan reason) { return out << '"' << name(reason) << '"'; }
inline std::ostream& operator<<(std::ostream& out, TimerKind kind) { return out << '"' << name(kind) << '"'; }
inline std::ostream& operator<<(std::ostream& out, Origin origin) { return out << name(origin); }
inline std::ostream& operator<<(std::ostream& out, Family family) { return out << name(family); }
inline std::ostream& operator<<(std::ostream& out, Flow flow) { return out << (flow == Flow::stop ? "stop" : "more"); }
inline std::ostream& operator<<(std::ostream& out, const Address& address) { return out << to_string(address); }
inline std::ostream& operator<<(std::ostream& out, const Endpoint& endpoint) { return out << to_string(endpoint); }
inline std::ostream& operator<<(std::ostream& out, const Prefix& prefix) { return out << to_string(prefix); }
inline std::ostream& operator<<(std::ostream& out, const Subject& subject) { return out << subject.text(); }
inline std::ostream& operator<<(std::ostream& out, AttackClass attack_class) { return out << name(attack_class); }
// Tests compare with what is printed.
inline bool operator==(AttackClass attack_class, std::string_view text) { return name(attack_class) == text; }
inline bool operator==(const Subject& subject, std::string_view text) { return subject.text() == text; }

namespace test {

/// Throws where the text is no address.
Address address(std::string_view text);
Endpoint endpoint(std::string_view text, std::uint16_t port);
Prefix prefix(std::string_view text, unsigned length);

/// A full socket of uid 1000 with inode 4711, from netlink.
Connection connection(State state, const Endpoint& local, const Endpoint& remote);
Listener listener(const Endpoint& local);

/// Limits of which only those that tell ages are known.
KernelLimits age_limits(std::optional<std::uint32_t> fin_timeout_s, std::optional<std::uint32_t> synack_retries);

/// Everything that a row says, as JSON text with its names and kind.
std::string facts(const Connection& row);
std::string facts(const Listener& row);

/// Names from a table.
class TableNames final : public Names {
 public:
  std::string_view user(std::uint32_t uid) override { return find(users, uid); }
  std::string_view interface(std::uint32_t index) override { return find(interfaces, index); }
  std::string_view cgroup(std::uint64_t id) override { return find(cgroups, id); }

  std::string_view netns(std::uint64_t inode) override { return find(namespaces, inode); }

  const CgroupPlace* place_of_process(std::uint32_t pid) override { return place(process_places, pid); }
  const CgroupPlace* place_of_cgroup(std::uint64_t id) override { return place(cgroup_places, id); }

  std::map<std::uint64_t, std::string> namespaces;
  std::map<std::uint64_t, CgroupPlace> process_places;
  std::map<std::uint64_t, CgroupPlace> cgroup_places;
  std::map<std::uint64_t, std::string> users;
  std::map<std::uint64_t, std::string> interfaces;
  std::map<std::uint64_t, std::string> cgroups;

 private:
  static const CgroupPlace* place(const std::map<std::uint64_t, CgroupPlace>& table, std::uint64_t number) {
    const auto at = table.find(number);
    return at == table.end() ? nullptr : &at->second;
  }
  static std::string_view find(const std::map<std::uint64_t, std::string>& table, std::uint64_t number) {
    const auto at = table.find(number);
    return at == table.end() ? std::string_view{} : std::string_view(at->second);
  }
};

/// Remembers rows as facts(), in their order.
class Recorder final : public Sink {
 public:
  Flow connection(const Connection& row) override { return add(facts(row)); }
  Flow listener(const Listener& row) override { return add(facts(row)); }

  std::vector<std::string> rows;
  std::size_t stop_at = std::numeric_limits<std::size_t>::max();

 private:
  Flow add(std::string row) {
    rows.push_back(std::move(row));
    return rows.size() >= stop_at ? Flow::stop : Flow::more;
  }
};

/// Counts rows.
class Counter final : public Sink {
 public:
  Flow connection(const Connection&) override { return ++connections, Flow::more; }
  Flow listener(const Listener&) override { return ++listeners, Flow::more; }

  std::uint64_t connections = 0;
  std::uint64_t listeners = 0;
};

/// Values that change from call to call and not from run to run.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t number() { return engine_(); }
  /// 0 to `bound` - 1.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool once_in(std::uint64_t times) { return below(times) == 0; }

  Address address();
  /// One of few, so that filters and rows meet.
  Address common_address();
  std::uint16_t common_port();
  Connection connection();
  Listener listener();
  filter::Filter filter();
  std::string text(std::size_t longest);

 private:
  std::mt19937_64 engine_;
};

}  // namespace test
}  // namespace tcpstat
