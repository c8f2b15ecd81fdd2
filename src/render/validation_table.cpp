// A validation for people: what is wrong, line by line, then each pair with its count, then one sentence.

#include "base/quantity_text.h"
#include "base/utf8.h"
#include "base/wrapped.h"
#include "render/text_table.h"
#include "render/validation_writer.h"

namespace tcpstat::render {
namespace {

std::string ends_text(const LogFinding& finding) {
  std::string text;
  if (finding.local) text += "  " + to_string(*finding.local);
  if (finding.remote && finding.remote->port != 0) text += " <-> " + to_string(*finding.remote);
  return text;
}

void put_word(TextTable& table, std::string_view text) {
  table.cell().append(text);
  table.end_cell(text.size());
}

class ValidationTable final : public ValidationWriter {
 public:
  explicit ValidationTable(const Page& page) : page_(page) {}

  void finding(const LogFinding& finding) override {
    std::string first = "line " + std::to_string(finding.line) + ": " + std::string(name(finding.rule));
    if (finding.from) first += "  " + std::string(name(*finding.from));
    if (finding.to) first += (finding.rule == LogRule::joint ? " + " : " > ") + std::string(name(*finding.to));
    page_.out.append(first + ends_text(finding) + '\n');
    std::string words = finding.message;
    if (!finding.reference.empty()) words += " (" + finding.reference + ")";
    page_.out.append(in_lines("  ", shown_in(page_.charset, words)));
    any_ = true;
  }

  void finish(const Validation& validation) override {
    if (any_) page_.out.append('\n');
    if (!validation.pairs.empty()) {
      write_pairs(validation.pairs);
      page_.out.append('\n');
    }
    write_counts(validation);
  }

 private:
  [[nodiscard]] std::string in_lines(std::string_view first, std::string_view text) const {
    return page_.width == 0 ? wrapped(first, text) : wrapped(first, text, page_.width);
  }

  void write_pairs(const std::vector<LoggedPair>& pairs) {
    TextTable table(page_.out,
                    {{"VERDICT", Align::left},
                     {"FROM", Align::left},
                     {"TO", Align::left},
                     {.text = "COUNT", .align = Align::right, .answer = true},
                     {"SEEN", Align::left},
                     {.text = "CAUSES", .align = Align::left, .shorten = TextTable::Shorten::end, .least_cell = 6}},
                    {.header = true, .width = page_.width, .ellipsis = ellipsis(page_.charset)});
    for (const LoggedPair& pair : pairs) {
      put_word(table, name(pair.verdict));
      put_word(table, name(pair.from));
      put_word(table, name(pair.to));
      put_word(table, std::to_string(pair.count));
      put_word(table, pair.observed == Observed::sampled ? "sampled"
                      : pair.protocol == Protocol::mptcp ? "mptcp"
                                                         : "exact");
      // A pair does not tell which of its causes it had, so a terminal shows only the first one.
      std::string reason = shown_in(page_.charset, pair.reason);
      if (const std::size_t more = reason.find(';');
          page_.width != 0 && pair.verdict == TransitionVerdict::legal && more != std::string::npos) {
        reason = reason.substr(0, more + 2) + std::string(ellipsis(page_.charset));
      }
      table.cell().append(reason);
      table.end_cell(display_width(reason));
      table.end_row();
    }
    table.finish();
  }

  void write_counts(const Validation& validation) {
    std::string text = counted(validation.transitions, "transition");
    std::string_view before = ": ";
    for (const VerdictCount& verdict : validation.verdicts) {
      text.append(before).append(std::to_string(verdict.count)).append(" ").append(name(verdict.verdict));
      before = ", ";
    }
    text += "; " + counted(validation.sockets, "socket");
    if (validation.samples > 0) text += " in " + counted(validation.samples, "sample");
    if (validation.not_seen_again > 0) {
      text +=
          ", of which " + std::to_string(validation.not_seen_again) +
          (validation.not_seen_again == 1 ? " was not seen again in samples that cannot tell whether it was gone"
                                          : " were not seen again in samples that cannot tell whether they were gone");
    }
    text += "; " + counted(validation.lines, "line") + ", " + std::to_string(validation.bad_lines) + " bad";
    const std::uint64_t overwritten = validation.overwritten_entries;
    if (validation.lost_records > overwritten)
      text += "; the log says that it lost " + counted(validation.lost_records - overwritten, "record");
    if (overwritten > 0)
      text += "; the log says that " + std::to_string(overwritten) +
              (overwritten == 1 ? " entry was overwritten" : " entries were overwritten");
    if (validation.left_out > 0) text += "; " + counted(validation.left_out, "more finding") + " of the kinds above";
    page_.out.append(in_lines("", text));
  }

  Page page_;
  bool any_ = false;
};

}  // namespace

std::unique_ptr<ValidationWriter> make_validation_table(const Page& page, const RunFacts&) {
  return std::make_unique<ValidationTable>(page);
}

}  // namespace tcpstat::render
