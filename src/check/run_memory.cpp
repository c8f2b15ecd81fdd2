#include "check/run_memory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "detect/finding_rules.h"

namespace tcpstat::check {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr std::string_view kFormat = "tcpstat state";
/// Keys are written in the order of the alphabet, and so has the first been since the first version.
constexpr std::string_view kBeginning = R"({"alert_)";
/// More nesting than any state file has.
constexpr int kMostDepth = 8;
constexpr double kMostRate = 1e12;

struct FilterCounter {
  const char* name;
  std::optional<std::uint64_t> FilterCounters::*counter;
};
constexpr std::array<FilterCounter, 7> kFilterCounters = {{
    {"conntrack_drop", &FilterCounters::conntrack_drop},
    {"conntrack_early_drop", &FilterCounters::conntrack_early_drop},
    {"conntrack_insert_failed", &FilterCounters::conntrack_insert_failed},
    {"synproxy_syn_received", &FilterCounters::synproxy_syn_received},
    {"synproxy_cookie_valid", &FilterCounters::synproxy_cookie_valid},
    {"synproxy_cookie_invalid", &FilterCounters::synproxy_cookie_invalid},
    {"softnet_dropped", &FilterCounters::softnet_dropped},
}};

/// A text that is no state file of this version; its reason is for the user.
struct Unusable {
  std::string reason;
};

[[noreturn]] void damaged() { throw Unusable{"is damaged"}; }

const Json& member(const Json& object, const char* key) {
  if (!object.is_object()) damaged();
  const auto at = object.find(key);
  if (at == object.end()) damaged();
  return *at;
}

std::uint64_t whole(const Json& value, std::uint64_t most = UINT64_MAX) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) damaged();
  return value.get<std::uint64_t>();
}

std::int64_t wall(const Json& value) {
  if (!value.is_number_integer()) damaged();
  constexpr std::int64_t kMost = 1LL << 40;  // some 30,000 years
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(kMost)) damaged();
  const auto seconds = value.get<std::int64_t>();
  if (seconds < 0 || seconds > kMost) damaged();
  return seconds;
}

std::chrono::milliseconds clock(const Json& value) { return std::chrono::milliseconds(wall(value)); }

double rate(const Json& value) {
  if (!value.is_number()) damaged();
  const auto number = value.get<double>();
  if (!std::isfinite(number) || number < 0 || number > kMostRate) damaged();
  return number;
}

std::optional<std::uint64_t> whole_or_null(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(whole(value));
}

/// A member that files of earlier versions lack: null there.
const Json& newer_member(const Json& object, const char* name) {
  static const Json kNull;
  const auto at = object.find(name);
  return at == object.end() ? kNull : *at;
}

std::optional<std::uint64_t> counter_from(const Json& counters, const char* name) {
  // What files have had from the first version on; those of an earlier version lack the others.
  constexpr auto kAlwaysThere = std::to_array<std::string_view>(
      {"passive_opens",     "attempt_fails",         "estab_resets",     "curr_estab",        "in_segs",
       "out_segs",          "retrans_segs",          "out_rsts",         "syncookies_sent",   "syncookies_recv",
       "syncookies_failed", "embryonic_rsts",        "listen_overflows", "listen_drops",      "tcp_timeouts",
       "syn_retrans",       "req_q_full_do_cookies", "req_q_full_drop",  "defer_accept_drop", "time_wait_overflow"});
  const bool always = std::find(kAlwaysThere.begin(), kAlwaysThere.end(), name) != kAlwaysThere.end();
  return whole_or_null(always ? member(counters, name) : newer_member(counters, name));
}

