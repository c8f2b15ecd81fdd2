#pragma once
// What one reading saw and, above all, what it did not see.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/flaw.h"
#include "model/state.h"
#include "report/tally.h"

namespace tcpstat::inline report {

/// Something the user should know about a reading. `code` is a stable word for scripts.
struct Warning {
  std::string code;
  std::string message;
  std::string netns = {};  ///< the namespace that `message` begins with, of a run that judges several; hostile text
};

/// The code of the warning that says why reading ended early.
inline constexpr std::string_view kReadFailed = "read_failed";

/// The code of the warning that a network namespace was not entered.
inline constexpr std::string_view kNotEntered = "netns_not_entered";

/// Whether the rows of one reading are all that there were.
enum class Completeness : std::uint8_t { whole, partial };

/// One network namespace of several that a run reads.
struct NamespaceRead {
  std::uint64_t inode = 0;
  std::string name;                   ///< its name, or a process that lives there: hostile text
  std::optional<std::uint64_t> rows;  ///< nothing: it was not entered
  bool complete = true;
};

struct Coverage {
  std::uint64_t rows_read = 0;  ///< without the repeated ones
  std::uint64_t duplicates_dropped = 0;
  std::array<std::uint64_t, kFlawCount> flaws{};
  /// False when rows that exist may be missing: an error, a timeout, flawed rows.
  bool complete = true;
  /// States that this source can show at all.
  StateSet visible = StateSet::all();
  /// Families whose sockets this source was read for.
  bool ipv4 = true;
  bool ipv6 = true;
  /// What was saved had been selected by a filter.
  bool filtered = false;
  /// The rows are a chosen part of all, as a record keeps them in a flood, so that their number says nothing.
  bool chosen_part = false;
  /// The counts of all rows, if somebody counted them beside such a part.
  std::optional<Tally> counted;
  std::vector<Warning> warnings;
  std::vector<NamespaceRead> namespaces;  ///< none where the run reads one alone
  std::string last_loss;                  ///< the message of the last lose()

  void add(Flaw flaw) {
    ++flaws[static_cast<std::size_t>(flaw)];
    complete = false;
  }
  /// Adds what another reader of the same run saw.
  void add(const Coverage& other) {
    rows_read += other.rows_read;
    duplicates_dropped += other.duplicates_dropped;
    for (std::size_t i = 0; i < kFlawCount; ++i) flaws[i] += other.flaws[i];
    complete = complete && other.complete;
    visible = visible & other.visible;
    ipv4 = ipv4 && other.ipv4;
    ipv6 = ipv6 && other.ipv6;
    filtered = filtered || other.filtered;
    chosen_part = chosen_part || other.chosen_part;
    if (other.counted) counted = other.counted;
    warnings.insert(warnings.end(), other.warnings.begin(), other.warnings.end());
    namespaces.insert(namespaces.end(), other.namespaces.begin(), other.namespaces.end());
    if (!other.last_loss.empty()) last_loss = other.last_loss;
  }
  /// Puts in front what was said before the reading began.
  void put_before(const Coverage& earlier) {
    complete = complete && earlier.complete;
    warnings.insert(warnings.begin(), earlier.warnings.begin(), earlier.warnings.end());
    if (last_loss.empty()) last_loss = earlier.last_loss;
  }
  void warn(std::string code, std::string message) { warnings.push_back({std::move(code), std::move(message)}); }
  /// A warning that is the reason why rows, or what was asked about them, may be missing.
  void lose(std::string code, std::string message) {
    complete = false;
    last_loss = message;
    warn(std::move(code), std::move(message));
  }
  /// The reason, for one line; to be asked only if `complete` is false.
  [[nodiscard]] std::string why_incomplete() const {
    return last_loss.empty() ? "not everything could be read" : last_loss;
  }
  /// Whether the source failed before its first row, so that its zeros count nothing.
  [[nodiscard]] bool saw_nothing() const { return !complete && rows_read == 0; }
  /// Whether counts of all rows are known: from the rows themselves, or from somebody who counted them.
  [[nodiscard]] bool counts_all() const { return !chosen_part || counted; }
  [[nodiscard]] Completeness completeness() const { return complete ? Completeness::whole : Completeness::partial; }
  [[nodiscard]] std::uint64_t flaw_total() const {
    std::uint64_t total = 0;
    for (const std::uint64_t count : flaws) total += count;
    return total;
  }
};

}  // namespace tcpstat::inline report
