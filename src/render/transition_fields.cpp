// Transitions as fields between separators: plain and csv.

#include <array>
#include <string>

#include "render/field_writer.h"

namespace tcpstat::render {
namespace {

constexpr auto kFields = std::to_array<std::string_view>(
    {"time",         "snapshot", "family", "local_address", "local_port", "remote_address", "remote_port", "cookie",
     "from",         "to",       "path",   "dwell_ms",      "verdict",    "reason",         "reference",   "reset_by",
     "reset_reason", "object",   "cause",  "pid",           "interface",  "netns"});

std::string reset_by(const Transition& of) {
  if (of.peer_reset == true) return std::string(name(ResetBy::peer));
  return of.reset_sent == true ? std::string(name(ResetBy::here)) : "";
}

class TransitionFields final : public FieldWriter<kFields.size()> {
 public:
  TransitionFields(RenderSettings settings, char separator) : FieldWriter(std::move(settings), separator, kFields) {}

  void transition(const Transition& of, const Judgement& judgement) override {
    const auto dwell = dwell_ms(of);
    std::string path;
    for (const Seen seen : judgement.path) path += (path.empty() ? "" : ">") + std::string(name(seen));
    line(of, {std::string(name(of.from)), std::string(name(of.to)), path, dwell ? std::to_string(*dwell) : "",
              std::string(name(judgement.verdict)), judgement.reason, judgement.reference, reset_by(of),
              of.reset_reason ? std::string(name(*of.reset_reason)) : "", std::string(name(of.body)),
              of.minisocket_end ? std::string(name(*of.minisocket_end)) : "",
              of.actor_pid ? std::to_string(*of.actor_pid) : ""});
  }
};

}  // namespace

std::unique_ptr<TransitionWriter> make_transition_fields(RenderSettings settings, char separator) {
  return std::make_unique<TransitionFields>(std::move(settings), separator);
}

}  // namespace tcpstat::render
