// A line of ndjson: a transition, a row of a sample, or the summary that ends a sample. Read without building the
// document: a log has millions of lines, and of a row only a few keys matter here.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/timestamp.h"
#include "parsers/logs/saved_reason.h"
#include "parsers/logs/transition_log.h"

namespace tcpstat::logs {
namespace {

enum Key : std::uint8_t {
  type,
  from,
  to,
  mode,
  socket,
  cookie,
  protocol,
  family,
  local_address,
  local_port,
  remote_address,
  remote_port,
  time_of,
  dwell_ms,
  state,
  inode,
  timer,
  snapshot,
  host,
  kernel,
  netns,
  complete,
  limited,
  filtered,
  object,
  lost_count,
  lost_in_all,
  counted_transitions,
  counted_groups,
  key_count
};
constexpr std::array<std::string_view, key_count> kKeys = {
    "type",     "from",          "to",         "mode",           "socket",      "cookie",       "protocol",
    "family",   "local_address", "local_port", "remote_address", "remote_port", "time",         "dwell_ms",
    "state",    "inode",         "timer",      "snapshot",       "host",        "kernel",       "netns",
    "complete", "limited",       "filtered",   "object",         "count",       "lost_records", "transitions",
    "groups"};

struct Value {
  enum class Kind : std::uint8_t { none, text, number, fraction, yes, no, other };
  Kind kind = Kind::none;
  std::uint64_t number = 0;
  double fraction = 0;
  std::string text;
};

/// Keeps the values of the keys above, of the outermost object.
class Members final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override {
    if (depth_ == 3 && in_family_) families_ = Whole::no;
    return keep(Value::Kind::none);
  }
  bool boolean(bool value) override { return keep(value ? Value::Kind::yes : Value::Kind::no); }
  bool number_integer(number_integer_t) override { return keep(Value::Kind::other); }
  bool number_unsigned(number_unsigned_t value) override {
    if (current_ != nullptr && depth_ == 1) current_->number = value;
    if (transition_count_ != nullptr && depth_ == 2) *transition_count_ = value;
    return keep(Value::Kind::number);
  }
  bool number_float(number_float_t value, const string_t&) override {
    if (current_ != nullptr && depth_ == 1) current_->fraction = value;
    return keep(Value::Kind::fraction);
  }
  bool string(string_t& value) override {
    if (current_ != nullptr && depth_ == 1) current_->text.swap(value);
    if (warning_part_ != nullptr && depth_ == 3) warning_part_->swap(value);
    if (in_states_ && depth_ == 2) {
      if (const auto state = observed_state(value); state && state->seen()) listed_ |= *state->seen();
    }
    return keep(Value::Kind::text);
  }
  bool binary(binary_t&) override { return keep(Value::Kind::other); }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    in_family_ = depth_ == 3 && (name == "ipv4" || name == "ipv6");
    if (depth_ == 3 && in_warnings_) warning_part_ = part_of_warning(name);
    if (depth_ == 2) transition_count_ = in_transitions_ ? count_of_transitions(name) : nullptr;
    if (depth_ != 1) return true;
    in_states_ = name == "states";
    in_warnings_ = name == "warnings";
    in_transitions_ = name == kKeys[counted_transitions];
    current_ = nullptr;
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      if (kKeys[i] == name) current_ = &values_[i];
    }
    if (current_ != nullptr) *current_ = {};  // the last one counts
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  [[nodiscard]] const Value& operator[](Key which) const { return values_[which]; }
  [[nodiscard]] Value& operator[](Key which) { return values_[which]; }
  /// Whether a summary's `states` has every state of a connection and its `by_family` a number for each family.
  [[nodiscard]] Whole every_connection() const {
    const StateSet wanted = StateSet::all() - StateSet{State::listen, State::close};
    return (wanted - listed_).empty() ? families_ : Whole::no;
  }
  /// The last of its warnings that says why it is not complete.
  [[nodiscard]] std::string& reason() { return reason_; }
  /// How many transitions were written before the summary; if it does not say that, how many were seen.
  [[nodiscard]] std::optional<std::uint64_t> transitions() const { return written_ ? written_ : total_; }

 private:
  bool keep(Value::Kind kind) {
    if (depth_ == 1 && current_ != nullptr) current_->kind = kind;
    return depth_ > 0;  // a bare value is no object
  }
  bool enter() {
    keep(Value::Kind::other);
    ++depth_;
    return true;
  }
  bool leave() {
    if (depth_ == 3 && in_warnings_) end_warning();
    --depth_;
    return true;
  }

  std::optional<std::uint64_t>* count_of_transitions(std::string_view name) {
    if (name == "written") return &written_;
    return name == "total" ? &total_ : nullptr;
  }
  std::string* part_of_warning(std::string_view name) {
    if (name == "code") return &code_;
    return name == "message" ? &message_ : nullptr;
  }
  void end_warning() {
    // Lines of type "lost" and lost_records tell of lost records already.
    if (code_ != "lost_records" && may_be_reason(code_) && !message_.empty()) reason_.swap(message_);
    code_.clear();
    message_.clear();
    warning_part_ = nullptr;
  }

