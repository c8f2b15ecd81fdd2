// Listening sockets, the fullest first: queues as bars, half-opens, and what was lost.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text_buffer.h"
#include "check/rules.h"
#include "diagnose/diagnosis.h"
#include "render/cell_text.h"
#include "screen/tab.h"

namespace tcpstat::screen {
namespace {

double fill(const Listener& of) {
  if (!of.accept_queue || !of.accept_limit) return 0;
  return static_cast<double>(*of.accept_queue) / (static_cast<double>(*of.accept_limit) + 1);
}

/// As the rule about accept queues has it.
bool is_nearly_full(const Listener& of) {
  static const RuleInfo& kRule = *check::find_rule(diagnose::kAcceptQueueFullRule);
  static const double kLeast = Thresholds{}.get(kRule, "least");
  static const double kShare = Thresholds{}.get(kRule, "warning");
  if (!of.accept_queue || !of.accept_limit) return false;
  const auto waiting = static_cast<double>(*of.accept_queue);
  return waiting >= kLeast && waiting >= kShare * static_cast<double>(*of.accept_limit);
}

const ListenerDrops* drops_of(const LiveData& data, const Listener& of) {
  const auto& all = data.judged.drops;
  const ListeningEnd end = listening_end_of(of);
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const ListenerDrops& one) { return one.end == end && one.netns == of.netns; });
  return at == all.end() ? nullptr : &*at;
}

std::string drops_text(const LiveData& data, const Listener& of) {
  const auto apart = data.judged.apart_in(of.netns);
  if (!of.drops || !apart || apart->count() <= 0) return "-";
  const ListenerDrops* drops = drops_of(data, of);
  if (drops == nullptr) return "0";
  const double each_s = static_cast<double>(drops->count) * 1000 / static_cast<double>(apart->count());
  if (each_s < 1) return "<1";
  return std::to_string(std::llround(each_s));
}

std::string number(const auto& value) { return value ? std::to_string(*value) : "-"; }

class Listeners final : public Tab {
 public:
  [[nodiscard]] std::string_view title() const override { return "Listeners"; }
  [[nodiscard]] std::optional<std::uint64_t> count(const LiveData& data) const override {
    return if_read(data.rows->listeners().size(), data);
  }
  [[nodiscard]] std::size_t rows(const LiveData& data, const Manner& /*manner*/) const override {
    return data.rows->listeners().size();
  }
  [[nodiscard]] std::vector<Heading> headings(const Manner& manner) const override {
    std::vector<Heading> out;
    add_netns(out, manner);
    out.insert(out.end(), {{"LOCAL", Align::left, 0, true},
                           {"ACCEPT", Align::right},
                           {"LIMIT", Align::right},
                           {"FILL", Align::left, 2},
                           {"HALF-OPEN", Align::right, 1},
                           {"DROPS/S", Align::right, 3},
                           {"PROCESS", Align::left, 4, true}});
    return out;
  }

  [[nodiscard]] Row row(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const Listener& of = listener(data, index);
    constexpr std::size_t kBar = 10;
    Row out;
    add_netns(out.cells, of.netns, manner);
    out.cells.insert(
        out.cells.end(),
        {cell_text(ColumnId::LOCAL, of, manner), number(of.accept_queue), number(of.accept_limit),
         of.accept_limit ? bar(of.accept_queue.value_or(0), std::uint64_t{*of.accept_limit} + 1, kBar, manner.charset)
                         : std::string(),
         number(of.syn_recv), drops_text(data, of), cell_text(ColumnId::PROCESS, of, manner)});
    if (is_full(of)) {
      out.mark = '!';
      out.tone = Tone::critical;
    } else if (is_nearly_full(of) || drops_of(data, of) != nullptr) {
      out.mark = '~';
      out.tone = Tone::warning;
    }
    return out;
  }

  [[nodiscard]] std::string identity(const LiveData& data, std::size_t index) const override {
    const Listener& of = listener(data, index);
    const std::string device = of.interface == 0 ? "" : "%" + std::to_string(of.interface);
    return std::to_string(of.netns) + " " + (of.cookie ? std::to_string(*of.cookie) : to_string(of.local) + device);
  }
  [[nodiscard]] std::string nothing(const LiveData& data) const override {
    return data.judged.error ? data.judged.error->sentence() : "nothing listens";
  }

  [[nodiscard]] std::string details(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const Listener& of = listener(data, index);
    // No key ends a program; whoever wants to finds the command here.
    std::string out;
    if (!of.owners.empty()) out = ending_program(of.owners.front().pid, data);
    return out + known_columns([&](const Column& one) {
             TextBuffer text;
             render::append_cell(text, cell_of(one, of, *manner.names),
                                 {.timer_details = true, .charset = manner.charset});
             return std::string(text.view());
           });
  }
  [[nodiscard]] std::string command(const LiveData& data, std::size_t index, const Manner& manner) const override {
    const Listener& of = listener(data, index);
    return command_there("tcpstat -l -p --local-port " + std::to_string(of.local.port), data, of.netns, manner);
  }
  [[nodiscard]] std::string subject(const LiveData& /*data*/, std::size_t /*index*/) const override {
    return std::string(name(State::listen));
  }

 private:
  static std::string cell_text(ColumnId id, const Listener& of, const Manner& manner) {
    TextBuffer out;
    render::append_cell(out, cell_of(column(id), of, *manner.names),
                        {.first_owner_only = true, .charset = manner.charset});
    return std::string(out.view());
  }

  /// The fullest first, then by half-opens; sorted once a look.
  const Listener& listener(const LiveData& data, std::size_t index) const {
    const auto& all = data.rows->listeners();
    if (look_ != data.looks || order_.size() != all.size()) {
      order_.resize(all.size());
      std::iota(order_.begin(), order_.end(), std::size_t{0});
      std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
        if (fill(all[a]) != fill(all[b])) return fill(all[a]) > fill(all[b]);
        if (all[a].syn_recv != all[b].syn_recv) return all[a].syn_recv > all[b].syn_recv;
        return all[a].local.port < all[b].local.port;
      });
      look_ = data.looks;
    }
    return all[order_[index]];
  }

  mutable std::uint64_t look_ = 0;
  mutable std::vector<std::size_t> order_;
};

}  // namespace

std::unique_ptr<Tab> make_listeners_tab() { return std::make_unique<Listeners>(); }

}  // namespace tcpstat::screen
