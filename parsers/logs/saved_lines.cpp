#include "parsers/logs/saved_lines.h"

#include <nlohmann/json.hpp>

#include "base/byte_order_mark.h"
#include "base/quantity_text.h"
#include "model/protocol.h"
#include "parsers/logs/saved_reason.h"
#include "parsers/logs/shallow_json.h"
#include "report/ask_for_all.h"

namespace tcpstat::logs {
namespace {

using nlohmann::json;

std::optional<std::string> text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_string()) return std::nullopt;
  return at->get<std::string>();
}

bool is(const json& object, const char* key, bool value) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>() == value;
}

/// Nothing if it is another one or no number. Lines of older versions do not have it.
std::optional<Protocol> protocol_of(const json& object) {
  const auto protocol = object.find("protocol");
  if (protocol == object.end() || protocol->is_null()) return Protocol::tcp;
  if (!protocol->is_number_unsigned()) return std::nullopt;
  return protocol_of_number(protocol->get<std::uint64_t>());
}

bool is_mptcp(const json& object) { return protocol_of(object) == Protocol::mptcp; }

/// What the line tells of the host, if no line before it did.
void add_facts(const json& object, SavedSample::Facts& to) {
  if (to.time.empty()) to.time = text_of(object, "time").value_or("");
  if (!to.host) to.host = text_of(object, "host");
  if (!to.kernel) to.kernel = text_of(object, "kernel");
  const auto netns = object.find("netns");
  if (!to.netns && netns != object.end() && netns->is_number_unsigned()) to.netns = netns->get<std::uint64_t>();
}

/// An object in another; empty where there is none.
json object_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || !at->is_object() ? json::object() : *at;
}

/// States that the sample counts: those that were not asked for, or that its source could not show, are null there.
StateSet counted_states(const json& counts) {
  const json by_state = object_of(counts, "by_state");
  StateSet counted;
  for (const StateInfo& state : states()) {
    const auto at = by_state.find(std::string(state.key));
    if (at == by_state.end() || !at->is_null()) counted |= StateSet{state.state};
  }
  return counted;
}

/// Families that the sample counts; as with states, null means not counted.
void add_families(const json& counts, Coverage& to) {
  const json by_family = object_of(counts, "by_family");
  const auto is_null = [&](const char* key) {
    const auto at = by_family.find(key);
    return at != by_family.end() && at->is_null();
  };
  to.ipv4 = !is_null("ipv4");
  to.ipv6 = !is_null("ipv6");
}

/// Compares the rows with the summary behind them, which counts all. A log whose head was cut off has fewer rows; if
/// the lines between two samples were lost, there are more.
void count_rows(const json& counts, Coverage& to) {
  const auto total = counts.find("total");
  if (!to.complete || total == counts.end() || total->is_null()) return;
  if (!total->is_number_unsigned()) {
    return to.lose("rows_missing", "the summary line does not count the sockets before it: rows may be missing");
  }
  // tcpstat writes no row twice in a sample, so a repeated one is of another sample.
  const std::uint64_t there = to.rows_read + to.duplicates_dropped;
  const auto wanted = total->get<std::uint64_t>();
  if (to.rows_read >= wanted && there <= wanted) return;
  std::string sentence = "the summary line counts " + counted(wanted, "socket") + ", and the lines before it have ";
  if (to.rows_read >= wanted) {
    sentence += std::to_string(there) + ": some are of another sample";
  } else {
    sentence += std::to_string(to.rows_read);
    if (to.duplicates_dropped > 0) sentence += ", and " + std::to_string(to.duplicates_dropped) + " again";
    sentence += ": rows are missing";
  }
  to.lose("rows_missing", std::move(sentence));
}

/// A later version may call things by other names.
void check_version(const json& summary, Coverage& to) {
  constexpr std::uint64_t kKnown = 1;
  const auto version = summary.find("schema_version");
  if (version == summary.end() || !version->is_number_unsigned() || version->get<std::uint64_t>() <= kKnown) return;
  to.lose("later_version", "the saved sample is of schema_version " + version->dump() +
                               ", and this tcpstat knows 1: a later one reads it");
}

