// One JSON document: what is known at the start, the rows one a line, then what only the end knows.

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "render/envelope.h"
#include "render/formats.h"
#include "render/json_row.h"

namespace tcpstat::render {
namespace {

class JsonList final : public ListWriter {
 public:
  explicit JsonList(RenderSettings settings)
      : settings_(std::move(settings)),
        style_{settings_.processes, settings_.tcp_info},
        netns_(settings_.facts.netns ? std::to_string(*settings_.facts.netns) : "null") {}

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }

  void finish(const Report& report) override {
    begin_once();
    settings_.out.append(rows_ > 0 ? "\n],\n" : "],\n");
    nlohmann::ordered_json end;
    add_end(end, report);
    // The document was opened by hand, so only the members of this object go into it.
    settings_.out.append(std::string_view(json_text(end)).substr(1));
    settings_.out.append('\n');
  }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    begin_once();
    settings_.out.append(rows_++ > 0 ? ",\n{" : "\n{");
    append_json_members(settings_.out, row, settings_.names, netns_, style_);
    settings_.out.append('}');
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  void begin_once() {
    if (begun_) return;
    begun_ = true;
    nlohmann::ordered_json start;
    add_start(start, settings_.facts);
    std::string text = json_text(start);
    text.back() = ',';  // the object stays open
    settings_.out.append(text);
    settings_.out.append("\n\"connections\":[");
  }

  RenderSettings settings_;
  JsonRowStyle style_;
  std::string netns_;
  std::uint64_t rows_ = 0;
  bool begun_ = false;
};

std::unique_ptr<ListWriter> list(RenderSettings settings) { return std::make_unique<JsonList>(std::move(settings)); }

void summary(const RenderSettings& settings, const Report& report, const Summary& counts) {
  nlohmann::ordered_json document;
  add_start(document, report.facts);
  add_end(document, report);
  add_summary(document, counts);
  settings.out.append(json_text(document));
  settings.out.append('\n');
}

}  // namespace

Format json_format() {
  return {.name = "json", .meaning = "one JSON document", .has_envelope = true, .list = list, .summary = summary};
}

}  // namespace tcpstat::render
