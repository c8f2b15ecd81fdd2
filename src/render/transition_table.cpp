// Transitions as aligned columns, each sample's as soon as it has ended.

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "model/state.h"
#include "render/device_names.h"
#include "render/duration_text.h"
#include "render/palette.h"
#include "render/text_table.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

constexpr std::size_t kLongestVerdict = 7;  // illegal

std::size_t longest_state() {
  std::size_t longest = 0;
  for (const StateInfo& state : states()) longest = std::max(longest, state.name.size());
  return longest;
}

std::vector<TextTable::Heading> transition_headings(const RenderSettings& settings) {
  const std::size_t endpoint = settings.width != 0 ? 17 : 21;  // 192.168.1.1:65535, 255.255.255.255:65535
  constexpr std::size_t kRoomForAddresses = 76;                // beside time and states, of 17 columns each
  const std::size_t state = longest_state();
  const bool narrow = settings.width != 0 && settings.width < kRoomForAddresses;
  const auto address = [&](std::string_view name) {
    return TextTable::Heading{.text = name,
                              .align = Align::left,
                              .least_width = endpoint,
                              .shorten = narrow ? TextTable::Shorten::no : TextTable::Shorten::middle,
                              .detail = narrow,
                              .usual = {}};
  };
  // Room for "reset-here abort-on-close" from the first row on, because later ones do not move what is in the line.
  const std::size_t longest = settings.width != 0 ? 25 : 0;
  const auto detail = [](std::string_view name, std::size_t least) {
    return TextTable::Heading{.text = name, .align = Align::left, .least_width = least, .detail = true};
  };
  std::vector<TextTable::Heading> out = {{"TIME", Align::left, 8},
                                         {"FROM", Align::left, state},
                                         {"TO", Align::left, state},
                                         {.text = "VERDICT",
                                          .align = Align::left,
                                          .least_width = kLongestVerdict,
                                          .detail = true,
                                          .usual = name(TransitionVerdict::legal)},
                                         {.text = "SEEN", .align = Align::right, .least_width = 6, .rank = 1},
                                         address("LOCAL"),
                                         address("REMOTE")};
  if (settings.namespaces == Namespaces::several) out.push_back(detail("NETNS", 0));
  out.push_back(detail(settings.observed == Observed::exact ? "END" : "UNSEEN", longest));
  if (settings.processes) out.push_back(detail("PROCESS", 0));
  return out;
}

/// What was seen of the old state: by samples to a tenth of a second, by the kernel's own announcements exactly.
std::string seen_text(const Transition& of) {
  if (!of.dwell) return "-";
  return of.observed == Observed::exact ? exact_text(*of.dwell) : duration_text(*dwell_ms(of));
}

/// Whose RST ended the socket, and why; or how a request or a time-wait socket ended.
std::string end_text(const Transition& of) {
  if (of.minisocket_end) return std::string(name(*of.minisocket_end));
  const std::string reset = std::string(name(Ending::reset)) + "-";
  if (of.peer_reset == true) return reset + std::string(name(ResetBy::peer));
  if (of.reset_sent != true) return "-";
  return reset + std::string(name(ResetBy::here)) + (of.reset_reason ? " " + std::string(name(*of.reset_reason)) : "");
}

/// The states that no sample showed.
std::string unseen_text(const Judgement& judgement) {
  const std::string path = text_of(judgement.paths, ">", "|");
  return path.empty() ? "-" : path;
}

class TransitionTable final : public TransitionWriter {
 public:
  explicit TransitionTable(RenderSettings settings)
      : settings_(std::move(settings)),
        devices_(settings_.names, settings_.facts.netns),
        table_(settings_.out, transition_headings(settings_),
               {settings_.header, settings_.width, settings_.ellipsis, SecondLine::yes}) {}

  void sample(const SampleTime& time) override { time_ = time.local; }

  void transition(const Transition& of, const Judgement& judgement) override {
    put(time_);
    put_state(of.from);
    put_state(of.to);
    put(name(judgement.verdict));
    put(seen_text(of));
    put_local(of);
    put(of.remote ? to_string(*of.remote) : "*");
    if (settings_.namespaces == Namespaces::several) put_netns(of.netns.value_or(0));
    put(settings_.observed == Observed::exact ? end_text(of) : unseen_text(judgement));
    if (settings_.processes) put_actor(of);
    table_.end_row();
  }

  void sample_end() override { table_.finish(); }
  void finish(const Report&, const TransitionCounts&) override { table_.finish(); }

 private:
  void put(std::string_view text, std::string_view colour = {}) {
    table_.cell().append(text);
    table_.end_cell(text.size(), colour);
  }
  void put_local(const Transition& of) {
    if (!of.local) return put("-");
    const std::size_t start = table_.cell().size();
    devices_.append_end(table_.cell(), *of.local, of.netns, of.interface, settings_.charset);
    end_cell(start);
  }
  void put_netns(std::uint64_t inode) {
    const std::string_view name = settings_.names.netns(inode);
    const std::size_t start = table_.cell().size();
    append_escaped(table_.cell(), name.empty() ? std::to_string(inode) : name, settings_.charset);
    end_cell(start);
  }
  void put_actor(const Transition& of) {
    if (!of.actor_pid) return put("-");
    const std::size_t start = table_.cell().size();
    append_escaped(table_.cell(), of.actor_name, settings_.charset);
    table_.cell().append("(" + std::to_string(*of.actor_pid) + ")");
    end_cell(start);
  }
  void end_cell(std::size_t start) { table_.end_cell(display_width(table_.cell().view().substr(start))); }
  void put_state(ObservedState state) {
    const Seen seen = state.seen();
    put(name(state), seen && settings_.colour == Colour::yes ? colour_of(*seen) : std::string_view{});
  }

  RenderSettings settings_;
  DeviceNames devices_;
  TextTable table_;
  std::string time_;
};

}  // namespace

std::unique_ptr<TransitionWriter> make_transition_table(RenderSettings settings) {
  return std::make_unique<TransitionTable>(std::move(settings));
}

}  // namespace tcpstat::render
