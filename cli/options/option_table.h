#pragma once
// The options as a table: the parser, --help and the tests of manual and completions read it.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace tcpstat::cli::options {

/// In the order of --help. Options are looked up by these alone, so that a misspelt one does not compile.
enum class OptionId : std::uint8_t {
  state,
  all,
  listening,
  ipv4,
  ipv6,
  mptcp,
  local,
  remote,
  port,
  local_port,
  remote_port,
  user,
  pid,
  process,
  unit,
  container,
  netns,
  filter_file,

  format,
  json,
  output,
  sort,
  limit,
  no_header,
  no_truncate,
  processes,
  info,
  memory,
  extended,
  rate,
  resolve,
  color,
  output_file,
  quiet,
  verbose,

  source,
  proc_root,
  timeout,
  strict,
  byte_order,
  sample,
  at,
  record,

  by,
  ports,

  interval,
  count,
  duration,
  lives,
  only,
  events,
  replay,

  warning,
  critical,
  rule,
  threshold,
  exact,
  state_file,
  metrics_file,

  keep,
  max_size,
  min_free,
  since,
  until,
  findings,

  list,
  help,
  version,
};
inline constexpr std::size_t kOptionCount = static_cast<std::size_t>(OptionId::version) + 1;

/// A set of the ids of a table with at most 128 rows.
template <typename Id>
class IdSet {
 public:
  constexpr IdSet() = default;
  constexpr IdSet(std::initializer_list<Id> ids) {
    for (const Id id : ids) bits_[word(id)] |= bit(id);
  }

  [[nodiscard]] constexpr bool has(Id id) const { return (bits_[word(id)] & bit(id)) != 0; }
  friend constexpr IdSet operator|(IdSet a, IdSet b) { return IdSet(a.bits_[0] | b.bits_[0], a.bits_[1] | b.bits_[1]); }
  friend constexpr IdSet operator&(IdSet a, IdSet b) { return IdSet(a.bits_[0] & b.bits_[0], a.bits_[1] & b.bits_[1]); }
  friend constexpr IdSet operator-(IdSet a, IdSet b) {
    return IdSet(a.bits_[0] & ~b.bits_[0], a.bits_[1] & ~b.bits_[1]);
  }
  friend constexpr bool operator==(IdSet, IdSet) = default;

 private:
  constexpr IdSet(std::uint64_t low, std::uint64_t high) : bits_{low, high} {}
  static constexpr std::size_t word(Id id) { return static_cast<std::size_t>(id) / 64; }
  static constexpr std::uint64_t bit(Id id) { return std::uint64_t{1} << (static_cast<unsigned>(id) % 64); }

  std::array<std::uint64_t, 2> bits_{};
};
using OptionSet = IdSet<OptionId>;

enum class OptionGroup : std::uint8_t { filters, output, source, summary, samples, check, history, information };
/// As --help heads it: "Filters".
std::string_view name(OptionGroup group);

struct OptionInfo {
  OptionId id;
  char letter = '\0';
  std::string_view name;     ///< without the dashes
  std::string_view value{};  ///< what it takes, for --help; empty for a flag
  OptionGroup group;
  std::string_view meaning;
  /// What users of other tools may have meant if they give it without a value, or where it has no meaning.
  std::string_view hint{};

  [[nodiscard]] constexpr bool takes_value() const { return !value.empty(); }
};

/// One for each id, in their order.
std::span<const OptionInfo> options();
const OptionInfo& option_info(OptionId id);
/// Null if there is none.
const OptionInfo* find_option(char letter);
const OptionInfo* find_option(std::string_view name);

/// Flags that netstat and ss users type and that change nothing here.
inline constexpr std::string_view kIgnoredFlags = "ntuW";

}  // namespace tcpstat::cli::options
