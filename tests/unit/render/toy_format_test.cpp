// A format that is not shipped: what formats/markdown.cpp would be, written against the same headers as the others.
// With the line FORMAT(markdown) in formats.def it would be one of them.

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "render/cell_text.h"
#include "render/escape.h"
#include "render/formats.h"
#include "support/render.h"

namespace tcpstat::render {
namespace {

/// Tables as Markdown has them.
class MarkdownTable {
 public:
  explicit MarkdownTable(TextBuffer& out) : out_(out) {}

  [[nodiscard]] TextBuffer& cell() { return cell_; }
  void end_cell() {
    out_.append("| ");
    out_.append(cell_.view());
    out_.append(' ');
    cell_.clear();
  }
  void end_row() { out_.append("|\n"); }

  template <typename Names>
  void header(const Names& names) {
    for (const auto& name : names) {
      cell_.append(name);
      end_cell();
    }
    end_row();
    for (std::size_t i = 0; i < names.size(); ++i) out_.append("|---");
    end_row();
  }

 private:
  TextBuffer& out_;
  TextBuffer cell_;
};

class MarkdownList final : public ListWriter {
 public:
  explicit MarkdownList(RenderSettings settings) : settings_(std::move(settings)), table_(settings_.out) {
    std::vector<std::string_view> names;
    for (const Column* column : settings_.columns) names.push_back(column->name);
    if (settings_.header) table_.header(names);
  }

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }
  void finish(const Report& report) override {
    settings_.out.append("\nFrom ");
    append_escaped(settings_.out, report.source);
    settings_.out.append(report.coverage.complete ? ".\n" : ", and not complete.\n");
  }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    for (const Column* column : settings_.columns) {
      append_cell(table_.cell(), cell_of(*column, row, settings_.names), {});
      table_.end_cell();
    }
    table_.end_row();
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  RenderSettings settings_;
  MarkdownTable table_;
};

std::unique_ptr<ListWriter> list(RenderSettings settings) {
  return std::make_unique<MarkdownList>(std::move(settings));
}

void summary(const RenderSettings& settings, const Report& report, const Summary& counts) {
  MarkdownTable table(settings.out);
  std::vector<std::string> names = counts.keys;
  names.emplace_back("count");
  table.header(names);
  for (const Group& group : counts.groups) {
    for (const GroupValue& value : group.values) {
      if (const auto* number = std::get_if<std::uint64_t>(&value)) table.cell().number(*number);
      if (const auto* text = std::get_if<std::string>(&value)) append_escaped(table.cell(), *text);
      table.end_cell();
    }
    if (group.count) table.cell().number(*group.count);
    table.end_cell();
    table.end_row();
  }
  settings.out.append("\nOf ");
  settings.out.number(report.tally.total());
  settings.out.append(" in all.\n");
}

Format markdown_format() {
  return {.name = "markdown",
          .meaning = "tables for wikis and tickets",
          .has_columns = true,
          .list = list,
          .summary = summary};
}

/// The formats as they would be with it.
std::vector<Format> with_markdown() {
  std::vector<Format> all(formats().begin(), formats().end());
  all.push_back(markdown_format());
  return all;
}

TEST_CASE("a new format writes a list through the same interface") {
  const Format markdown = markdown_format();
  test::Rendering rendering(markdown, {"STATE", "LOCAL", "RECV_QUEUE"});
  rendering.row(test::connection(State::close_wait, test::endpoint("192.0.2.1", 443), {}));
  rendering.row(test::listener(test::endpoint("::", 22)));
  Report report;
  report.source = "netlink";
  report.coverage.complete = false;
  CHECK(rendering.finish(report) ==
        "| STATE | LOCAL | RECV_QUEUE |\n"
        "|---|---|---|\n"
        "| " +
            std::string(name(State::close_wait)) +
            " | 192.0.2.1:443 | 0 |\n"
            "| " +
            std::string(name(State::listen)) +
            " | [::]:22 | - |\n"
            "\nFrom netlink, and not complete.\n");
}

TEST_CASE("a new format writes a summary through the same interface") {
  const Format markdown = markdown_format();
  test::Rendering rendering(markdown);
  Report report;
  for (int i = 0; i < 15; ++i) report.tally.add(State::established, Family::ipv4);
  Summary counts;
  counts.keys = {"user", "local_port"};
  counts.groups = {{{std::string("a\n"), std::uint64_t{443}}, 12}, {{{}, std::uint64_t{22}}, 3}};
  CHECK(rendering.summary(report, counts) ==
        "| user | local_port | count |\n"
        "|---|---|---|\n"
        "| a\\x0a | 443 | 12 |\n"
        "|  | 22 | 3 |\n"
        "\nOf 15 in all.\n");
}

TEST_CASE("what a new format does not write follows from its table, and so do the sentences") {
  const Format markdown = markdown_format();
  for (const Document document : {Document::list, Document::summary}) CHECK(writes(markdown, document));
  for (const Document document : {Document::samples, Document::transitions, Document::check, Document::audit,
                                  Document::validation, Document::explanation, Document::words}) {
    CHECK_FALSE(writes(markdown, document));
    CHECK(writers_of(document, with_markdown()) == writers_of(document));
  }
  CHECK(writers_of(Document::list, with_markdown()) == "table, plain, csv, markdown, json or ndjson");
  CHECK(writers_of(Document::summary, with_markdown()) == "table, plain, csv, markdown, json, ndjson or prometheus");
}

}  // namespace
}  // namespace tcpstat::render
