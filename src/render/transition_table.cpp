// Transitions as aligned columns.

#include <algorithm>
#include <array>

#include "model/state.h"
#include "render/duration_text.h"
#include "render/ends_table.h"
#include "render/palette.h"

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
  std::vector<TextTable::Heading> out = {
      {"TIME", Align::left, 8},
      {"FROM", Align::left, state},
      {"TO", Align::left, state},
      {.text = "VERDICT",
       .align = Align::left,
       .least_width = kLongestVerdict,
       .detail = true,
       .usual = name(TransitionVerdict::legal)},
      {.text = "SEEN", .align = Align::right, .least_width = 6, .rank = 1, .kept = true},
      address("LOCAL"),
      address("REMOTE")};
  add_netns_heading(out, settings.namespaces);
  out.push_back(detail(settings.observed == Observed::exact ? "END" : "UNSEEN", longest));
  if (settings.processes) out.push_back(detail("PROCESS", 0));
  return out;
}

/// How long the old state was seen: to a tenth of a second by samples, exactly if the kernel announced it.
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

class TransitionTable final : public EndsTable {
 public:
  explicit TransitionTable(const RenderSettings& settings) : EndsTable(settings, transition_headings(settings)) {}

  void transition(const Transition& of, const Judgement& judgement) override {
    put(time());
    put_state(of.from);
    put_state(of.to);
    put(name(judgement.verdict));
    put(seen_text(of));
    put_ends(of);
    put(settings().observed == Observed::exact ? end_text(of) : unseen_text(judgement));
    if (settings().processes) put_actor(of);
    end_row();
  }

 private:
  void put_actor(const Transition& of) {
    if (!of.actor_pid) return put("-");
    put_foreign(of.actor_name, "(" + std::to_string(*of.actor_pid) + ")");
  }
  void put_state(ObservedState state) {
    const Seen seen = state.seen();
    put(name(state), seen && settings().colour == Colour::yes ? colour_of(*seen) : std::string_view{});
  }
};

}  // namespace

std::unique_ptr<TransitionWriter> make_transition_table(RenderSettings settings) {
  return std::make_unique<TransitionTable>(settings);
}

}  // namespace tcpstat::render
