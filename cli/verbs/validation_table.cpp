// A validation for people: what is wrong, line by line, then each pair with its count, then one sentence.

#include "base/utf8.h"
#include "base/wrapped.h"
#include "cli/verbs/validation.h"
#include "render/text_table.h"

namespace tcpstat::cli::verbs {
namespace {

/// "1 line", "2 lines"
std::string counted(std::uint64_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string ends_text(const LogFinding& finding) {
  std::string text;
  if (finding.local) text += "  " + to_string(*finding.local);
  if (finding.remote && finding.remote->port != 0) text += " <-> " + to_string(*finding.remote);
  return text;
}

void put(render::TextTable& table, std::string_view text) {
  table.cell().append(text);
  table.end_cell(text.size());
}

class TableForm final : public ValidationForm {
 public:
  TableForm(TextBuffer& out, const Terminal& terminal, std::size_t width)
      : out_(out), terminal_(terminal), width_(width) {}

  void finding(const LogFinding& finding) override {
    std::string first = "line " + std::to_string(finding.line) + ": " + std::string(name(finding.rule));
    if (finding.from) first += "  " + std::string(name(*finding.from));
    if (finding.to) first += (finding.rule == LogRule::joint ? " + " : " > ") + std::string(name(*finding.to));
    out_.append(first + ends_text(finding) + '\n');
    std::string words = finding.message;
    if (!finding.reference.empty()) words += " (" + finding.reference + ")";
    out_.append(wrapped("  ", terminal_.words(words)));
    any_ = true;
  }

  void finish(const Validation& validation) override {
    if (any_) out_.append('\n');
    if (!validation.pairs->pairs().empty()) {
      write_pairs(*validation.pairs);
      out_.append('\n');
    }
    write_counts(validation);
  }

 private:
  void write_pairs(const trace::PairCounts& pairs) {
    render::TextTable table(out_,
                            {{"VERDICT", Align::left},
                             {"FROM", Align::left},
                             {"TO", Align::left},
                             {"COUNT", Align::right},
                             {"SEEN", Align::left},
                             {"CAUSES", Align::left}},
                            {.header = true, .width = width_, .ellipsis = terminal_.ellipsis()});
    for (const auto& [key, pair] : pairs.pairs()) {
      put(table, name(key.verdict));
      put(table, name(key.from));
      put(table, name(key.to));
      put(table, std::to_string(pair.count));
      put(table, key.observed == Observed::sampled ? "sampled" : key.protocol == Protocol::mptcp ? "mptcp" : "exact");
      // The pair does not tell which of its causes it was; json has them all.
      std::string reason = terminal_.words(pair.reason);
      if (const std::size_t more = reason.find(';');
          key.verdict == TransitionVerdict::legal && more != std::string::npos) {
        reason = reason.substr(0, more + 2) + std::string(terminal_.ellipsis());
      }
      table.cell().append(reason);
      table.end_cell(display_width(reason));
      table.end_row();
    }
    table.finish();
  }

  void write_counts(const Validation& validation) {
    std::string text = counted(validation.pairs->total(), "transition");
    for (const TransitionVerdict verdict : kObservedVerdicts) {
      text += (verdict == kObservedVerdicts.front() ? ": " : ", ") + std::to_string(validation.pairs->count(verdict)) +
              " " + std::string(name(verdict));
    }
    text += "; " + counted(validation.sockets, "socket");
    if (validation.samples > 0) text += " in " + counted(validation.samples, "sample");
    if (validation.not_seen_again > 0) {
      text += ", of which " + std::to_string(validation.not_seen_again) +
              " were not seen again in samples that cannot tell whether they were gone";
    }
    text += "; " + counted(validation.lines, "line") + ", " + std::to_string(validation.bad_lines) + " bad";
    if (validation.lost_records > 0)
      text += "; the log says that it lost " + counted(validation.lost_records, "record");
    if (validation.left_out > 0) text += "; " + counted(validation.left_out, "more finding") + " of the kinds above";
    out_.append(wrapped("", text));
  }

  TextBuffer& out_;
  Terminal terminal_;
  std::size_t width_;
  bool any_ = false;
};

}  // namespace

std::unique_ptr<ValidationForm> validation_table(TextBuffer& out, const Terminal& terminal, std::size_t width) {
  return std::make_unique<TableForm>(out, terminal, width);
}

}  // namespace tcpstat::cli::verbs
