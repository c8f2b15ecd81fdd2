// Transitions as fields between separators: plain and csv. They hold our own words, numbers and addresses only.

#include <array>
#include <string>

#include "render/field_writer.h"

namespace tcpstat::render {
namespace {

constexpr std::array<std::string_view, 15> kFields = {
    "time", "snapshot", "family", "local_address", "local_port", "remote_address", "remote_port", "cookie",
    "from", "to",       "path",   "dwell_ms",      "verdict",    "reason",         "reference"};

class TransitionFields final : public FieldWriter<kFields.size()> {
 public:
  TransitionFields(RenderSettings settings, char separator) : FieldWriter(std::move(settings), separator, kFields) {}

  void transition(const Transition& of, const Judgement& judgement) override {
    const auto dwell = dwell_ms(of);
    std::string path;
    for (const Seen seen : judgement.path) path += (path.empty() ? "" : ">") + std::string(name(seen));
    line(of, {std::string(name(of.from)), std::string(name(of.to)), path, dwell ? std::to_string(*dwell) : "",
              std::string(name(judgement.verdict)), judgement.reason, judgement.reference});
  }
};

}  // namespace

std::unique_ptr<TransitionWriter> make_transition_fields(RenderSettings settings, char separator) {
  return std::make_unique<TransitionFields>(std::move(settings), separator);
}

}  // namespace tcpstat::render