const Json::array_t& list(const Json& value, std::size_t most) {
  if (!value.is_array() || value.size() > most) damaged();
  return value.get_ref<const Json::array_t&>();
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

AttackLevel level(const Json& value) {
  constexpr auto kMost = static_cast<std::uint64_t>(AttackLevel::under_attack);
  return static_cast<AttackLevel>(whole(value, kMost));
}

Json filters_json(const FilterCounters& filters) {
  Json out = Json::object();
  for (const FilterCounter& one : kFilterCounters) out[one.name] = or_null(filters.*one.counter);
  return out;
}

FilterCounters filters_from(const Json& from) {
  FilterCounters filters;
  for (const FilterCounter& one : kFilterCounters) filters.*one.counter = whole_or_null(member(from, one.name));
  return filters;
}

Json listener_json(const detect::PastListener& listener) {
  Json requests = Json::array();
  for (const detect::PastRequest& request : listener.requests) {
    requests.push_back({request.cookie, request.rounds, request.timer_ms});
  }
  return {{"address", to_string(listener.end.local.address)},
          {"port", listener.end.local.port},
          {"interface", listener.end.interface},
          {"identity", or_null(listener.identity)},
          {"drops", or_null(listener.drops)},
          {"half_open", listener.half_open},
          {"aged", listener.aged},
          {"gone", listener.gone},
          {"ends", listener.ends},
          {"sockets", listener.sockets},
          {"requests", std::move(requests)}};
}

detect::PastListener listener_from(const Json& from, std::size_t& requests_left) {
  detect::PastListener listener;
  const Json& address = member(from, "address");
  if (!address.is_string()) damaged();
  const auto parsed = parse_address(address.get_ref<const std::string&>());
  if (!parsed) damaged();
  listener.end.local.address = *parsed;
  listener.end.local.port = static_cast<std::uint16_t>(whole(member(from, "port"), UINT16_MAX));
  if (const Json& interface = newer_member(from, "interface"); !interface.is_null()) {
    listener.end.interface = static_cast<std::uint32_t>(whole(interface, UINT32_MAX));
  }
  listener.identity = whole_or_null(member(from, "identity"));
  listener.drops = whole_or_null(member(from, "drops"));
  listener.half_open = whole(member(from, "half_open"));
  listener.aged = whole(member(from, "aged"));
  if (const Json& gone = newer_member(from, "gone"); !gone.is_null()) {
    listener.gone = static_cast<std::uint32_t>(whole(gone, UINT32_MAX - 1));
  }
  if (const Json& ends = newer_member(from, "ends"); !ends.is_null()) {
    listener.ends = static_cast<std::uint32_t>(whole(ends, detect::SynBaseline::kMostEnds));
  }
  if (const Json& sockets = newer_member(from, "sockets"); !sockets.is_null()) {
    listener.sockets = static_cast<std::uint32_t>(whole(sockets, UINT32_MAX));
  }
  for (const Json& request : list(member(from, "requests"), requests_left)) {
    if (!request.is_array() || request.size() != 3) damaged();
    const auto& numbers = request.get_ref<const Json::array_t&>();
    listener.requests.push_back({.cookie = whole(numbers[0]),
                                 .rounds = static_cast<std::uint8_t>(whole(numbers[1], UINT8_MAX)),
                                 .timer_ms = static_cast<std::uint32_t>(whole(numbers[2], UINT32_MAX))});
  }
  requests_left -= listener.requests.size();
  return listener;
}

std::string alert_rule(const Json& from) {
  const Json& found = newer_member(from, "alert_rule");
  if (found.is_null()) return {};
  const std::array<std::string_view, 3> known = {"", detect::kSynFloodRule.id, detect::kReturnPathRule.id};
  if (!found.is_string()) damaged();
  const auto& rule = found.get_ref<const std::string&>();
  if (std::find(known.begin(), known.end(), rule) == known.end()) damaged();
  return rule;
}

RunMemory read(const Json& from) {
  RunMemory memory;
  detect::SynBaseline& base = memory.baseline;
  const Json& boot = member(from, "boot_id");
  constexpr std::size_t kUuid = 36;
  if (!boot.is_string() || boot.get_ref<const std::string&>().size() > kUuid) damaged();
  base.boot_id = boot.get<std::string>();
  base.netns = whole(member(from, "netns"));
  base.boot_time = clock(member(from, "boot_time_ms"));
  base.wall_time_s = wall(member(from, "wall_time_s"));
  const Json& counters = member(from, "counters");
#define COUNTER(name, file, group, text) base.counters.name = counter_from(counters, #name);
#define SETTING(name, path)
#include "model/kernel_facts.def"
#undef COUNTER
#undef SETTING
  base.filters = filters_from(member(from, "filters"));
  std::size_t requests_left = detect::SynBaseline::kMostRequests;
  for (const Json& listener : list(member(from, "listeners"), detect::SynBaseline::kMostListeners)) {
    base.listeners.push_back(listener_from(listener, requests_left));
  }
  base.mean = rate(member(from, "mean"));
  base.variance = rate(member(from, "variance"));
  base.sum = rate(member(from, "sum"));
  base.completions_per_s = rate(member(from, "completions_per_s"));
  if (const Json& resets = newer_member(from, "resets_per_s"); !resets.is_null()) base.resets_per_s = rate(resets);
  base.quiet_runs = whole(member(from, "quiet_runs"));
  for (const Json& entry : list(member(from, "history"), detect::SynBaseline::kHistory))
    base.history.push_back(level(entry));
  base.reported = level(member(from, "reported"));
  const Json& since = member(from, "alert_since_s");
  if (!since.is_null()) base.alert_since_s = wall(since);
  base.peak_per_s = rate(member(from, "peak_per_s"));
  base.alert_rule = alert_rule(from);
  base.runs = whole(member(from, "runs"));
  for (const Json& count : list(member(from, "close_waits"), RunMemory::kMostCloseWaits)) {
    memory.close_waits.push_back(whole(count));
  }
  const Json& spacing = member(from, "spacing_ms");
  if (!spacing.is_null()) memory.spacing = clock(spacing);
  if (const Json& words = newer_member(from, "filter_words"); !words.is_null()) {
    if (!words.is_string()) damaged();
    memory.filter_words = words.get<std::string>();
  }
  return memory;
}

/// Nothing where the text is cut, damaged or nested too deep.
std::optional<Json> parsed(std::string_view text) {
  if (json_depth(text) > kMostDepth) return std::nullopt;
  Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return document.is_discarded() ? std::nullopt : std::optional(std::move(document));
}

bool names_format(const Json& document) {
  return document.is_object() && document.contains("format") && document["format"] == kFormat;
}

}  // namespace

