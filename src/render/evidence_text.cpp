#include "render/evidence_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tcpstat::render {
namespace {

/// Words for quantities whose key does not read as words.
struct Phrase {
  std::string_view quantity;
  std::string_view before;
  std::string_view after;  ///< behind the number
};
constexpr auto kPhrases = std::to_array<Phrase>({
    {"accept_queue_load", "accept queue", " full"},
    {"accept_queue_fill", "accept queue", " full"},
    {"queue_fill", "SYN queue", " full"},
    {"conntrack_fill", "connection tracking", " full"},
});

/// How the number is shown: a ratio as a percentage, unless it tells how many there are of one thing for another.
enum class Kind : bool { plain, share };

Kind kind_of(const Evidence& evidence) {
  const bool one_for_another = evidence.quantity.find("_per_") != std::string::npos;
  return evidence.unit == "ratio" && !one_for_another ? Kind::share : Kind::plain;
}

void append_amount(TextBuffer& out, double value, Kind kind) {
  if (kind == Kind::plain) return append_number(out, value);
  append_number(out, std::round(value * 1000) / 10);
  out.append(" %");
}

std::string_view limit_word(std::string_view op) {
  if (op == "<") return "less than ";
  if (op == "<=") return "at most ";
  if (op == ">") return "more than ";
  if (op == "inside") return "inside, from ";
  return "limit ";
}

}  // namespace

void append_number(TextBuffer& out, double value) {
  constexpr double kExact = 9e15;
  if (std::floor(value) == value && std::fabs(value) < kExact) {
    out.number(static_cast<std::int64_t>(value));
    return;
  }
  constexpr int kDigits = 3;
  char* to = out.reserve(64);
  out.commit(
      std::to_chars(to, to + 64, value, std::chars_format::general, kDigits + (std::fabs(value) >= 1 ? 2 : 0)).ptr);
}

namespace {

/// "oldest_s" without the unit of time, which stands behind the number: "oldest".
std::string_view without_unit(const Evidence& evidence) {
  std::string_view key = evidence.quantity;
  const std::string& unit = evidence.unit;
  const std::string suffix = unit.ends_with("/s") ? "_per_s" : "_" + unit;
  const bool time = unit.ends_with("/s") || unit == "s" || unit == "ms" || unit == "us";
  if (time && evidence.value && key.ends_with(suffix)) key.remove_suffix(suffix.size());
  return key;
}

/// The unit, in the singular for one: "socket", "sockets".
std::string unit_text(const Evidence& evidence) {
  std::string unit = evidence.unit;
  if (evidence.value != 1.0) return unit;
  if (unit.ends_with("ies")) return unit.substr(0, unit.size() - 3) + "y";
  if (unit.ends_with("sses")) return unit.substr(0, unit.size() - 2);
  const bool plural = unit.size() > 2 && unit.ends_with('s') && unit.find('/') == std::string::npos;
  if (plural) unit.pop_back();
  return unit;
}

}  // namespace

std::string evidence_text(const Evidence& evidence) {
  const Kind kind = kind_of(evidence);
  const auto phrase = std::find_if(kPhrases.begin(), kPhrases.end(),
                                   [&](const Phrase& one) { return one.quantity == evidence.quantity; });
  std::string words(phrase == kPhrases.end() ? without_unit(evidence) : phrase->before);
  if (phrase == kPhrases.end()) {
    std::replace(words.begin(), words.end(), '_', ' ');
    constexpr std::string_view kJoined = "half open";
    if (const auto at = words.find(kJoined); at != std::string::npos) words.replace(at, kJoined.size(), "half-open");
  }
  TextBuffer out;
  out.append(words);
  out.append(' ');
  if (evidence.value) {
    append_amount(out, *evidence.value, kind);
    if (evidence.unit != "ratio" && !evidence.unit.empty()) {
      out.append(' ');
      out.append(unit_text(evidence));
    }
    if (phrase != kPhrases.end()) out.append(phrase->after);
  } else {
    out.append("unknown");
  }
  if (evidence.limit) {
    out.append(" (");
    out.append(limit_word(evidence.op));
    append_amount(out, *evidence.limit, kind);
    out.append(')');
  }
  if (evidence.weight != 0) {
    out.append(evidence.weight > 0 ? ": speaks for a flood (+" : ": speaks against a flood (−");
    append_number(out, std::fabs(evidence.weight));
    out.append(')');
  }
  if (!evidence.source.empty()) {
    out.append(" · ");
    out.append(evidence.source);
  }
  return std::string(out.view());
}

}  // namespace tcpstat::render