/// What the warnings say of why it is not complete.
std::optional<std::string> reason_in(const json& summary) {
  const auto warnings = summary.find("warnings");
  if (warnings == summary.end() || !warnings->is_array()) return std::nullopt;
  std::optional<std::string> reason;
  for (const json& warning : *warnings) {
    if (!warning.is_object() || !may_be_reason(text_of(warning, "code").value_or(""))) continue;
    if (auto why = text_of(warning, "message")) reason = std::move(why);
  }
  return reason;
}

/// What the saved sample itself did not see.
void add_warnings(const json& summary, Coverage& to) {
  if (is(summary, "complete", false)) {
    std::string message = "the saved sample is not complete";
    if (const auto why = reason_in(summary)) message += ": " + *why;
    to.lose("saved_partial", std::move(message));
  } else if (!is(summary, "complete", true)) {
    to.lose("saved_partial", "the saved sample does not say that it is complete");
  }
  if (is(summary, "limited", true)) {
    to.lose("saved_limited", "the saved sample was limited: --limit left rows out");
  }
  if (is(summary, "filtered", true)) {
    to.filtered = true;
    to.warn(std::string(kSavedFiltered),
            "the saved sample was filtered: it has the sockets that were asked for, not all");
  }
}

}  // namespace

SavedLines::Key SavedLines::key_of(const json& object) {
  const auto dumped = [&](const char* key) {
    const auto at = object.find(key);
    return at == object.end() ? std::string() : at->dump(-1, ' ', false, json::error_handler_t::replace);
  };
  return {dumped("host"), dumped("time"), dumped("snapshot"), is_mptcp(object)};
}

void SavedLines::end_sample() {
  if (!samples_.is_open()) return;
  if (!has_end_) {
    Coverage& coverage = samples_.current().coverage;
    coverage.lose("no_end", "the rows end without the summary line that ends a list: rows may be missing");
  }
  samples_.current().users = names_.take_users();
  samples_.end();
}

/// A line that names no sample belongs to the one that is open.
SavedSample& SavedLines::sample_of(const json& object) {
  Key key = key_of(object);
  const bool has_key = !(key == Key{});
  if (!samples_.is_open() || has_end_ || (has_key && has_key_ && !(key == key_))) {
    end_sample();
    samples_.begin();
    has_end_ = false;
    has_key_ = false;
  }
  if (has_key) key_ = std::move(key);
  has_key_ = has_key_ || has_key;
  samples_.current().mptcp = samples_.current().mptcp || is_mptcp(object);
  return samples_.current();
}

void SavedLines::row(const json& object) {
  if (!object.contains("state")) return samples_.current().coverage.add(Flaw::missing_field);
  if (!protocol_of(object)) return samples_.current().coverage.add(Flaw::unreadable_number);
  SavedSample& sample = sample_of(object);
  add_facts(object, sample.facts);
  const NdjsonDecoder::Row row = decoder_.decode_object(object);
  if (const auto* connection = std::get_if<Connection>(&row)) {
    sample.add(*connection);
  } else if (const auto* listener = std::get_if<Listener>(&row)) {
    sample.add(*listener);
  } else if (const auto* flaw = std::get_if<Flaw>(&row)) {
    sample.coverage.add(*flaw);
  }
}

void SavedLines::summary(const json& object) {
  // The verb summary and `watch --events` end with one too, and have no rows.
  if (object.contains("groups") || object.contains("transitions")) return;
  SavedSample& sample = sample_of(object);
  add_facts(object, sample.facts);
  const json counts = object_of(object, "summary");
  sample.coverage.visible = counted_states(counts);
  check_version(object, sample.coverage);
  add_families(counts, sample.coverage);
  add_warnings(object, sample.coverage);
  count_rows(counts, sample.coverage);
  has_end_ = true;
}

void SavedLines::line(std::string_view text) {
  text = without_byte_order_mark(text);
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const bool too_long = text.size() > kLongestLogLine;
  const json object = too_long ? json() : shallow_json(text);
  // A line that is no object is a flaw of the sample around it.
  if (!object.is_object()) return samples_.current().coverage.add(Flaw::not_json);
  const auto type = object.find("type");
  if (type != object.end() && *type == "summary") return summary(object);
  if (type == object.end() || !type->is_string() || *type == "connection") row(object);
}

void SavedLines::feed(std::string_view block) {
  lines_.feed(block, [this](std::string_view text) {
    line(text);
    return true;
  });
}

void SavedLines::finish() {
  line(lines_.rest());
  end_sample();
}

}  // namespace tcpstat::logs