std::string memory_text(const RunMemory& memory) {
  const detect::SynBaseline& base = memory.baseline;
  Json counters = Json::object();
#define COUNTER(name, file, group, text) counters[#name] = or_null(base.counters.name);
#define SETTING(name, path)
#include "model/kernel_facts.def"
#undef COUNTER
#undef SETTING
  Json listeners = Json::array();
  for (const detect::PastListener& listener : base.listeners) listeners.push_back(listener_json(listener));
  Json history = Json::array();
  for (const AttackLevel past : base.history) history.push_back(static_cast<unsigned>(past));
  const Json document = {
      {"format", kFormat},
      {"version", kVersion},
      {"boot_id", base.boot_id},
      {"netns", base.netns},
      {"boot_time_ms", base.boot_time.count()},
      {"wall_time_s", base.wall_time_s},
      {"counters", std::move(counters)},
      {"filters", filters_json(base.filters)},
      {"filter_words", or_null(memory.filter_words)},
      {"listeners", std::move(listeners)},
      {"mean", base.mean},
      {"variance", base.variance},
      {"sum", base.sum},
      {"completions_per_s", base.completions_per_s},
      {"resets_per_s", or_null(base.resets_per_s)},
      {"quiet_runs", base.quiet_runs},
      {"history", std::move(history)},
      {"reported", static_cast<unsigned>(base.reported)},
      {"alert_since_s", or_null(base.alert_since_s)},
      {"peak_per_s", base.peak_per_s},
      {"alert_rule", base.alert_rule},
      {"runs", base.runs},
      {"close_waits", memory.close_waits},
      {"spacing_ms", memory.spacing ? Json(memory.spacing->count()) : Json(nullptr)},
  };
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool begins_like_memory(std::string_view text) {
  if (const auto document = parsed(text)) return names_format(*document);
  return kBeginning.starts_with(text) || text.starts_with(kBeginning);
}

tl::expected<RunMemory, std::string> memory_from(std::string_view text) {
  try {
    const auto document = parsed(text);
    if (!document) damaged();
    if (!names_format(*document)) return tl::make_unexpected("was not written by tcpstat");
    const std::uint64_t version = whole(member(*document, "version"));
    if (version != kVersion) return tl::make_unexpected("has version " + std::to_string(version) + ", not 1");
    return read(*document);
  } catch (const Unusable& unusable) {
    return tl::make_unexpected(unusable.reason);
  }
}

}  // namespace tcpstat::check
