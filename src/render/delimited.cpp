#include "render/delimited.h"

#include <string>

#include "base/ascii.h"
#include "render/cell_text.h"
#include "render/escape.h"

namespace tcpstat::render {
namespace {

/// One field after the other; what stands between them is the caller's.
class Fields {
 public:
  Fields(TextBuffer& out, DelimitedStyle style) : out_(out), style_(style) {}

  [[nodiscard]] TextBuffer& cell() { return cell_; }

  void header(std::string_view name) { out_.append(style_.lower_case_header ? ascii_lower(name) : ascii_upper(name)); }

  /// Ends a field, which is what was put into cell().
  void end_field() {
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

 private:
  TextBuffer& out_;
  DelimitedStyle style_;
  TextBuffer cell_;
};

/// Only text of others and lists can contain a comma or a quote. An end has such text where the socket is bound to a
/// device.
bool may_need_quotes(ColumnKind kind, const Socket& row) {
  return kind == ColumnKind::foreign || kind == ColumnKind::user || kind == ColumnKind::netns ||
         kind == ColumnKind::processes || kind == ColumnKind::pids || kind == ColumnKind::flags ||
         (kind == ColumnKind::endpoint && row.interface != 0);
}

class DelimitedList final : public ListWriter {
 public:
  DelimitedList(RenderSettings settings, DelimitedStyle style)
      : settings_(std::move(settings)),
        separator_(style.separator),
        fields_(settings_.out, style),
        cell_style_{.unknown = style.unknown, .charset = settings_.charset},
        cells_(cell_writers(settings_.columns)) {
    settings_.out.end_unit();
  }

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }

  void finish(const Report&) override {
    settings_.out.end_units();
    write_header_once();
  }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    write_header_once();
    bool first = true;
    for (const CellWriter& cell : cells_) {
      if (!first) settings_.out.append(separator_);
      first = false;
      if (may_need_quotes(cell.column().kind, row)) {
        cell.append(fields_.cell(), row, settings_.names, cell_style_);
        fields_.end_field();
      } else {
        cell.append(settings_.out, row, settings_.names, cell_style_);
      }
    }
    settings_.out.append('\n');
    settings_.out.end_unit();
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  void write_header_once() {
    if (!settings_.header) return;
    settings_.header = false;
    bool first = true;
    for (const Column* column : settings_.columns) {
      if (!first) settings_.out.append(separator_);
      first = false;
      fields_.header(column->name);
    }
    settings_.out.append('\n');
  }

  RenderSettings settings_;
  char separator_;
  Fields fields_;
  CellStyle cell_style_;
  std::vector<CellWriter> cells_;
};

}  // namespace

std::unique_ptr<ListWriter> make_delimited_list(RenderSettings settings, DelimitedStyle style) {
  return std::make_unique<DelimitedList>(std::move(settings), style);
}

void write_delimited_summary(const RenderSettings& settings, const Summary& summary, DelimitedStyle style) {
  Fields fields(settings.out, style);
  if (settings.header) {
    for (const std::string& key : summary.keys) {
      fields.header(key);
      settings.out.append(style.separator);
    }
    fields.header("count");
    settings.out.append('\n');
  }
  for (const Group& group : summary.groups) {
    for (const GroupValue& value : group.values) {
      if (const auto* number = std::get_if<std::uint64_t>(&value)) {
        fields.cell().number(*number);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        append_escaped(fields.cell(), *text, settings.charset);
      } else {
        fields.cell().append(style.unknown);
      }
      fields.end_field();
      settings.out.append(style.separator);
    }
    if (group.count) {
      fields.cell().number(*group.count);
    } else {
      fields.cell().append(style.unknown);
    }
    fields.end_field();
    settings.out.append('\n');
  }
}

void write_delimited_words(const Page& page, const WordList& words, DelimitedStyle style) {
  Fields fields(page.out, style);
  if (style.separator != '\t') {
    for (std::size_t i = 0; i < words.keys.size(); ++i) {
      if (i > 0) page.out.append(style.separator);
      fields.header(words.keys[i]);
    }
    page.out.append('\n');
  }
  for (const auto& row : words.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) page.out.append(style.separator);
      append_escaped(fields.cell(), row[i], page.foreign);
      fields.end_field();
    }
    page.out.append('\n');
  }
}

void write_words(const Page& page, const WordList& words) {
  write_delimited_words(page, words, {.separator = '\t', .unknown = "", .lower_case_header = true, .quote = false});
}

}  // namespace tcpstat::render
