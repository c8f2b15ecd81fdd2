// Transitions as fields between separators: plain and csv. They hold our own words, numbers and addresses only.

#include <array>
#include <string>

#include "base/ascii.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

constexpr std::array<std::string_view, 15> kFields = {
    "time", "snapshot", "family", "local_address", "local_port", "remote_address", "remote_port", "cookie",
    "from", "to",       "path",   "dwell_ms",      "verdict",    "reason",         "reference"};

class TransitionFields final : public TransitionWriter {
 public:
  TransitionFields(RenderSettings settings, char separator)
      : settings_(std::move(settings)), separator_(separator), csv_(separator == ',') {}

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
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) settings_.out.append(separator_);
      put(fields[i]);
    }
    settings_.out.append('\n');
  }

  void sample_end() override {}
  void finish(const Report&, const TransitionCounts&) override { write_header_once(); }

 private:
  void put(const std::string& field) {
    if (field.empty()) {
      settings_.out.append(csv_ ? "" : "-");
    } else if (csv_ && field.find_first_of(",\"") != std::string::npos) {
      settings_.out.append('"');
      for (const char c : field) {
        if (c == '"') settings_.out.append('"');
        settings_.out.append(c);
      }
      settings_.out.append('"');
    } else {
      settings_.out.append(field);
    }
  }

  void write_header_once() {
    if (!settings_.header) return;
    settings_.header = false;
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      if (i > 0) settings_.out.append(separator_);
      settings_.out.append(csv_ ? std::string(kFields[i]) : ascii_upper(kFields[i]));
    }
    settings_.out.append('\n');
  }

  RenderSettings settings_;
  char separator_;
  bool csv_;
  std::string time_;
  std::uint64_t snapshot_ = 1;
};

}  // namespace

std::unique_ptr<TransitionWriter> make_transition_fields(RenderSettings settings, char separator) {
  return std::make_unique<TransitionFields>(std::move(settings), separator);
}

}  // namespace tcpstat::render
