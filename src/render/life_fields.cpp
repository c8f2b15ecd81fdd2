// Lives of connections as fields between separators: plain and csv.

#include <array>
#include <string>
#include <utility>

#include "render/field_line.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

constexpr auto kLifeFields = std::to_array<std::string_view>(
    {"time", "snapshot", "family", "local_address", "local_port", "remote_address", "remote_port", "cookie", "opening",
     "lasted_us", "handshake_us", "closed_first", "ending", "reset_by", "complete", "legal", "states"});

template <typename Word>
std::string word_or_nothing(const std::optional<Word>& word) {
  return word ? std::string(name(*word)) : std::string();
}
std::string us_or_nothing(const std::optional<EventTime>& time) {
  return time ? std::to_string(time->count()) : std::string();
}

/// "SYN_SENT:57 ESTABLISHED:1200": a state without a number lasted nobody knows how long.
std::string states_field(const ConnectionLife& life) {
  std::string text;
  for (const LifeStay& stay : life.states) {
    if (!text.empty()) text += ' ';
    text += name(stay.state);
    if (stay.lasted) text += ":" + std::to_string(stay.lasted->count());
  }
  return text;
}

class LifeFields final : public TransitionWriter {
 public:
  LifeFields(RenderSettings settings, char separator)
      : settings_(std::move(settings)), line_(settings_.out, separator) {}

  void sample(const SampleTime& time) override {
    write_header_once();
    time_ = time.utc;
    snapshot_ = time.snapshot;
  }
  void transition(const Transition&, const Judgement&) override {}
  void life(const ConnectionLife& of) override {
    const std::array<std::string, kLifeFields.size()> fields = {
        time_,
        std::to_string(snapshot_),
        of.local ? std::string(name(of.local->address.family)) : "",
        of.local ? to_string(of.local->address) : "",
        of.local ? std::to_string(of.local->port) : "",
        of.remote ? to_string(of.remote->address) : "",
        of.remote ? std::to_string(of.remote->port) : "",
        of.cookie ? std::to_string(*of.cookie) : "",
        std::string(name(of.opening)),
        us_or_nothing(lasted(of)),
        us_or_nothing(of.handshake),
        word_or_nothing(of.closed_first),
        word_or_nothing(of.ending),
        word_or_nothing(of.reset_by),
        of.complete ? "yes" : "no",
        of.legal ? "yes" : "no",
        states_field(of)};
    line_.fields(fields);
  }
  void sample_end() override {}
  void finish(const Report&, const TransitionCounts&) override { write_header_once(); }

 private:
  void write_header_once() {
    if (std::exchange(settings_.header, false)) line_.header(kLifeFields);
  }

  RenderSettings settings_;
  FieldLine line_;
  std::string time_;
  std::uint64_t snapshot_ = 1;
};

}  // namespace

std::unique_ptr<TransitionWriter> make_life_fields(RenderSettings settings, char separator) {
  return std::make_unique<LifeFields>(std::move(settings), separator);
}

}  // namespace tcpstat::render
