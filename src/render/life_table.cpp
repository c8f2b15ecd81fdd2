// Lives of connections as aligned columns, one line each.

#include <string>

#include "render/duration_text.h"
#include "render/ends_table.h"

namespace tcpstat::render {
namespace {

std::vector<TextTable::Heading> life_headings(const RenderSettings& settings) {
  constexpr std::size_t kIpv4Endpoint = 15;
  std::vector<TextTable::Heading> out = {{"ENDED", Align::left, 12},
                                         {"LASTED", Align::right, 6},
                                         {.text = "SHAKE", .align = Align::right, .least_width = 6, .detail = true},
                                         {.text = "FIRST", .align = Align::left, .least_width = 6, .detail = true},
                                         {"END", Align::left, 10},
                                         {"LOCAL", Align::left, kIpv4Endpoint, TextTable::Shorten::middle},
                                         {"REMOTE", Align::left, kIpv4Endpoint, TextTable::Shorten::middle}};
  add_netns_heading(out, settings.namespaces);
  out.push_back({.text = "STATES", .align = Align::left, .detail = true});
  return out;
}

std::string time_text(const std::optional<EventTime>& time) { return time ? exact_text(*time) : "-"; }

std::string ending_text(const ConnectionLife& life) {
  if (!life.ending) return "-";
  std::string text(name(*life.ending));
  if (life.reset_by) text += "-" + std::string(name(*life.reset_by));
  return text;
}

/// "SYN_SENT 57us, ESTABLISHED 1.2ms"
std::string states_text(const ConnectionLife& life) {
  std::string text;
  if (!life.legal) text += "(illegal) ";
  if (!life.complete) text += "(records are missing) ";
  if (life.reset_reason) text += "(" + std::string(name(*life.reset_reason)) + ") ";
  for (const LifeStay& stay : life.states) {
    if (&stay != life.states.data()) text += ", ";
    text += std::string(name(stay.state)) + " " + (stay.lasted ? exact_text(*stay.lasted) : "?");
  }
  if (life.bytes_sent && life.bytes_received) {
    text +=
        "; sent " + std::to_string(*life.bytes_sent) + " B, received " + std::to_string(*life.bytes_received) + " B";
  }
  return text;
}

class LifeTable final : public EndsTable {
 public:
  explicit LifeTable(const RenderSettings& settings) : EndsTable(settings, life_headings(settings)) {}

  void transition(const Transition&, const Judgement&) override {}
  void life(const ConnectionLife& of) override {
    constexpr std::size_t kMilliseconds = 12;  // 14:03:07.250
    put(time().substr(0, kMilliseconds));
    put(time_text(lasted(of)));
    put(time_text(of.handshake));
    put(of.closed_first ? name(*of.closed_first) : "-");
    put(ending_text(of));
    put_ends(of);
    put(states_text(of));
    end_row();
  }
};

}  // namespace

std::unique_ptr<TransitionWriter> make_life_table(RenderSettings settings) {
  return std::make_unique<LifeTable>(settings);
}

}  // namespace tcpstat::render