  std::array<Value, key_count> values_;
  Value* current_ = nullptr;
  StateSet listed_;
  Whole families_ = Whole::yes;
  bool in_states_ = false;
  bool in_family_ = false;
  bool in_warnings_ = false;
  bool in_transitions_ = false;
  std::optional<std::uint64_t>* transition_count_ = nullptr;
  std::optional<std::uint64_t> total_;
  std::optional<std::uint64_t> written_;
  std::string* warning_part_ = nullptr;
  std::string code_;
  std::string message_;
  std::string reason_;
  std::size_t depth_ = 0;
};

using Kind = Value::Kind;

bool absent(const Value& value) { return value.kind == Kind::none; }

/// False if the value is there, but is no number or too large.
template <typename Integer>
bool read(const Value& value, std::optional<Integer>& out) {
  if (absent(value)) return true;
  if (value.kind != Kind::number || value.number > std::numeric_limits<Integer>::max()) return false;
  out = static_cast<Integer>(value.number);
  return true;
}

/// The cookie is a string, because not every reader of JSON has 64 bits; a number will do as well.
bool read_cookie(const Value& value, std::optional<std::uint64_t>& out) {
  if (value.kind != Kind::text) return read(value, out);
  std::uint64_t number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc{} || stop != end) return false;
  out = number;
  return true;
}

constexpr std::string_view kBadProtocol = "a \"protocol\" that is no number";

/// False if it is no number. Lines of older versions do not have it; `out` is nothing for another protocol.
bool read_protocol(const Value& value, std::optional<Protocol>& out) {
  std::optional<std::uint32_t> number;
  if (!read(value, number)) return false;
  out = number ? protocol_of_number(*number) : Protocol::tcp;
  return true;
}

bool read_end(const Value& address, const Value& port, std::optional<Endpoint>& out) {
  std::optional<std::uint16_t> number;
  if (!read(port, number) || (!absent(address) && address.kind != Kind::text)) return false;
  if (absent(address)) return true;
  const auto parsed = parse_address(address.text);
  if (!parsed) return false;
  if (number) out = Endpoint{*parsed, *number};
  return true;
}

/// RFC 3339, or seconds as a number.
bool read_time(const Value& value, std::optional<EventTime>& out) {
  switch (value.kind) {
    case Kind::none:
      return true;
    case Kind::number:
      if (value.number > 9'000'000'000'000ULL) return false;
      out = std::chrono::seconds(value.number);
      return true;
    case Kind::fraction:
      if (!(value.fraction >= 0 && value.fraction < 9e12)) return false;
      out = EventTime(static_cast<std::int64_t>(std::llround(value.fraction * 1e6)));
      return true;
    case Kind::text:
      out = time_from(value.text);
      return out.has_value();
    case Kind::yes:
    case Kind::no:
    case Kind::other:
      return false;
  }
  return false;
}

bool read_state(const Value& value, ObservedState& out) {
  if (value.kind == Kind::text && value.text == name(ObservedState::absent())) {
    out = ObservedState::absent();
    return true;
  }
  std::string word = value.text;
  if (value.kind == Kind::number) word = std::to_string(value.number);
  const auto found = observed_state(word);
  if (found) out = *found;
  return found.has_value();
}

std::string text_or_empty(const Value& value) { return value.kind == Kind::text ? value.text : std::string(); }

bool read_sample(const Members& line, SampleName& out, std::string& place) {
  place = text_or_empty(line[host]);
  out.host = place;
  std::optional<std::uint64_t> inode;
  if (read(line[netns], inode)) out.netns = inode;
  return read(line[snapshot], out.counter) && read_time(line[time_of], out.time);
}

LogRecord transition(Members& line, LineText& text) {
  Transition record;
  if (!read_state(line[from], record.from)) return BadLine{"no state that is known in \"from\""};
  if (!read_state(line[to], record.to)) return BadLine{"no state that is known in \"to\""};
  if (!absent(line[mode])) {
    if (line[mode].text == "sampled") {
      record.observed = Observed::sampled;
    } else if (line[mode].text != "exact") {
      return BadLine{"\"mode\" is neither exact nor sampled"};
    }
  }
  const bool somewhere_absent = record.from == ObservedState::absent() || record.to == ObservedState::absent();
  if (line[object].text == name(Body::request)) record.body = Body::request;
  if (line[object].text == name(Body::time_wait)) record.body = Body::time_wait;
  if (record.observed == Observed::exact && somewhere_absent && record.body == Body::socket)
    return BadLine{"an exact transition has two states"};
  std::optional<Protocol> said;
  if (!read_protocol(line[protocol], said)) return BadLine{kBadProtocol};
  if (!said) return OtherLine{};
  record.protocol = *said;
  if (!read_end(line[local_address], line[local_port], record.local) ||
      !read_end(line[remote_address], line[remote_port], record.remote)) {
    return BadLine{"an address or a port that cannot be"};
  }
  if (!read_cookie(line[cookie], record.cookie)) return BadLine{"a \"cookie\" that is no number"};
  if (!read_time(line[time_of], record.time)) return BadLine{"a \"time\" that is none"};
  const Value& lasted = line[dwell_ms];
  if (lasted.kind == Kind::number && lasted.number < 9'000'000'000'000ULL) {
    record.dwell = std::chrono::milliseconds(lasted.number);
  }
  if (line[socket].kind == Kind::number) line[socket].text = std::to_string(line[socket].number);
  text.socket.swap(line[socket].text);
  record.socket = text.socket;
  text.host = text_or_empty(line[host]);
  record.host = text.host;
  if (record.cookie || !record.socket.empty()) record.sameness = Sameness::same;
  return record;
}

