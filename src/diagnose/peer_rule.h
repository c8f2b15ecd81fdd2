#pragma once
// A rule about peers for whom open connections wait: the rows that it matches, by peer, and their share of all. If a
// few peers of many suffer, the cause is theirs; if most of them do, it is this host's.

#include <string_view>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/turnover.h"

namespace tcpstat::diagnose {

/// How severe a finding may be, by the share of all open connections. Each such rule has these thresholds.
inline constexpr ThresholdInfo kLeastShare = {
    "share", 0.001, "ratio",
    "of all open connections, at least one: public servers always have clients that walked away"};
inline constexpr ThresholdInfo kSomeShare = {
    "some", 0.1, "ratio",
    "of all open connections, or three that this host opened: a warning; fewer are the peers' own"};
inline constexpr ThresholdInfo kMostShare = {
    "most", 0.5, "ratio", "of all open connections: critical only from there on, for then clients at large feel it"};

/// A share of fewer peers' rows says nothing: one of two is a single peer's trouble. What this host opened is its own
/// work, however little there is of it.
inline constexpr std::uint64_t kFewRows = 3;
inline constexpr std::uint64_t kManyRows = 10;

/// States in which a program can send (RFC 9293 §3.10.2, SEND).
inline constexpr StateSet kSendingStates = {State::established, State::close_wait};
/// Whether a row in one of these waits for its peer at all: in CLOSE_WAIT only while data of this side is on its way,
/// otherwise for the program here.
bool is_open_to_peer(const Connection& row);

/// Whose trouble it is that connections wait.
enum class Trouble : std::uint8_t { of_peers, of_host };

/// What differs between these rules.
struct PeerWords {
  std::string_view quantity;
  std::string_view unit;
  std::string_view what;       ///< " for a peer that …": what they wait for; or, if they do not wait, what they do
  std::string_view one;        ///< why, if it is one peer
  std::string_view few;        ///< why, if they are several of many
  std::string_view most = {};  ///< why, if they are most
  std::string_view advice = {};
  std::string_view advice_for_most = "look at this host's own link first";
  std::string_view columns = "-p -i";
  std::string_view brief = {};      ///< `what`, where that is too long for a first line
  std::string_view verb = " wait";  ///< of several; "waits" of one
  std::string_view oldest = kOldest;
  std::string_view age_from = "tcp_info";
};

class PeerRule {
 public:
  PeerRule(const RuleInfo& of, const RuleLimits& by, Trouble whose = Trouble::of_peers);

  void add(const Connection& row, std::optional<std::uint64_t> age_ms, Severity severity);
  /// By its retransmissions or probes.
  void add(const Connection& row, std::optional<std::uint64_t> age_ms) {
    add(row, age_ms, judged(row.retransmits.value_or(0)));
  }
  [[nodiscard]] Severity judged(double value) const;

  /// `open`: how many connections are open in all.
  void conclude(std::uint64_t open, const PeerWords& words, const DiagnosisFacts& facts,
                std::vector<Finding>& out) const;

  [[nodiscard]] const RowGroup& all() const { return all_; }
  [[nodiscard]] const RowGroups& peers() const { return peers_; }
  [[nodiscard]] Severity worst() const { return worst_; }
  [[nodiscard]] double limit(std::string_view name) const;

  double warning;
  double critical;

 private:
  [[nodiscard]] Severity at_most(double share) const;

  const RuleInfo& rule_;
  const RuleLimits& rule_limits_;
  Trouble whose_;
  RowGroup all_;
  RowGroups peers_;
  StuckRows stuck_;
  Severity worst_ = Severity::ok;
};

}  // namespace tcpstat::diagnose
