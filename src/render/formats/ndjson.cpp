// One JSON object a line: each row, then one summary line that carries the envelope.

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "render/envelope.h"
#include "render/formats.h"
#include "render/json_row.h"

namespace tcpstat::render {
namespace {

class NdjsonRenderer final : public Renderer {
 public:
  explicit NdjsonRenderer(RenderSettings settings)
      : settings_(std::move(settings)),
        style_{settings_.processes, settings_.tcp_info},
        netns_(settings_.facts.netns ? std::to_string(*settings_.facts.netns) : "null") {
    const RunFacts& facts = settings_.facts;
    line_start_ = ndjson_line_start("connection", facts.time, facts.host, settings_.snapshot) + ",";
  }

  Flow connection(const Connection& row) override { return write(row); }
  Flow listener(const Listener& row) override { return write(row); }

  void finish(const Report& report) override { write_summary(report, nullptr); }
  void summary(const Report& report, const Summary& summary) override { write_summary(report, &summary); }

 private:
  template <typename Row>
  Flow write(const Row& row) {
    settings_.out.append(line_start_);
    append_json_members(settings_.out, row, settings_.names, netns_, style_);
    settings_.out.append("}\n");
    return settings_.out.error() != 0 ? Flow::stop : Flow::more;
  }

  void write_summary(const Report& report, const Summary* summary) {
    nlohmann::ordered_json line;
    line["type"] = "summary";
    line["snapshot"] = settings_.snapshot;
    add_start(line, report.facts);
    add_end(line, report);
    line["states"] = nlohmann::ordered_json::array();
    for (const StateInfo& state : states()) {
      if (report.counted().has(state.state)) line["states"].push_back(state.name);
    }
    line["filtered"] = report.filtered;
    if (summary != nullptr) add_summary(line, *summary);
    settings_.out.append(json_text(line));
    settings_.out.append('\n');
  }

  RenderSettings settings_;
  JsonRowStyle style_;
  std::string netns_;
  std::string line_start_;
};

}  // namespace

std::unique_ptr<Renderer> make_ndjson_renderer(RenderSettings settings) {
  return std::make_unique<NdjsonRenderer>(std::move(settings));
}

}  // namespace tcpstat::render
