#include "parsers/logs/saved_text.h"

namespace tcpstat::logs {

namespace proc_net_tcp = procfs::proc_net_tcp;
using proc_net_tcp::LineEnd;

void SavedText::line(std::string_view text, LineEnd end) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  SavedSample& sample = samples_.current();
  sample.coverage.visible = StateSet::all() - StateSet{State::close};
  if (proc_net_tcp::is_header(text)) return;
  const proc_net_tcp::Row row = proc_net_tcp::decode(text, end, format_);
  if (const auto* connection = std::get_if<Connection>(&row)) {
    sample.complete(*connection);
  } else if (const auto* listener = std::get_if<Listener>(&row)) {
    sample.complete(*listener);
  } else {
    sample.coverage.add(std::get<Flaw>(row));
  }
}

void SavedText::feed(std::string_view block) {
  lines_.feed(block, [this](std::string_view text) {
    line(text, LineEnd::complete);
    return true;
  });
}

void SavedText::finish() {
  if (!lines_.rest().empty()) line(lines_.rest(), LineEnd::cut);
  samples_.end();
}

}  // namespace tcpstat::logs
