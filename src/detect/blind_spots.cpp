#include <algorithm>

#include "detect/assess.h"
#include "detect/queue_limit.h"
#include "detect/sample/tracked_sample.h"

namespace tcpstat::detect {
namespace {

/// SYNPROXY answers SYNs, and its counters do not tell how many since the earlier reading.
bool synproxy_is_untold(const SynInput& input) {
  if (!synproxy_works(input.facts)) return false;
  const FilterCounters& before = input.facts_before->filters;
  const FilterCounters& now = input.facts.filters;
  return !growth(before.synproxy_syn_received, now.synproxy_syn_received) ||
         !growth(before.synproxy_cookie_valid, now.synproxy_cookie_valid);
}

/// Sources of SYNs that leave nothing in the table, if connection tracking does not know them either.
void add_sources(const SynInput& input, const Measurements& host, const Thresholds& thresholds,
                 std::vector<std::string>& out) {
  // SYNPROXY takes a SYN away before connection tracking confirms an entry for it (net/netfilter/nft_synproxy.c:
  // NF_STOLEN).
  if (host.proxy_answers != Answer::unknown) {
    out.emplace_back("the sources of SYNs that SYNPROXY answers: nothing keeps them");
  }
  if (input.tracked == nullptr || !cookie_answers::cookies_hide_sources(*input.facts_before, input.facts, thresholds))
    return;
  const std::string who = "the sources of SYNs that cookies answer: ";
  switch (input.tracked->tracking) {
    case Tracking::inactive:
      out.push_back(who + "connection tracking is not at work here");
      break;
    case Tracking::untold:
      out.push_back(who + "whether connection tracking is at work here is not known");
      break;
    case Tracking::refused:
      out.push_back(who + "it takes CAP_NET_ADMIN to read connection tracking");
      break;
    case Tracking::failed:
      out.push_back(who + "connection tracking could not be read");
      break;
    case Tracking::not_asked:
    case Tracking::read:
      break;
  }
}

bool has_retransmits(const SynSample& sample) {
  return std::any_of(sample.half_opens.begin(), sample.half_opens.end(),
                     [](const HalfOpen& entry) { return entry.retransmits.has_value(); });
}

}  // namespace

bool table_is_blind(const SynInput& input) {
  if (input.facts_before) return synproxy_is_untold(input);
  return input.facts.settings.syncookies == 2 || synproxy_works(input.facts);
}

std::vector<std::string> blind_spots(const SynInput& input, const Measurements& host, const Thresholds& thresholds) {
  std::vector<std::string> out;
  const KernelFacts& facts = input.facts;
  const std::string remedy = input.saved ? "" : "; use --interval";
  // What makes the verdict unknown comes first, because the finding names only the first one.
  if (input.completeness == Completeness::partial) out.emplace_back("the table was not read as a whole");
  if (!input.facts_before) {
    if (synproxy_works(input.facts)) {
      out.push_back("SYNPROXY answers SYNs before the listeners see them: a flood shows in its counters alone" +
                    remedy);
    }
    if (facts.settings.syncookies == 2) {
      out.push_back("net.ipv4.tcp_syncookies is 2: no SYN leaves a half-open, so a flood shows in counters alone" +
                    remedy);
    } else if (facts.counters.syncookies_sent.value_or(0) > 0) {
      out.push_back("SYN cookies were sent since boot: what they answered is not in the table" + remedy);
    } else if (!facts.settings.syncookies || !facts.counters.syncookies_sent) {
      out.emplace_back("whether SYN cookies are in use is not known");
    }
    out.push_back("sources that answer with RST leave no half-open: a flood of that kind shows in counters alone" +
                  remedy);
  } else {
    if (synproxy_is_untold(input)) {
      out.emplace_back("the counters of SYNPROXY, which answers SYNs here, are not known for this time");
    }
    if (!growth(input.facts_before->counters.syncookies_sent, facts.counters.syncookies_sent)) {
      out.emplace_back("the counters of SYN cookies are not known for this time");
    }
    if (!growth(input.facts_before->counters.embryonic_rsts, facts.counters.embryonic_rsts)) {
      out.emplace_back("the counter of RSTs in answer to SYN+ACKs is not known for this time");
    }
    if (!input.all_listeners && host.score > 0) {
      out.emplace_back("which listeners a flood is on that the counters of this host show: the filter leaves some out");
    }
    add_sources(input, host, thresholds, out);
  }
  if (input.now->half_open() > 0 && !requests_age(facts.settings) && input.followed.empty()) {
    out.push_back(
        "net.ipv4.tcp_synack_retries is 0: no half-open gets older than a second, so a flood looks like a crowd" +
        remedy);
  }
  if (input.now->half_open() > 0 && !has_retransmits(*input.now)) {
    out.emplace_back("netlink was not read: repeated SYNs of clients and the limits of queues are not known");
  }
  return out;
}

}  // namespace tcpstat::detect
