#include "render/delimited.h"

#include <string>

#include "base/ascii.h"
#include "render/cell_text.h"
#include "render/escape.h"

namespace tcpstat::render {
namespace {

/// One field after the other, each put into cell() and ended.
class Fields {
 public:
  Fields(TextBuffer& out, DelimitedStyle style) : out_(out), style_(style) {}

  [[nodiscard]] TextBuffer& cell() { return cell_; }

  void header(std::string_view name) {
    separate();
    out_.append(style_.lower_case_header ? ascii_lower(name) : ascii_upper(name));
  }

  /// For what holds neither comma nor quote, and needs no end_field().
  TextBuffer& bare() {
    separate();
    return out_;
  }

  void end_field() {
    separate();
    const std::string_view text = cell_.view();
    if (!style_.quote || text.find_first_of(",\"") == std::string_view::npos) {
      out_.append(text);
    } else {
      out_.append('"');
      for (const char c : text) {
        if (c == '"') out_.append('"');
        out_.append(c);
      }
      out_.append('"');
    }
    cell_.clear();
  }

  void end_line() {
    out_.append('\n');
    first_ = true;
  }

 private:
  void separate() {
    if (!first_) out_.append(style_.separator);
    first_ = false;
  }

  TextBuffer& out_;
  DelimitedStyle style_;
  TextBuffer cell_;
  bool first_ = true;
};

class DelimitedList final : public ListWriter {
 public:
  DelimitedList(RenderSettings settings, DelimitedStyle style)
      : settings_(std::move(settings)), fields_(settings_.out, style), cell_style_{.unknown = style.unknown} {}

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }

  void finish(const Report&) override { write_header_once(); }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    write_header_once();
    for (const Column* column : settings_.columns) {
      const Cell cell = cell_of(*column, row, settings_.names);
      // Only text of others and lists can hold a comma or a quote.
      if (cell.kind == Cell::Kind::foreign || cell.kind == Cell::Kind::processes || cell.kind == Cell::Kind::pids ||
          cell.kind == Cell::Kind::flags) {
        append_cell(fields_.cell(), cell, cell_style_);
        fields_.end_field();
      } else {
        append_cell(fields_.bare(), cell, cell_style_);
      }
    }
    fields_.end_line();
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  void write_header_once() {
    if (!settings_.header) return;
    settings_.header = false;
    for (const Column* column : settings_.columns) fields_.header(column->name);
    fields_.end_line();
  }

  RenderSettings settings_;
  Fields fields_;
  CellStyle cell_style_;
};

}  // namespace

std::unique_ptr<ListWriter> make_delimited_list(RenderSettings settings, DelimitedStyle style) {
  return std::make_unique<DelimitedList>(std::move(settings), style);
}

void write_delimited_summary(const RenderSettings& settings, const Summary& summary, DelimitedStyle style) {
  Fields fields(settings.out, style);
  if (settings.header) {
    for (const std::string& key : summary.keys) fields.header(key);
    fields.header("count");
    fields.end_line();
  }
  for (const Group& group : summary.groups) {
    for (const GroupValue& value : group.values) {
      if (const auto* number = std::get_if<std::uint64_t>(&value)) {
        fields.cell().number(*number);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        append_escaped(fields.cell(), *text);
      } else {
        fields.cell().append(style.unknown);
      }
      fields.end_field();
    }
    if (group.count) {
      fields.cell().number(*group.count);
    } else {
      fields.cell().append(style.unknown);
    }
    fields.end_field();
    fields.end_line();
  }
}

void write_words(const Page& page, const WordList& words) {
  for (const auto& row : words.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) page.out.append('\t');
      append_escaped(page.out, row[i]);
    }
    page.out.append('\n');
  }
}

}  // namespace tcpstat::render
