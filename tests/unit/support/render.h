#pragma once
// A renderer with all that it needs, and what it wrote.

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "render/renderer.h"
#include "support/rows.h"

namespace tcpstat::test {

class Rendering {
 public:
  explicit Rendering(std::string_view format, std::span<const std::string_view> column_names = {}) : format_(format) {
    for (const std::string_view name : column_names) settings.columns.push_back(find_column(name));
    settings.facts.version = "0.0.0";
    settings.facts.time = "2026-01-02T03:04:05.678Z";
  }
  Rendering(std::string_view format, std::initializer_list<std::string_view> column_names)
      : Rendering(format, std::span(column_names.begin(), column_names.size())) {}

  render::Renderer& renderer() {
    if (!renderer_) renderer_ = render::find_format(format_)->make(settings);
    return *renderer_;
  }
  void row(const Connection& row) { renderer().connection(row); }
  void row(const Listener& row) { renderer().listener(row); }
  /// Everything that was written, after the end.
  std::string finish(const Report& report = {}) {
    renderer().finish(report);
    return text();
  }
  [[nodiscard]] std::string text() const { return std::string(out.view()); }

  TableNames names;
  TextBuffer out;
  render::RenderSettings settings{.out = out, .names = names, .facts = {}, .columns = {}};

 private:
  std::string format_;
  std::unique_ptr<render::Renderer> renderer_;
};

}  // namespace tcpstat::test
