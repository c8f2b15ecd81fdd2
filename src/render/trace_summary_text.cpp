#include "render/trace_summary_text.h"

#include <string>

#include "base/utf8.h"
#include "render/duration_text.h"
#include "render/text_table.h"

namespace tcpstat::render {
namespace {

std::string opened_text(const TimedGroup& group, const DeviceNames& devices, Charset charset) {
  switch (group.opening) {
    case Opening::active:
      return "by this host";
    case Opening::unknown:
      return "before";
    case Opening::passive:
      break;
  }
  if (!group.local) return "at others";
  TextBuffer end;
  devices.append_end(end, *group.local, group.netns, group.interface, charset);
  return "at " + std::string(end.view());
}

void append_count(std::string& to, const std::optional<std::uint64_t>& count, std::string_view what) {
  if (count) to += ", " + std::to_string(*count) + " " + std::string(what);
}

}  // namespace

std::string handshake_text(const HandshakeCounts& of) {
  std::string text = "handshakes: " + std::to_string(of.outgoing.completed) + " outgoing completed";
  append_count(text, of.outgoing.refused, "refused");
  append_count(text, of.outgoing.failed, "failed");
  text += "; " + std::to_string(of.incoming.completed) + " incoming completed";
  append_count(text, of.incoming.reset, "reset");
  append_count(text, of.incoming.expired, "expired");
  append_count(text, of.incoming.pruned, "pruned");
  append_count(text, of.incoming.cookie, "by SYN cookie");
  return text;
}

std::vector<std::string_view> write_state_times(const Page& page, const TraceSummary& summary,
                                                const DeviceNames& devices) {
  if (summary.groups.empty()) return {};
  TextTable table(page.out,
                  {{"OPENED", Align::left},
                   {"STATE", Align::left},
                   {.text = "COUNT", .align = Align::right, .short_text = "N"},
                   // On a narrow terminal P90 goes first, and the maximum stays.
                   {.text = "P50", .align = Align::right, .rank = 1},
                   {.text = "P90", .align = Align::right, .rank = 3},
                   {.text = "P99", .align = Align::right, .rank = 2},
                   {"MAX", Align::right}},
                  {true, page.width, ellipsis(page.charset)});
  const auto put = [&](std::string_view text) {
    table.cell().append(text);
    table.end_cell(display_width(text));
  };
  for (const TimedGroup& group : summary.groups) {
    for (const StateTimes& times : group.states) {
      put(opened_text(group, devices, page.foreign));
      put(name(times.state));
      put(std::to_string(times.count));
      for (const EventTime time : {times.p50, times.p90, times.p99, times.max}) put(exact_text(time));
      table.end_row();
    }
  }
  table.finish();
  return table.hidden_headings();
}

}  // namespace tcpstat::render
