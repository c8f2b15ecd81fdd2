#include "render/delimited.h"

#include <string>

#include "render/cell_text.h"
#include "render/escape.h"

namespace tcpstat::render {
namespace {

class DelimitedRenderer final : public Renderer {
 public:
  DelimitedRenderer(RenderSettings settings, DelimitedStyle style)
      : settings_(std::move(settings)), style_(style), cell_style_{.unknown = style.unknown} {}

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }

  void finish(const Report&) override { write_header_once(); }

  void summary(const Report&, const Summary& summary) override {
    if (settings_.header) {
      for (const std::string& key : summary.keys) {
        cell_.append(key);
        end_header_field();
        settings_.out.append(style_.separator);
      }
      cell_.append("count");
      end_header_field();
      settings_.out.append('\n');
    }
    for (const Group& group : summary.groups) {
      for (const GroupValue& value : group.values) {
        if (const auto* number = std::get_if<std::uint64_t>(&value)) {
          cell_.number(*number);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
          append_escaped(cell_, *text);
        } else {
          cell_.append(style_.unknown);
        }
        end_field();
        settings_.out.append(style_.separator);
      }
      if (group.count) {
        cell_.number(*group.count);
      } else {
        cell_.append(style_.unknown);
      }
      end_field();
      settings_.out.append('\n');
    }
  }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    write_header_once();
    bool first = true;
    for (const Column* column : settings_.columns) {
      if (!first) settings_.out.append(style_.separator);
      first = false;
      const Cell cell = cell_of(*column, row, settings_.names);
      // Only text of others and lists can hold a comma or a quote.
      if (cell.kind == Cell::Kind::foreign || cell.kind == Cell::Kind::processes || cell.kind == Cell::Kind::pids ||
          cell.kind == Cell::Kind::flags) {
        append_cell(cell_, cell, cell_style_);
        end_field();
      } else {
        append_cell(settings_.out, cell, cell_style_);
      }
    }
    settings_.out.append('\n');
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  void write_header_once() {
    if (!settings_.header) return;
    settings_.header = false;
    bool first = true;
    for (const Column* column : settings_.columns) {
      if (!first) settings_.out.append(style_.separator);
      first = false;
      cell_.append(column->name);
      end_header_field();
    }
    settings_.out.append('\n');
  }

  void end_header_field() {
    std::string name(cell_.view());
    for (char& c : name) {
      if (style_.lower_case_header && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (!style_.lower_case_header && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    settings_.out.append(name);
    cell_.clear();
  }

  /// What was put into `cell_` is one field.
  void end_field() {
    const std::string_view text = cell_.view();
    if (!style_.quote || text.find_first_of(",\"") == std::string_view::npos) {
      settings_.out.append(text);
    } else {
      settings_.out.append('"');
      for (const char c : text) {
        if (c == '"') settings_.out.append('"');
        settings_.out.append(c);
      }
      settings_.out.append('"');
    }
    cell_.clear();
  }

  RenderSettings settings_;
  DelimitedStyle style_;
  CellStyle cell_style_;
  TextBuffer cell_;
};

}  // namespace

std::unique_ptr<Renderer> make_delimited_renderer(RenderSettings settings, DelimitedStyle style) {
  return std::make_unique<DelimitedRenderer>(std::move(settings), style);
}

}  // namespace tcpstat::render
