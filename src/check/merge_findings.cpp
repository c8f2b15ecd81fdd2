#include "check/merge_findings.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "detect/finding_rules.h"
#include "diagnose/diagnosis.h"

namespace tcpstat::check {
namespace {

template <typename T, typename Same, typename Worse>
void merge(std::vector<T>& into, std::vector<T> from, Same same, Worse worse) {
  // Two findings of the same engine are two. Only what another engine said of the same thing is a repetition.
  std::vector<bool> repeated(into.size());
  for (T& one : from) {
    std::size_t at = 0;
    while (at < repeated.size() && (repeated[at] || !same(one, into[at]))) ++at;
    if (at == repeated.size()) {
      into.push_back(std::move(one));
      continue;
    }
    repeated[at] = true;
    if (worse(one, into[at])) into[at] = std::move(one);
  }
  std::stable_sort(into.begin(), into.end(), worse);
}

std::size_t hurts(const Finding& finding) {
  constexpr std::array<std::string_view, 4> kFirst = {detect::kSynFloodRule.id, detect::kReturnPathRule.id,
                                                      detect::kSmallQueueRule.id, diagnose::kAcceptQueueFullRule};
  return static_cast<std::size_t>(std::find(kFirst.begin(), kFirst.end(), finding.rule) - kFirst.begin());
}

/// The value of one piece of evidence; nothing where there is none.
std::optional<double> measures(const Finding& finding, std::string_view quantity) {
  const auto at = std::find_if(finding.evidence.begin(), finding.evidence.end(),
                               [&](const Evidence& one) { return one.quantity == quantity; });
  return at == finding.evidence.end() ? std::nullopt : at->value;
}

/// A peer that is gone answers neither attempts nor open connections: the finding about attempts counts both.
bool is_peer_gone(const Finding& one, const Finding& other) {
  return one.rule == diagnose::kRetransmittingRule && measures(one, "peers") == 1.0 &&
         other.rule == diagnose::kSynSentBlackholeRule && other.severity >= one.severity &&
         measures(other, "unanswered_connections") && other.subject.is_at(one.subject);
}

/// Of a connection over the loopback device both ends are here: the program that does not read says more than its closed
/// window does.
bool is_own_closed_window(const Finding& one, const Finding& other) {
  return one.rule == diagnose::kClosedWindowRule && one.subject.is_loopback() &&
         other.rule == diagnose::kNotReadingRule && other.severity >= one.severity;
}

/// Both ends of attempts over the loopback device are here: the queue that is full says why nobody answers them.
bool is_own_full_queue(const Finding& one, const Finding& other) {
  return one.rule == diagnose::kSynSentBlackholeRule && one.subject.is_loopback() &&
         other.rule == diagnose::kAcceptQueueFullRule && other.severity >= one.severity &&
         other.subject.takes_in(one.subject);
}

/// Connections of its own programs that this host refuses are told once: with all that it refuses, unless that finding
/// is less severe.
bool are_own_refusals(const Finding& one, const Finding& other) {
  constexpr double kMostOfThem = 0.5;
  const auto all_refused = [](const Finding& finding) {
    const auto failed = measures(finding, "attempts_failed");
    return finding.is(detect::kRefusedRule) && failed &&
           *failed >= kMostOfThem * measures(finding, "resets_sent").value_or(0);
  };
  if (one.rule == diagnose::kOutgoingRefusedRule) return all_refused(other) && other.severity >= one.severity;
  return other.rule == diagnose::kOutgoingRefusedRule && all_refused(one) && other.severity > one.severity;
}

/// What takes the descriptors of a program is told by a rule about that, if one has a finding.
bool are_told_descriptors(const Finding& one, const Finding& other) {
  if (one.rule != diagnose::kDescriptorsRule || other.rule == one.rule || other.severity < one.severity) return false;
  constexpr std::array<std::string_view, 4> kQuantities = {"open_files_limit", "descriptors_taken", "descriptors_lost",
                                                           "share_of_open_files"};
  const std::string process = one.subject.text();
  return std::any_of(kQuantities.begin(), kQuantities.end(),
                     [&](std::string_view quantity) { return measures(other, quantity).has_value(); }) &&
         (other.subject == one.subject || other.why.find(process) != std::string::npos);
}

/// A program that is out of open files: what took them is the reason why it does not accept.
void tell_with_open_files(std::vector<Finding>& findings) {
  for (Finding& queue : findings) {
    if (queue.rule != diagnose::kAcceptQueueFullRule || !measures(queue, "open_files_limit")) continue;
    const auto idle = std::find_if(findings.begin(), findings.end(), [&](const Finding& one) {
      return one.rule == diagnose::kIdleConnectionsRule && one.subject == queue.subject && one.netns == queue.netns &&
             measures(one, "waiting_to_be_accepted") && measures(one, "descriptors_taken");
    });
    if (idle == findings.end()) continue;
    queue.why += "; " + idle->message;
    if (!idle->why.empty())
      queue.why += ": " + idle->why.substr(0, idle->why.find("; " + std::string(diagnose::kTheyTake)));
    queue.evidence.insert(queue.evidence.end(), idle->evidence.begin(), idle->evidence.end());
    findings.erase(idle);
    break;  // the rest has moved; more than one such program is two causes
  }
}

/// Takes out what `rule` says by `quantity` of a destination that does not answer attempts, and tells it there.
void tell_with_silent(std::vector<Finding>& findings, std::string_view rule, std::string_view quantity,
                      void (*tell)(Finding& silent, const Finding& one)) {
  for (auto one = findings.begin(); one != findings.end();) {
    auto silent = findings.end();
    if (one->rule == rule && measures(*one, quantity)) {
      silent = std::find_if(findings.begin(), findings.end(), [&](const Finding& other) {
        return other.rule == diagnose::kSynSentBlackholeRule && other.subject == one->subject &&
               other.netns == one->netns && other.severity >= one->severity;
      });
    }
    if (silent == findings.end()) {
      ++one;
      continue;
    }
    tell(*silent, *one);
    silent->evidence.insert(silent->evidence.end(), one->evidence.begin(), one->evidence.end());
    one = findings.erase(one);
  }
}

/// Attempts that nobody answers keep their ports.
void add_ports(Finding& silent, const Finding& ports) { silent.because(ports.message); }

/// A destination without a neighbour: that is the reason.
void put_neighbour(Finding& silent, const Finding& refused) {
  silent.why = refused.why;
  silent.advice = refused.advice;
}

}  // namespace

bool is_worse(const Finding& a, const Finding& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  return hurts(a) < hurts(b);
}

void merge(std::vector<Finding>& into, std::vector<Finding> from) {
  merge(
      into, std::move(from),
      [](const Finding& a, const Finding& b) {
        return a.rule == b.rule && a.subject == b.subject && a.netns == b.netns;
      },
      is_worse);
}

void merge(std::vector<SynVerdict>& into, std::vector<SynVerdict> from) {
  merge(
      into, std::move(from),
      [](const SynVerdict& a, const SynVerdict& b) { return a.subject == b.subject && a.netns == b.netns; },
      [](const SynVerdict& a, const SynVerdict& b) { return a.level > b.level; });
}

void drop_repeats(std::vector<Finding>& findings) {
  const auto of_rule = [](std::string_view rule) { return [rule](const Finding& one) { return one.rule == rule; }; };
  if (std::any_of(findings.begin(), findings.end(), of_rule(diagnose::kAcceptQueueFullRule))) {
    std::erase_if(findings, of_rule(detect::kAcceptQueueRule.id));
  }
  tell_with_open_files(findings);
  tell_with_silent(findings, diagnose::kPortExhaustionRule, diagnose::kPortsConnecting, add_ports);
  tell_with_silent(findings, diagnose::kOutgoingRefusedRule, diagnose::kWaitForNeighbour, put_neighbour);
  std::erase_if(findings, [&, all = findings](const Finding& one) {
    return std::any_of(all.begin(), all.end(), [&](const Finding& other) {
      return one.netns == other.netns &&
             (is_peer_gone(one, other) || is_own_closed_window(one, other) || is_own_full_queue(one, other) ||
              are_own_refusals(one, other) || are_told_descriptors(one, other));
    });
  });
}

Severity worst_of(const std::vector<Finding>& findings, const Coverage& coverage) {
  Severity worst = coverage.complete ? Severity::ok : Severity::unknown;
  for (const Finding& finding : findings) worst = worse(worst, finding.severity);
  return worst == Severity::info ? Severity::ok : worst;
}

}  // namespace tcpstat::check
