// What is wrong, worst first: the findings of the rules.

#include "base/quantity_text.h"
#include "render/evidence_text.h"
#include "report/check_report.h"
#include "screen/tab.h"

namespace tcpstat::screen {
namespace {

char mark_of(Severity severity) {
  if (severity == Severity::critical) return '!';
  if (severity == Severity::warning) return '~';
  return severity == Severity::unknown ? '?' : ' ';
}

/// The finding in short, without the subject that the row names already, and the reason behind it.
std::string without_subject(const Finding& of) {
  const std::string subject = of.subject.text() + " ";
  const std::string& words = of.brief.empty() ? of.message : of.brief;
  const std::string what = words.starts_with(subject) ? words.substr(subject.size()) : words;
  return of.why.empty() ? what : what + ": " + of.why;
}

/// "12 network namespaces: 1 CRITICAL, 2 WARNING, 9 OK (web, db, cache)": those in trouble have names, the worst first.
std::string namespaces_line(const std::vector<check::JudgedNamespace>& all) {
  constexpr std::size_t kMostNames = 3;
  std::string out = counted(all.size(), "network namespace");
  std::string names;
  std::size_t named = 0;
  const char* before = ": ";
  for (const Severity severity : {Severity::critical, Severity::warning, Severity::unknown, Severity::ok}) {
    std::size_t count = 0;
    for (const check::JudgedNamespace& one : all) {
      if (status_word(one.verdict.status) != status_word(severity)) continue;
      ++count;
      if (severity != Severity::ok && named++ < kMostNames) names += (names.empty() ? "" : ", ") + one.verdict.name;
    }
    if (count == 0) continue;
    out += before + std::to_string(count) + " " + std::string(status_word(severity));
    before = ", ";
  }
  if (named > kMostNames) names += " and " + counted(named - kMostNames, "other");
  return names.empty() ? out : out + " (" + names + ")";
}

class Problems final : public Tab {
 public:
  [[nodiscard]] std::string_view title() const override { return "Problems"; }
  [[nodiscard]] std::optional<std::uint64_t> count(const LiveData& data) const override {
    std::uint64_t out = 0;
    for (const check::Problem& one : data.judged.problems) out += one.finding.severity >= Severity::warning ? 1 : 0;
    return out;
  }
  [[nodiscard]] std::size_t rows(const LiveData& data, const Manner& /*manner*/) const override {
    return data.judged.problems.size();
  }
  [[nodiscard]] std::vector<Heading> headings(const Manner& manner) const override {
    std::vector<Heading> out;
    add_netns(out, manner);
    out.insert(out.end(), {{"WHERE", Align::left, 0, true},
                           {"RULE", Align::left, 2},
                           {"SINCE", Align::right, 1},
                           {.text = "WHAT", .takes_rest = true}});
    return out;
  }

  [[nodiscard]] std::vector<std::string> above(const LiveData& data, const Manner& manner) const override {
    if (!manner.several()) return {};
    return {safe(namespaces_line(data.judged.namespaces), manner.charset)};
  }

  [[nodiscard]] Row row(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const check::Problem& of = data.judged.problems[index];
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(data.now - of.since);
    Row out{.cells = {}, .mark = mark_of(of.finding.severity), .tone = tone_of(of.finding.severity, Tone::dim)};
    if (manner.several()) out.cells.push_back(safe(of.finding.netns, manner.charset));
    out.cells.insert(out.cells.end(), {safe(of.finding.subject.text(), manner.charset), of.finding.rule,
                                       duration_text(since), safe(without_subject(of.finding), manner.charset)});
    return out;
  }

  [[nodiscard]] std::string identity(const LiveData& data, std::size_t index) const override {
    const Finding& of = data.judged.problems[index].finding;
    return of.netns + " " + of.rule + " " + of.subject.text();
  }

  [[nodiscard]] std::string nothing(const LiveData& data) const override {
    if (data.judged.error) return data.judged.error->sentence();
    if (!data.judged.reading.coverage.complete) return data.judged.reading.coverage.why_incomplete();
    return "nothing wrong among " + counted(data.judged.reading.tally.total(), "socket");
  }

  [[nodiscard]] std::string pane(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const check::Problem& of = data.judged.problems[index];
    std::string out = safe(of.finding.message, manner.charset) + "\n";
    if (!of.finding.why.empty()) out += "why  " + safe(of.finding.why, manner.charset) + "\n";
    if (!of.finding.advice.empty()) out += "do   " + safe(of.finding.advice, manner.charset) + "\n";
    if (!of.finding.next.empty())
      out += "run  " + command(data, index, manner) +
             (manner.clipboard ? "   [y copies]\n" : "   [y prints it at the end]\n");
    return out;
  }

  [[nodiscard]] std::string details(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const check::Problem& of = data.judged.problems[index];
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(data.now - of.since);
    const std::string where = of.finding.netns.empty() ? "" : "netns " + safe(of.finding.netns, manner.charset) + "  ";
    std::string out = where + of.finding.rule + "  " + safe(of.finding.subject.text(), manner.charset) + "  " +
                      std::string(name(of.finding.severity)) + "  since " + duration_text(since) + "\n\n" +
                      pane(data, index, manner) + "\n";
    for (const Evidence& one : of.finding.evidence) {
      out += safe(render::evidence_text(one), manner.charset) + "\n";
    }
    return out;
  }

  [[nodiscard]] std::string command(const LiveData& data, std::size_t index, const Manner& manner) const override {
    return safe(data.judged.problems[index].finding.next, manner.charset);
  }
  [[nodiscard]] std::string subject(const LiveData& data, std::size_t index) const override {
    return data.judged.problems[index].finding.rule;
  }
};

}  // namespace

std::unique_ptr<Tab> make_problems_tab() { return std::make_unique<Problems>(); }

}  // namespace tcpstat::screen
