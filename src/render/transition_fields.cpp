// Transitions as fields between separators: plain and csv. They hold our own words, numbers and addresses only.

#include <array>
#include <string>
#include <utility>

#include "render/field_line.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

constexpr std::array<std::string_view, 15> kFields = {
    "time", "snapshot", "family", "local_address", "local_port", "remote_address", "remote_port", "cookie",
    "from", "to",       "path",   "dwell_ms",      "verdict",    "reason",         "reference"};

class TransitionFields final : public TransitionWriter {
 public:
  TransitionFields(RenderSettings settings, char separator)
      : settings_(std::move(settings)), line_(settings_.out, separator) {}

  void sample(const SampleTime& time) override {
    write_header_once();
    time_ = time.utc;
    snapshot_ = time.snapshot;
  }

  void transition(const Transition& of, const Judgement& judgement) override {
    const auto number = [](const auto& value) { return value ? std::to_string(*value) : std::string(); };
    std::string path;
    for (const Seen seen : judgement.path) path += (path.empty() ? "" : ">") + std::string(name(seen));
    const std::array<std::string, kFields.size()> fields = {time_,
                                                            std::to_string(snapshot_),
                                                            of.local ? std::string(name(of.local->address.family)) : "",
                                                            of.local ? to_string(of.local->address) : "",
                                                            of.local ? std::to_string(of.local->port) : "",
                                                            of.remote ? to_string(of.remote->address) : "",
                                                            of.remote ? std::to_string(of.remote->port) : "",
                                                            number(of.cookie),
                                                            std::string(name(of.from)),
                                                            std::string(name(of.to)),
                                                            path,
                                                            number(dwell_ms(of)),
                                                            std::string(name(judgement.verdict)),
                                                            judgement.reason,
                                                            judgement.reference};
    line_.fields(fields);
  }

  void sample_end() override {}
  void finish(const Report&, const TransitionCounts&) override { write_header_once(); }

 private:
  void write_header_once() {
    if (!std::exchange(settings_.header, false)) return;
    line_.header(kFields);
  }

  RenderSettings settings_;
  FieldLine line_;
  std::string time_;
  std::uint64_t snapshot_ = 1;
};

}  // namespace

std::unique_ptr<TransitionWriter> make_transition_fields(RenderSettings settings, char separator) {
  return std::make_unique<TransitionFields>(std::move(settings), separator);
}

}  // namespace tcpstat::render
