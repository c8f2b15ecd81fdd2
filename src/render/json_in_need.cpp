#include "render/json_in_need.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "model/state.h"
#include "report/coverage.h"
#include "report/report.h"

namespace tcpstat::render {
namespace {

/// "2026-01-31T23:59:59.123Z", RFC 3339.
void append_time(FixedText& to) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  ::gmtime_r(&now.tv_sec, &utc);
  std::array<char, 32> text{};
  to.append({text.data(), ::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc)});
  const auto ms = static_cast<std::uint64_t>(now.tv_nsec / 1'000'000);
  if (ms < 100) to.append("0");
  if (ms < 10) to.append("0");
  to.number(ms);
  to.append("Z");
}

void append_end(FixedText& to, std::string_view why) {
  // The source is not known here, and the schema wants one of its words.
  to.append(R"("source":"netlink","warnings":[{"code":")");
  to.append(kReadFailed);
  to.append(R"(","message":")");
  to.append(why);
  to.append(
      R"("}],"complete":false,"namespaces":null,"limited":false,"duplicates_dropped":0,"summary":{"total":null,"by_state":{)");
  bool first = true;
  for (const StateInfo& state : states()) {
    to.append(first ? "\"" : ",\"");
    first = false;
    to.append(state.key);
    to.append("\":null");
  }
  to.append(R"(},"by_family":{"ipv4":null,"ipv6":null}},"protocol":null,"verdicts":[],"findings":[])");
}

}  // namespace

void FixedText::append(std::string_view text) {
  const std::size_t part = std::min(text.size(), data_.size() - size_);
  std::memcpy(data_.data() + size_, text.data(), part);
  size_ += part;
}

void FixedText::number(std::uint64_t value) {
  std::array<char, 24> digits{};
  append({digits.data(), static_cast<std::size_t>(
                             std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr - digits.data())});
}

FixedText end_in_need(std::string_view why) {
  FixedText text;
  append_end(text, why);
  text.append("}");
  return text;
}

FixedText document_in_need(Needed what, std::string_view version, std::string_view why) {
  FixedText text;
  text.append(what == Needed::summary_line ? R"({"type":"summary","snapshot":1,)" : "{");
  text.append(R"("schema_version":)");
  text.number(kSchemaVersion);
  text.append(R"(,"tool":{"name":"tcpstat","version":")");
  text.append(version);
  text.append(R"("},"time":")");
  append_time(text);
  text.append(R"(","host":null,"kernel":null,"netns":null,)");
  if (what == Needed::list) text.append(R"("connections":[],)");
  if (what == Needed::summary_line) text.append(R"("states":[],"filtered":false,)");
  if (what == Needed::judgement) {
    text.append(R"("status":"UNKNOWN","exit_code":3,"checks":[],"headline":")");
    text.append(why);
    text.append(R"(","not_seen":[],"counters":{"listen_drops":null,"listen_overflows":null,"syncookies_sent":null},)");
  }
  append_end(text, why);
  text.append("}\n");
  return text;
}

}  // namespace tcpstat::render
