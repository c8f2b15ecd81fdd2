#pragma once
// Exact counts by any of the summary's keys: `summary --by state,local_port`. Memory grows with the groups.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/column_needs.h"
#include "model/names.h"
#include "model/sink.h"
#include "report/summary.h"

namespace tcpstat::survey {

struct GroupKey {
  std::string_view name;
  std::string_view meaning;
  GroupValue (*value)(const Connection&, Names&);
  GroupValue (*listener_value)(const Listener&, Names&);
  std::optional<ColumnId> column = std::nullopt;  ///< the column that shows the same
};

/// All keys but `process` and `pid`, which have a value per owner: see Grouping.
std::span<const GroupKey> group_keys();
inline constexpr std::string_view kProcessKey = "process";
inline constexpr std::string_view kPidKey = "pid";
/// What has to be read to count by a key.
ColumnNeeds needs_of_key(std::string_view key);
/// Every name that `--by` takes.
std::vector<std::string_view> group_key_names();

class Grouping final : public Sink {
 public:
  /// `keys`: names from group_key_names().
  Grouping(std::vector<std::string> keys, Names& names);

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;

  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  /// Largest count first, then by values.
  [[nodiscard]] std::vector<Group> groups() const;

 private:
  template <typename Row>
  void add(const Row& row);

  std::vector<std::string> keys_;
  Names& names_;
  std::map<std::vector<GroupValue>, std::uint64_t> counts_;
};

}  // namespace tcpstat::survey
