// One JSON document: what is known at the start, each row on a line, then what is known only at the end.

#include "render/formats.h"
#include "render/history_writers.h"
#include "render/json_documents.h"
#include "render/json_in_need.h"
#include "render/json_row.h"
#include "render/transition_writer.h"
#include "render/validation_writer.h"

namespace tcpstat::render::json {
namespace {

class JsonList final : public ListWriter {
 public:
  explicit JsonList(RenderSettings settings)
      : settings_(std::move(settings)),
        style_{settings_.processes, settings_.tcp_info, settings_.facts.netns.value_or(0), settings_.protocol},
        netns_(settings_.facts.netns ? std::to_string(*settings_.facts.netns) : "null") {
    settings_.out.end_unit();
  }

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }

  void finish(const Report& report) override {
    begin_once();
    const std::string end = document_end(report);
    settings_.out.end_units();
    settings_.out.append(rows_ > 0 ? "\n],\n" : "],\n");
    settings_.out.append(end);
    settings_.out.append('\n');
  }

  void finish_in_need() noexcept override {
    settings_.out.end_units();
    if (!begun_) {
      settings_.out.append(document_in_need(Needed::list, settings_.facts.version, kOutOfMemory).view());
      return;
    }
    settings_.out.append(rows_ > 0 ? "\n],\n" : "],\n");
    settings_.out.append(end_in_need(kOutOfMemory).view());
    settings_.out.append('\n');
  }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    begin_once();
    settings_.out.append(rows_++ > 0 ? ",\n{" : "\n{");
    append_json_members(settings_.out, row, settings_.names, netns_, style_);
    settings_.out.append('}');
    settings_.out.end_unit();
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  void begin_once() {
    if (begun_) return;
    settings_.out.append(document_start(settings_.facts));
    settings_.out.append(",\n\"connections\":[");
    settings_.out.end_unit();
    begun_ = true;
  }

  RenderSettings settings_;
  JsonRowStyle style_;
  std::string netns_;
  std::uint64_t rows_ = 0;
  bool begun_ = false;
};

std::unique_ptr<ListWriter> list(RenderSettings settings) { return std::make_unique<JsonList>(std::move(settings)); }

void summary(const RenderSettings& settings, const Report& report, const Summary& counts) {
  settings.out.append(summary_document(report, counts, settings.names));
}

void check(const Page& page, const CheckReport& report) { page.out.append(check_document(report)); }
void audit(const Page& page, const AuditReport& report) { page.out.append(audit_document(report)); }
void explanation(const Page& page, const Explanation& about) { page.out.append(about.json); }
void words(const Page& page, const WordList& list) { page.out.append(words_document(list)); }

}  // namespace

Format format() {
  return {.name = "json",
          .meaning = "one JSON document",
          .has_envelope = true,
          .list = list,
          .summary = summary,
          .transitions = make_transition_document,
          .lives = make_transition_document,
          .validation = make_validation_json,
          .check = check,
          .audit = audit,
          .explanation = explanation,
          .words = words,
          .history = write_history_json};
}

}  // namespace tcpstat::render::json
