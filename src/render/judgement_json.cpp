#include "render/judgement_json.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace tcpstat::render {
namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

/// Writes members of objects as the JSON library would. The library itself writes whatever is not plain.
class JudgementMembers {
 public:
  explicit JudgementMembers(TextBuffer& out) : out_(out) {}

  /// `start` is what stands before the value: `{"rule":` or `,"unit":`.
  void text(std::string_view start, std::string_view value) {
    out_.append(start);
    quoted(value);
  }
  void text_or_null(std::string_view start, std::string_view value) {
    out_.append(start);
    if (value.empty()) return out_.append("null");
    quoted(value);
  }
  /// JSON has no infinity and no NaN (RFC 8259 §6).
  void number(std::string_view start, const std::optional<double>& value) {
    out_.append(start);
    if (!value || !std::isfinite(*value)) return out_.append("null");
    constexpr double kExact = 9e15;
    if (std::floor(*value) == *value && std::fabs(*value) < kExact) {
      return out_.number(static_cast<std::int64_t>(*value));
    }
    out_.append(fraction(*value));
  }
  void texts(std::string_view start, const std::vector<std::string>& values) {
    out_.append(start);
    list(values, [this](const std::string& value) { quoted(value); });
  }
  void evidence(std::string_view start, const std::vector<Evidence>& all) {
    out_.append(start);
    list(all, [this](const Evidence& one) {
      text(R"({"quantity":)", one.quantity);
      number(R"(,"value":)", one.value);
      text_or_null(R"(,"op":)", one.op);
      number(R"(,"limit":)", one.limit);
      text(R"(,"unit":)", one.unit);
      number(R"(,"weight":)", one.weight);
      text(R"(,"source":)", one.source);
      out_.append('}');
    });
  }
  template <typename Value, typename Write>
  void list(const std::vector<Value>& values, Write write) {
    out_.append('[');
    for (const Value& value : values) {
      if (&value != values.data()) out_.append(',');
      write(value);
    }
    out_.append(']');
  }

 private:
  void quoted(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_plain)) return out_.append(json_text(text));
    out_.append('"');
    out_.append(text);
    out_.append('"');
  }
  /// Most numbers are limits, which come again with every listener.
  const std::string& fraction(double value) {
    const auto [at, added] = fractions_.try_emplace(value);
    if (added) at->second = json_text(value);
    return at->second;
  }

  TextBuffer& out_;
  std::map<double, std::string> fractions_;
};

void append_judgement(TextBuffer& out, JudgementMembers& members, const SynVerdict& verdict) {
  members.text(R"({"subject":)", verdict.subject.text());
  members.text_or_null(R"(,"netns_name":)", verdict.netns);
  members.text(R"(,"level":)", name(verdict.level));
  members.text_or_null(R"(,"class":)", name(verdict.attack_class));
  members.number(R"(,"score":)", verdict.score);
  members.number(R"(,"rate_per_s":)", verdict.rate_per_s);
  members.number(R"(,"seconds_to_full":)", verdict.seconds_to_full);
  members.texts(R"(,"blind":)", verdict.blind);
  members.evidence(R"(,"evidence":)", verdict.evidence);
  out.append('}');
}

void append_judgement(TextBuffer& out, JudgementMembers& members, const Finding& finding) {
  members.text(R"({"rule":)", finding.rule);
  members.text(R"(,"severity":)", name(finding.severity));
  members.text(R"(,"subject":)", finding.subject.text());
  members.text_or_null(R"(,"netns_name":)", finding.netns);
  members.number(R"(,"value":)", finding.value);
  members.text(R"(,"unit":)", finding.unit);
  members.number(R"(,"warning":)", finding.warning);
  members.number(R"(,"critical":)", finding.critical);
  members.text(R"(,"message":)", finding.sentence());
  members.text(R"(,"fact":)", finding.message);
  members.text_or_null(R"(,"why":)", finding.why);
  members.text_or_null(R"(,"do":)", finding.advice);
  members.evidence(R"(,"evidence":)", finding.evidence);
  members.text_or_null(R"(,"next":)", finding.next);
  out.append('}');
}

}  // namespace

void append_json_judgements(TextBuffer& out, const std::vector<SynVerdict>& verdicts,
                            const std::vector<Finding>& findings) {
  JudgementMembers members(out);
  out.append(R"("verdicts":)");
  members.list(verdicts, [&](const SynVerdict& verdict) { append_judgement(out, members, verdict); });
  out.append(R"(,"findings":)");
  members.list(findings, [&](const Finding& finding) { append_judgement(out, members, finding); });
}

}  // namespace tcpstat::render
