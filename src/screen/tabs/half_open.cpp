// Half-open connections: what detection says of them on top, then the networks that most of them come from.

#include "base/text_buffer.h"
#include "render/evidence_text.h"
#include "render/judgement_text.h"
#include "screen/tab.h"

namespace tcpstat::screen {
namespace {

std::string verdict_line(const SynVerdict& of) {
  TextBuffer out;
  render::write_verdict(out, of);
  return std::string(out.view().substr(0, out.view().find('\n')));
}

class HalfOpen final : public Tab {
 public:
  [[nodiscard]] std::string_view title() const override { return "Half-open"; }
  [[nodiscard]] std::optional<std::uint64_t> count(const LiveData& data) const override {
    return if_read(data.judged.half_open, data);
  }
  [[nodiscard]] std::size_t rows(const LiveData& data, const Manner& /*manner*/) const override {
    return prefixes(data).size();
  }
  [[nodiscard]] std::vector<Heading> headings(const Manner& /*manner*/) const override {
    return {{"SOURCES", Align::left, 0, true}, {"HALF-OPEN", Align::right}, {"SHARE", Align::left, 1}};
  }

  [[nodiscard]] std::vector<std::string> above(const LiveData& data, const Manner& manner) const override {
    std::vector<std::string> out;
    constexpr std::size_t kMost = 3;
    for (const SynVerdict& one : data.judged.verdicts) {
      if (out.size() == kMost) break;
      out.push_back(safe(verdict_line(one), manner.charset));
    }
    if (out.empty()) out.emplace_back("no verdict: not all rows could be read");
    return out;
  }

  [[nodiscard]] Row row(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const TopEntry& of = prefixes(data)[index];
    constexpr std::size_t kBar = 20;
    return {.cells = {of.key, (of.error > 0 ? "<=" : "") + std::to_string(of.count + of.error),
                      bar(of.count, data.judged.half_open, kBar, manner.charset)}};
  }
  [[nodiscard]] std::string identity(const LiveData& data, std::size_t index) const override {
    return prefixes(data)[index].key;
  }
  [[nodiscard]] std::string nothing(const LiveData& data) const override {
    return data.judged.error ? data.judged.error->sentence() : "no half-open connection";
  }
  [[nodiscard]] std::string details(const LiveData& data, std::size_t index, const Manner& manner) const override {
    std::string out = row(data, index, manner).cells[0] + "\n\n";
    for (const SynVerdict& one : data.judged.verdicts) {
      out += safe(verdict_line(one), manner.charset) + "\n";
      for (const Evidence& evidence : one.evidence) {
        out += "  " + safe(render::evidence_text(evidence), manner.charset) + "\n";
      }
      for (const std::string& blind : one.blind) out += "  not seen: " + safe(blind, manner.charset) + "\n";
    }
    return out;
  }
  [[nodiscard]] std::string command(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const std::string from = " --remote " + prefixes(data)[index].key;
    return command_there("tcpstat -s " + std::string(name(State::syn_recv)) + from, data, 0, manner);
  }
  [[nodiscard]] std::string subject(const LiveData& /*data*/, std::size_t /*index*/) const override {
    return std::string(name(State::syn_recv));
  }

 private:
  /// Asked once a look.
  const std::vector<TopEntry>& prefixes(const LiveData& data) const {
    if (look_ != data.looks) {
      prefixes_ = data.rows->half_open_prefixes();
      look_ = data.looks;
    }
    return prefixes_;
  }

  mutable std::uint64_t look_ = 0;
  mutable std::vector<TopEntry> prefixes_;
};

}  // namespace

std::unique_ptr<Tab> make_half_open_tab() { return std::make_unique<HalfOpen>(); }

}  // namespace tcpstat::screen
