#pragma once
// A format with all that it needs, and what it wrote.

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "render/formats.h"
#include "support/rows.h"

namespace tcpstat::test {

class Rendering {
 public:
  explicit Rendering(std::string_view format, std::span<const std::string_view> column_names = {})
      : Rendering(render::find_format(format), column_names) {}
  Rendering(std::string_view format, std::initializer_list<std::string_view> column_names)
      : Rendering(format, std::span(column_names.begin(), column_names.size())) {}

  explicit Rendering(const render::Format& format, std::initializer_list<std::string_view> column_names = {})
      : Rendering(&format, std::span(column_names.begin(), column_names.size())) {}

  render::ListWriter& list() {
    if (!list_) list_ = format_->list(settings);
    return *list_;
  }
  void row(const Connection& row) { list().connection(row); }
  void row(const Listener& row) { list().listener(row); }
  /// Everything that was written, after the end.
  std::string finish(const Report& report = {}) {
    list().finish(report);
    return text();
  }
  /// Everything that was written of a summary.
  std::string summary(const Report& report, const Summary& counts) {
    format_->summary(settings, report, counts);
    return text();
  }
  [[nodiscard]] std::string text() const { return std::string(out.view()); }

  TableNames names;
  TextBuffer out;
  render::RenderSettings settings{.out = out, .names = names, .facts = {}, .columns = {}};

 private:
  Rendering(const render::Format* format, std::span<const std::string_view> column_names) : format_(format) {
    for (const std::string_view name : column_names) settings.columns.push_back(find_column(name));
    settings.facts.version = "0.0.0";
    settings.facts.time = "2026-01-02T03:04:05.678Z";
  }

  const render::Format* format_;
  std::unique_ptr<render::ListWriter> list_;
};

}  // namespace tcpstat::test
