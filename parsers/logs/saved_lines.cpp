#include "parsers/logs/saved_lines.h"

#include <nlohmann/json.hpp>

namespace tcpstat::logs {
namespace {

using nlohmann::json;

std::optional<std::string> text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_string()) return std::nullopt;
  return at->get<std::string>();
}

/// What the line tells of the host, where no line before it did.
void add_facts(const json& object, SavedSample::Facts& to) {
  if (!to.host) to.host = text_of(object, "host");
  if (!to.kernel) to.kernel = text_of(object, "kernel");
  const auto netns = object.find("netns");
  if (!to.netns && netns != object.end() && netns->is_number_unsigned()) to.netns = netns->get<std::uint64_t>();
}

}  // namespace

void SavedLines::line(std::string_view text) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const json object = json::parse(text, nullptr, false);
  SavedSample& sample = samples_.current();
  if (object.is_object()) add_facts(object, sample.facts);
  const NdjsonDecoder::Row row = decoder_.decode_object(object);
  if (const auto* connection = std::get_if<Connection>(&row)) {
    sample.add(*connection);
  } else if (const auto* listener = std::get_if<Listener>(&row)) {
    sample.add(*listener);
  } else if (const auto* flaw = std::get_if<Flaw>(&row)) {
    sample.coverage.add(*flaw);
  }
}

void SavedLines::feed(std::string_view block) {
  lines_.feed(block, [this](std::string_view text) {
    line(text);
    return true;
  });
}

void SavedLines::finish() {
  line(lines_.rest());
  samples_.end();
}

}  // namespace tcpstat::logs
