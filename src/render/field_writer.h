#pragma once
// What transitions and lives as fields share: one header, the sample that a line belongs to, and the ends of its
// socket.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "render/device_names.h"
#include "render/field_line.h"
#include "render/transition_writer.h"

namespace tcpstat::render {

/// The fields that every line begins with.
inline constexpr std::size_t kSocketFields = 8;
/// The fields that every line ends with: the device and the network namespace, as in the table.
inline constexpr std::size_t kPlaceFields = 2;

template <std::size_t kCount>
class FieldWriter : public TransitionWriter {
 public:
  /// `names`: of all fields; they outlive this.
  FieldWriter(RenderSettings settings, char separator, const std::array<std::string_view, kCount>& names)
      : settings_(std::move(settings)),
        devices_(settings_.names, settings_.facts.netns),
        line_(settings_.out, separator),
        names_(names) {}

  void sample(const SampleTime& time) override {
    write_header_once();
    time_ = time.utc;
    snapshot_ = std::to_string(time.snapshot);
  }
  void sample_end() override {}
  void finish(const Report&, const TransitionCounts&) override { write_header_once(); }

 protected:
  /// `of`: a transition, or a life.
  template <typename Record>
  void line(const Record& of, std::array<std::string, kCount - kSocketFields - kPlaceFields> rest) {
    std::array<std::string, kCount> fields = {time_,
                                              snapshot_,
                                              of.local ? std::string(name(of.local->address.family)) : "",
                                              of.local ? to_string(of.local->address) : "",
                                              of.local ? std::to_string(of.local->port) : "",
                                              of.remote ? to_string(of.remote->address) : "",
                                              of.remote ? std::to_string(of.remote->port) : "",
                                              of.cookie ? std::to_string(*of.cookie) : ""};
    std::move(rest.begin(), rest.end(), fields.begin() + kSocketFields);
    fields[kCount - 2] = safe(devices_.text(of.netns, of.interface));
    if (of.netns) fields[kCount - 1] = safe(netns_text(*of.netns, settings_.names));
    line_.fields(fields);
  }

 private:
  [[nodiscard]] std::string safe(std::string_view foreign) const {
    TextBuffer out;
    append_escaped(out, foreign, settings_.charset);
    return std::string(out.view());
  }
  void write_header_once() {
    if (std::exchange(settings_.header, false)) line_.header(names_);
  }

  RenderSettings settings_;
  DeviceNames devices_;
  FieldLine line_;
  const std::array<std::string_view, kCount>& names_;
  std::string time_;
  std::string snapshot_ = "1";
};

}  // namespace tcpstat::render
