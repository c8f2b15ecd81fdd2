#pragma once
// What tables of transitions and of lives share: each line is about one socket and shows its ends.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "render/device_names.h"
#include "render/escape.h"
#include "render/text_table.h"
#include "render/transition_writer.h"

namespace tcpstat::render {

/// The lines of a sample are written as soon as it has ended.
class EndsTable : public TransitionWriter {
 public:
  void sample(const SampleTime& time) override { time_ = time.local; }
  void sample_end() override { table_.finish(); }
  void finish(const Report&, const TransitionCounts&) override { table_.finish(); }

 protected:
  EndsTable(RenderSettings settings, std::vector<TextTable::Heading> headings)
      : settings_(std::move(settings)),
        devices_(settings_.names, settings_.facts.netns),
        table_(settings_.out, std::move(headings),
               {settings_.header, settings_.width, settings_.ellipsis, SecondLine::yes}) {}

  [[nodiscard]] const RenderSettings& settings() const { return settings_; }
  [[nodiscard]] std::string_view time() const { return time_; }
  void end_row() { table_.end_row(); }
  void put(std::string_view text, std::string_view colour = {}) {
    table_.cell().append(text);
    table_.end_cell(text.size(), colour);
  }
  void put_foreign(std::string_view text, std::string_view ours = {}) {
    const std::size_t start = table_.cell().size();
    append_escaped(table_.cell(), text, settings_.charset);
    table_.cell().append(ours);
    end_cell(start);
  }
  /// LOCAL with the device, REMOTE, and NETNS where there may be several. `of`: a transition, or a life.
  template <typename Record>
  void put_ends(const Record& of) {
    if (of.local) {
      const std::size_t start = table_.cell().size();
      devices_.append_end(table_.cell(), *of.local, of.netns, of.interface, settings_.charset);
      end_cell(start);
    } else {
      put("-");
    }
    put(of.remote ? to_string(*of.remote) : "*");
    if (settings_.namespaces == Namespaces::one) return;
    if (of.netns) {
      put_foreign(netns_text(*of.netns, settings_.names));
    } else {
      put("-");
    }
  }

 private:
  void end_cell(std::size_t start) { table_.end_cell(display_width(table_.cell().view().substr(start))); }

  RenderSettings settings_;
  DeviceNames devices_;
  TextTable table_;
  std::string time_;
};

/// Adds the heading that stands behind REMOTE.
inline void add_netns_heading(std::vector<TextTable::Heading>& to, Namespaces namespaces) {
  if (namespaces == Namespaces::several) to.push_back({.text = "NETNS", .align = Align::left, .detail = true});
}

}  // namespace tcpstat::render