LogRecord row(const Members& line, std::string& place) {
  SampleRow record;
  std::optional<Protocol> said;
  if (!read_protocol(line[protocol], said)) return BadLine{kBadProtocol};
  // A connection of MPTCP has the ends of its first subflow, and goes through states of its own.
  if (said != Protocol::tcp) return OtherLine{};
  ObservedState found;
  if (!read_state(line[state], found) || !found.seen()) return BadLine{"no state that is known in \"state\""};
  record.state = *found.seen();
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;
  if (!read_end(line[local_address], line[local_port], local) ||
      !read_end(line[remote_address], line[remote_port], remote) || !local) {
    return BadLine{"an address or a port that cannot be"};
  }
  const bool alone = record.state == State::listen || record.state == State::close;
  if (!remote && !alone) return BadLine{"a connection without its remote end"};
  record.local = *local;
  if (remote && !alone) record.remote = *remote;
  if (!read_cookie(line[cookie], record.cookie)) return BadLine{"a \"cookie\" that is no number"};
  if (!read(line[inode], record.inode)) return BadLine{"an \"inode\" that is no number"};
  if (line[timer].kind == Kind::text) record.timer = timer_from_name(line[timer].text);
  if (!read_sample(line, record.sample, place)) return BadLine{"a \"snapshot\" or \"time\" that is none"};
  return record;
}

Sight sight_of(Members& line, std::string& why) {
  why.swap(line.reason());
  if (line[complete].kind != Kind::no) return {};
  return {Whole::no, why};
}

LogRecord sample_end(Members& line, LineText& text) {
  SampleEnd end;
  text.kernel = text_or_empty(line[kernel]);
  end.sample.kernel = text.kernel;
  if (!read_sample(line, end.sample, text.host)) return BadLine{"a \"snapshot\" or \"time\" that is none"};
  const bool whole = line[complete].kind == Kind::yes && line[limited].kind != Kind::yes &&
                     line[filtered].kind == Kind::no && line.every_connection() == Whole::yes;
  end.whole = whole ? Whole::yes : Whole::no;
  end.sight = sight_of(line, text.why);
  return end;
}

/// The summary of trace and of watch --events.
LogRecord run_end(Members& line, LineText& text) {
  RunEnd end;
  if (!read(line[lost_in_all], end.lost)) return BadLine{"a \"lost_records\" that is no number"};
  end.transitions = line.transitions();
  end.sight = sight_of(line, text.why);
  // If records were lost and nothing else is wrong, the loss alone is told.
  if (end.sight.why.empty() && end.lost.value_or(0) > 0) end.sight = {};
  text.host = text_or_empty(line[host]);
  text.kernel = text_or_empty(line[kernel]);
  end.host = text.host;
  end.kernel = text.kernel;
  return end;
}

LogRecord summary(Members& line, LineText& text) {
  const Kind counted = line[counted_transitions].kind;
  if (counted == Kind::other || (counted == Kind::none && !absent(line[lost_in_all]))) return run_end(line, text);
  // The summary of validate has a number of transitions, and that of the verb summary has groups and no rows.
  if (counted != Kind::none || !absent(line[counted_groups]) || absent(line[snapshot])) return OtherLine{};
  std::optional<Protocol> said;
  if (!read_protocol(line[protocol], said)) return BadLine{kBadProtocol};
  return said == Protocol::tcp ? sample_end(line, text) : LogRecord(OtherLine{});
}

LogRecord lost_records_of(const Members& line) {
  std::optional<std::uint64_t> lost;
  if (!read(line[lost_count], lost) || !lost) return BadLine{"a \"count\" that is no number"};
  return LostRecords{*lost};
}

bool recognizes(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos || line[first] != '{') return false;
  // A process may have a name that begins with a brace, and a JSON string may hold what looks like a trace record.
  return !trace_line.recognizes(line) || nlohmann::json::accept(line);
}

LogRecord decode(std::string_view line_text, LineText& text) {
  Members line;
  if (!nlohmann::json::sax_parse(line_text, &line)) return BadLine{"no JSON object"};
  const std::string kind = text_or_empty(line[type]);
  if (kind == "transition" || (kind.empty() && !absent(line[from]))) return transition(line, text);
  if (kind == "connection" || (kind.empty() && !absent(line[state]))) return row(line, text.host);
  if (kind == "lost") return lost_records_of(line);
  if (kind == "summary") return summary(line, text);
  if (!kind.empty()) return OtherLine{};
  return BadLine{"neither a transition nor a connection"};
}

}  // namespace

const LineKind log_json{"ndjson", recognizes, decode};

}  // namespace tcpstat::logs
