// One JSON object a line: each row, then one summary line that carries the envelope.

#include "render/formats.h"
#include "render/history_writers.h"
#include "render/json_documents.h"
#include "render/json_in_need.h"
#include "render/json_row.h"
#include "render/transition_writer.h"
#include "render/validation_writer.h"

namespace tcpstat::render::ndjson {
namespace {

class NdjsonList final : public ListWriter {
 public:
  explicit NdjsonList(RenderSettings settings)
      : settings_(std::move(settings)),
        style_{settings_.processes, settings_.tcp_info, settings_.facts.netns.value_or(0), settings_.protocol},
        netns_(settings_.facts.netns ? std::to_string(*settings_.facts.netns) : "null") {
    const RunFacts& facts = settings_.facts;
    line_start_ = ndjson_line_start("connection", facts.time, facts.host, settings_.snapshot) + ",";
    settings_.out.end_unit();
  }

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }

  void finish(const Report& report) override {
    const std::string line = summary_line(report, settings_.snapshot);
    settings_.out.end_units();
    settings_.out.append(line);
  }

  void finish_in_need() noexcept override {
    settings_.out.end_units();
    settings_.out.append(document_in_need(Needed::summary_line, settings_.facts.version, kOutOfMemory).view());
  }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    settings_.out.append(line_start_);
    append_json_members(settings_.out, row, settings_.names, netns_, style_);
    settings_.out.append("}\n");
    settings_.out.end_unit();
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  RenderSettings settings_;
  JsonRowStyle style_;
  std::string netns_;
  std::string line_start_;
};

std::unique_ptr<ListWriter> list(RenderSettings settings) { return std::make_unique<NdjsonList>(std::move(settings)); }

void summary(const RenderSettings& settings, const Report& report, const Summary& counts) {
  settings.out.append(summary_line(report, settings.snapshot, counts, settings.names));
}

void words(const Page& page, const WordList& list) { page.out.append(words_lines(list)); }

}  // namespace

Format format() {
  return {.name = "ndjson",
          .meaning = "one JSON object a line",
          .has_envelope = true,
          .tells_samples_apart = true,
          .list = list,
          .summary = summary,
          .transitions = make_transition_ndjson,
          .lives = make_transition_ndjson,
          .validation = make_validation_ndjson,
          .words = words,
          .history = write_history_lines};
}

}  // namespace tcpstat::render::ndjson
