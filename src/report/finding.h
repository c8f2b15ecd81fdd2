#pragma once
// What detection and diagnosis say: findings and verdicts, never without evidence. Texts may hold names that other
// programs chose: renderers escape them.

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/rule.h"
#include "report/severity.h"
#include "report/subject.h"

namespace tcpstat::inline report {

/// One measured quantity beside the limit that it was held against. `weight`: points it adds to a score, 0 for context.
struct Evidence {
  std::string quantity;  ///< a key: stale_half_opens
  std::optional<double> value;
  std::string op;  ///< ">=", "<", … ; empty without a limit
  std::optional<double> limit;
  std::string unit;  ///< "ratio", "/s", "sockets", …
  double weight = 0;
  /// "sock_diag", "/proc/net/netstat", …: the places on a live host, until cli/ puts in what was really read.
  std::string source;
};

struct Finding {
  /// `evidence` is not empty.
  Finding(std::string rule_id, Severity how_bad, Subject about, std::vector<Evidence> because)
      : rule(std::move(rule_id)), severity(how_bad), subject(std::move(about)), evidence(std::move(because)) {
    assert(!evidence.empty());
  }

  [[nodiscard]] bool is(const RuleInfo& of) const { return rule == of.id; }
  /// "message: why; advice", for formats that have one text for a finding.
  [[nodiscard]] std::string sentence() const;
  /// Adds a clause to the reason.
  void because(std::string_view clause);

  std::string rule;  ///< its id in --list rules
  Severity severity;
  Subject subject;
  std::string netns = {};  ///< the network namespace, of a run over several; hostile text
  std::optional<double> value;
  std::string unit;
  std::optional<double> warning;  ///< the limits that value was held against
  std::optional<double> critical;
  std::string message;  ///< what is wrong and how much, for the person at three in the morning
  /// The same in about 45 columns, for a first line: subject, fault, size. Empty where the message begins like that.
  std::string brief = {};
  std::string why = {};     ///< the cause, or what follows from it; empty where the message tells it
  std::string advice = {};  ///< what to do, as an imperative; empty where nothing is to be done
  std::vector<Evidence> evidence;
  std::string next;  ///< the next command to type
};

/// How sure a SYN verdict is of an attack.
enum class AttackLevel : std::uint8_t { none, unknown, suspicious, likely, under_attack };
/// "none", "unknown", "suspicious", "likely", "under attack".
std::string_view name(AttackLevel level);

/// What half-open connections are: a flood by its sources, or what looks like one.
enum class AttackClass : std::uint8_t {
  none,  ///< nothing to say
  single_source,
  subnet,
  random_sources,
  mixed_sources,
  flash_crowd,
  accept_queue,
  deferred_accept,
  lossy_clients,
  return_path,
  port_scan,
  live_sources,
  stray,        ///< SYNs that never complete, too few to matter
  small_queue,  ///< a crowd of clients before a SYN queue that is too short for them
  undecided
};
/// "flood: subnet", "lossy clients", …: the word in JSON. Empty for none.
std::string_view name(AttackClass attack_class);

/// What the half-open connections of one listener, or of the host, come from.
struct SynVerdict {
  /// `evidence` is not empty.
  SynVerdict(Subject about, AttackLevel how_sure, std::vector<Evidence> because)
      : subject(std::move(about)), level(how_sure), evidence(std::move(because)) {
    assert(!evidence.empty());
  }

  Subject subject;  ///< a listener or the host
  AttackLevel level;
  std::string netns = {};  ///< as in Finding
  AttackClass attack_class = AttackClass::none;
  double score = 0;
  std::optional<double> rate_per_s;       ///< SYNs that never complete
  std::optional<double> seconds_to_full;  ///< until the SYN queue is full at that rate
  std::vector<std::string> blind;         ///< what this mode cannot see here
  std::vector<Evidence> evidence;
};

}  // namespace tcpstat::inline report
