#pragma once
// A search for owners that several hosts share, also on several threads: /proc shows the processes of all namespaces.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "parsers/procfs/process_table.h"

namespace tcpstat::host {

class SharedOwners {
 public:
  using Table = std::shared_ptr<const procfs::ProcessTable>;
  using Look = std::function<Expected<procfs::ProcessTable>()>;

  /// `lasts`: how long after its end a first look serves others; nothing: for ever.
  explicit SharedOwners(std::optional<std::chrono::milliseconds> lasts = {}) : lasts_(lasts) {}

  /// The table to ask before the rows come. Callers that come during a search wait for its result.
  Expected<Table> first(const Look& look);
  /// A later table, for sockets that the first search missed: its search begins after the call. Callers that wait for
  /// the same running search share the next one.
  Expected<Table> again(const Look& look);

 private:
  using Clock = std::chrono::steady_clock;
  struct Done {
    Table table;
    Clock::time_point began;
    Clock::time_point ended;
  };
  static Expected<Table> look_now(const Look& look, Done& to);

  std::optional<std::chrono::milliseconds> lasts_;
  std::mutex first_mutex_;
  std::mutex again_mutex_;
  Done first_;
  Done again_;
};

}  // namespace tcpstat::host
