// What changed between samples, the newest first.

#include <algorithm>

#include "model/transition.h"
#include "screen/tab.h"

namespace tcpstat::screen {
namespace {

bool is_ordinary(const Event& event) { return event.verdict == TransitionVerdict::legal; }

class Events final : public Tab {
 public:
  [[nodiscard]] std::string_view title() const override { return "Events"; }
  [[nodiscard]] std::optional<std::uint64_t> count(const LiveData& data) const override { return data.event_count; }
  [[nodiscard]] std::size_t rows(const LiveData& data, const Manner& manner) const override {
    order_.clear();
    for (const Event& one : data.events) {
      if (manner.all_events || !is_ordinary(one)) order_.push_back(&one);
    }
    return order_.size();
  }
  [[nodiscard]] std::vector<Heading> headings(const Manner& manner) const override {
    std::vector<Heading> out;
    add_netns(out, manner);
    out.insert(out.end(), {{"TIME"},
                           {"LOCAL", Align::left, 0, true},
                           {"REMOTE", Align::left, 0, true},
                           {"CHANGE"},
                           {"OTHER END", Align::left, 1},
                           {"VERDICT", Align::left, 2}});
    return out;
  }
  [[nodiscard]] Row row(const LiveData& /*data*/, std::size_t index, const Manner& manner) const override {
    const Event& of = *order_[index];
    const bool ordinary = is_ordinary(of);
    const bool bad = of.verdict == TransitionVerdict::illegal;
    Row out{.cells = {},
            .mark = bad ? '!' : ' ',
            .tone = bad        ? Tone::critical
                    : ordinary ? Tone::plain
                               : Tone::warning};
    add_netns(out.cells, of.netns, manner);
    out.cells.insert(out.cells.end(), {of.time, of.shown_local, of.remote, of.change, of.peer_change,
                                       ordinary ? std::string() : std::string(name(of.verdict))});
    return out;
  }
  [[nodiscard]] std::string identity(const LiveData& /*data*/, std::size_t index) const override {
    const Event& of = *order_[index];
    return std::to_string(of.netns) + of.time + of.shown_local + of.remote + of.change;
  }
  [[nodiscard]] std::string nothing(const LiveData& data) const override {
    return data.event_count == 0 ? "nothing changed yet"
                                 : "nothing out of the ordinary; a shows all " + std::to_string(data.event_count);
  }
  [[nodiscard]] std::string details(const LiveData& /*data*/, std::size_t index, const Manner& manner) const override {
    const Event& of = *order_[index];
    std::string out = of.time + "  " + of.shown_local + "  " + of.remote + "\n" + of.change + "\n";
    if (!of.peer_change.empty()) out += "other end  " + of.peer_change + "\n";
    return out + "verdict  " + std::string(name(of.verdict)) + "\n" + safe(of.reason, manner.charset) + "\n";
  }
  [[nodiscard]] std::string command(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const Event& of = *order_[index];
    const std::string port = of.local.substr(of.local.rfind(':') + 1);
    return command_there("tcpstat watch --events --local-port " + port, data, of.netns, manner);
  }
  [[nodiscard]] std::string subject(const LiveData& /*data*/, std::size_t index) const override {
    const std::string& change = order_[index]->change;
    std::string to = change.substr(change.rfind(' ') + 1);
    return to == kGone ? std::string(name(ObservedState::absent())) : to;
  }

 private:
  mutable std::vector<const Event*> order_;  ///< of the last rows()
};

}  // namespace

std::unique_ptr<Tab> make_events_tab() { return std::make_unique<Events>(); }

}  // namespace tcpstat::screen
