#include "render/formats.h"

#include <doctest/doctest.h>

#include <ostream>
#include <utility>

#include "render/transition_writer.h"
#include "render/validation_writer.h"
#include "support/render.h"

namespace tcpstat::render {
namespace {

TEST_CASE("formats are found by name") {
  CHECK(formats().size() == 6);
  for (const Format& format : formats()) CHECK(find_format(format.name) == &format);
  CHECK(find_format("yaml") == nullptr);
  CHECK(find_format("") == nullptr);
  for (const std::string_view with_columns : {"table", "plain", "csv"}) CHECK(find_format(with_columns)->has_columns);
  for (const std::string_view without : {"json", "ndjson", "prometheus"})
    CHECK_FALSE(find_format(without)->has_columns);
}

TEST_CASE("an id is the format of that name") {
#define FORMAT(word) CHECK(format(FormatId::word).name == #word);
#include "render/formats.def"
#undef FORMAT
}

TEST_CASE("sentences name the formats that write a document") {
  CHECK(writers_of(Document::list) == "table, plain, csv, json or ndjson");
  CHECK(writers_of(Document::samples) == "table or ndjson");
  CHECK(writers_of(Document::summary) == "table, plain, csv, json, ndjson or prometheus");
  CHECK(writers_of(Document::transitions) == "table, plain, csv, json or ndjson");
  CHECK(writers_of(Document::lives) == "table, plain, csv, json or ndjson");
  CHECK(writers_of(Document::check) == "table (lines for monitoring systems), json or prometheus");
  CHECK(writers_of(Document::audit) == "table (lines for monitoring systems) or json");
  CHECK(writers_of(Document::validation) == "table, json or ndjson");
  CHECK(writers_of(Document::explanation) == "table or json");
  CHECK(writers_of(Document::words) == "table, plain, csv, json or ndjson");
  CHECK(writers_of(Document::check, {}).empty());
}

TEST_CASE("a failed write stops the rows") {
  for (const Format& format : formats()) {
    if (format.list == nullptr) continue;
    if (format.name == "table") continue;  // see formats/table_test.cpp: its first rows wait for their widths
    CAPTURE(format.name);
    TextBuffer broken(1'000'000);
    broken.append("x");
    broken.flush();
    test::TableNames names;
    const auto renderer =
        format.list({.out = broken, .names = names, .facts = {}, .columns = {&column(ColumnId::STATE)}});
    CHECK(renderer->connection(test::connection(State::established, {}, {})) == Flow::stop);
    CHECK(renderer->listener(test::listener({})) == Flow::stop);
  }
}

TEST_CASE("every document of every format is written to its page, and to no other") {
  test::TableNames names;
  for (const Format& format : formats()) {
    CAPTURE(format.name);
    TextBuffer out;
    const RenderSettings settings{.out = out, .names = names, .facts = {}, .columns = {&column(ColumnId::STATE)}};
    const Page page{.out = out};
    const auto written = [&](const auto& write) {
      out.clear();
      write();
      return !out.view().empty() && out.view().back() == '\n';
    };
    if (format.list != nullptr) CHECK(written([&] { format.list(settings)->finish({}); }));
    CHECK(written([&] { format.summary(settings, {}, {}); }));
    if (format.check != nullptr) CHECK(written([&] { format.check(page, {}); }));
    if (format.audit != nullptr) CHECK(written([&] { format.audit(page, {}); }));
    if (format.unknown != nullptr) CHECK(written([&] { format.unknown(page, "why"); }));
    if (format.transitions != nullptr) CHECK(written([&] { format.transitions(settings)->finish({}, {}); }));
    if (format.lives != nullptr) CHECK(written([&] { format.lives(settings)->finish({}, {}); }));
    if (format.validation != nullptr) CHECK(written([&] { format.validation(page, {})->finish({}); }));
    if (format.explanation != nullptr) CHECK(written([&] { format.explanation(page, {"text\n", "{}\n"}); }));
    if (format.words != nullptr) CHECK(written([&] { format.words(page, {{"name"}, {{"word"}}}); }));
  }
}

TEST_CASE("an explanation is text for people, in characters of the locale, or JSON") {
  const Explanation explanation{"RFC 9293 §3.6\n", "{}\n"};
  TextBuffer out;
  format(FormatId::table).explanation({.out = out}, explanation);
  format(FormatId::table).explanation({.out = out, .charset = Charset::ascii}, explanation);
  format(FormatId::json).explanation({.out = out}, explanation);
  CHECK(out.view() == "RFC 9293 §3.6\nRFC 9293 3.6\n{}\n");
}

}  // namespace
}  // namespace tcpstat::render
