// Reads both live sources, one after the other, and passes on what only one of them has: a check of the two against
// each other. Neither reads all sockets at one instant, so sockets that opened or closed in between show up too.

#include "parsers/host/both_source.h"

#include <array>
#include <cstring>
#include <memory>
#include <unordered_map>

#include "base/keyed_hash.h"
#include "model/row_store.h"
#include "parsers/netlink/sock_diag_source.h"
#include "parsers/procfs/procfs_source.h"

namespace tcpstat::host {
namespace {

/// Identifies a row without what only one source knows (the cookie) and without what changes (the state).
class Matching {
 public:
  std::uint64_t key(const Connection& row) const { return key(row, row.remote, 0); }
  // SO_REUSEPORT listeners share everything but the inode.
  std::uint64_t key(const Listener& row) const { return key(row, {}, row.inode); }

 private:
  [[nodiscard]] std::uint64_t key(const Socket& row, const Endpoint& remote, std::uint64_t inode) const {
    std::array<std::uint64_t, 6> words{};
    std::memcpy(words.data(), row.local.address.bytes.data(), 16);
    std::memcpy(words.data() + 2, remote.address.bytes.data(), 16);
    words[4] = inode;
    words[5] = std::uint64_t{row.local.port} << 32U | std::uint64_t{remote.port} << 8U |
               static_cast<std::uint64_t>(row.family);
    return hash_(words);
  }
  KeyedHash hash_;
};

/// Keeps the first source's rows, to be crossed off by the second's.
class Kept final : public Sink {
 public:
  explicit Kept(const Matching& matching) : matching_(matching) {}

  Flow connection(const Connection& row) override {
    ++seen_[matching_.key(row)];
    rows.keep(row);
    return Flow::more;
  }
  Flow listener(const Listener& row) override {
    ++seen_[matching_.key(row)];
    rows.keep(row);
    return Flow::more;
  }
  /// True if the row was there and not crossed off yet.
  template <typename Row>
  bool cross_off(const Row& row) {
    const auto at = seen_.find(matching_.key(row));
    if (at == seen_.end() || at->second == 0) return false;
    --at->second;
    return true;
  }

  RowStore rows;

 private:
  const Matching& matching_;
  std::unordered_map<std::uint64_t, std::uint32_t> seen_;
};

/// Passes on what the first source did not have.
class Rest final : public Sink {
 public:
  Rest(Kept& kept, Sink& next) : kept_(kept), next_(next) {}

  Flow connection(const Connection& row) override { return pass(row, &Sink::connection); }
  Flow listener(const Listener& row) override { return pass(row, &Sink::listener); }

  std::uint64_t common = 0;
  std::uint64_t own = 0;

 private:
  template <typename Row>
  Flow pass(const Row& row, Flow (Sink::*next)(const Row&)) {
    if (kept_.cross_off(row)) {
      ++common;
      return Flow::more;
    }
    ++own;
    return (next_.*next)(row);
  }

  Kept& kept_;
  Sink& next_;
};

class BothSource final : public source::Source {
 public:
  explicit BothSource(const source::SourceOptions& options)
      : netlink_(netlink::make_netlink_source(options)), proc_(procfs::make_proc_source(options)) {}

  [[nodiscard]] std::string_view name() const override { return "both"; }

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    // Everything is compared, whatever is shown: a filter that the kernel applies to one side would itself make a
    // difference.
    filter::Query all = query;
    all.filter = filter::Filter{};
    all.filter.ipv4 = query.filter.ipv4;
    all.filter.ipv6 = query.filter.ipv6;
    all.states = StateSet::all();
    if (!query.states.has(State::close)) all.states = all.states - StateSet{State::close};
    const Matching matching;
    Kept kept(matching);
    if (auto read = netlink_->read(all, kept, coverage); !read) return read;
    Rest rest(kept, sink);
    if (auto read = proc_->read(all, rest, coverage); !read) return read;
    coverage.visible = StateSet::all();
    std::uint64_t only_netlink = 0;
    for (const Connection& row : kept.rows.connections()) {
      if (!kept.cross_off(row)) continue;
      ++only_netlink;
      if (sink.connection(row) == Flow::stop) return {};
    }
    for (const Listener& row : kept.rows.listeners()) {
      if (!kept.cross_off(row)) continue;
      ++only_netlink;
      if (sink.listener(row) == Flow::stop) return {};
    }
    coverage.warn("sources_compared", "in both netlink and /proc: " + std::to_string(rest.common) +
                                          "; only in netlink: " + std::to_string(only_netlink) +
                                          "; only in /proc: " + std::to_string(rest.own));
    return {};
  }

 private:
  std::unique_ptr<source::Source> netlink_;
  std::unique_ptr<source::Source> proc_;
};

}  // namespace

std::unique_ptr<source::Source> make_both_source(const source::SourceOptions& options) {
  return std::make_unique<BothSource>(options);
}

}  // namespace tcpstat::host
