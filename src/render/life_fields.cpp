// Lives of connections as fields between separators: plain and csv.

#include <array>
#include <string>

#include "render/field_writer.h"

namespace tcpstat::render {
namespace {

constexpr auto kLifeFields = std::to_array<std::string_view>(
    {"time",        "snapshot",   "family",         "local_address", "local_port",   "remote_address",
     "remote_port", "cookie",     "opening",        "lasted_us",     "handshake_us", "closed_first",
     "ending",      "reset_by",   "complete",       "legal",         "states",       "reset_reason",
     "object",      "bytes_sent", "bytes_received", "interface",     "netns"});

template <typename Word>
std::string word_or_nothing(const std::optional<Word>& word) {
  return word ? std::string(name(*word)) : std::string();
}
std::string us_or_nothing(const std::optional<EventTime>& time) {
  return time ? std::to_string(time->count()) : std::string();
}

std::string number_or_nothing(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : std::string();
}

/// "SYN_SENT:57 ESTABLISHED:1200": it is not known how long a state without a number lasted.
std::string states_field(const ConnectionLife& life) {
  std::string text;
  for (const LifeStay& stay : life.states) {
    if (!text.empty()) text += ' ';
    text += name(stay.state);
    if (stay.lasted) text += ":" + std::to_string(stay.lasted->count());
  }
  return text;
}

class LifeFields final : public FieldWriter<kLifeFields.size()> {
 public:
  LifeFields(RenderSettings settings, char separator) : FieldWriter(std::move(settings), separator, kLifeFields) {}

  void transition(const Transition&, const Judgement&) override {}
  void life(const ConnectionLife& of) override {
    line(of, {of.opening == Opening::unknown ? std::string() : std::string(name(of.opening)), us_or_nothing(lasted(of)),
              us_or_nothing(of.handshake), word_or_nothing(of.closed_first), word_or_nothing(of.ending),
              word_or_nothing(of.reset_by), of.complete ? "yes" : "no", of.legal ? "yes" : "no", states_field(of),
              word_or_nothing(of.reset_reason), std::string(name(of.body)), number_or_nothing(of.bytes_sent),
              number_or_nothing(of.bytes_received)});
  }
};

}  // namespace

std::unique_ptr<TransitionWriter> make_life_fields(RenderSettings settings, char separator) {
  return std::make_unique<LifeFields>(std::move(settings), separator);
}

}  // namespace tcpstat::render
