// Transitions as JSON objects: one a line and at the end a summary line, or as the events of one document. Both have
// the envelope of the last sample.

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "model/netns.h"
#include "render/device_names.h"
#include "render/escape.h"
#include "render/json_documents.h"
#include "render/json_in_need.h"
#include "render/json_row.h"
#include "render/life_json.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

/// What both have in common. A derived class writes what stands between the objects and around them.
class TransitionObjects : public TransitionWriter {
 public:
  explicit TransitionObjects(RenderSettings settings)
      : settings_(std::move(settings)), devices_(settings_.names, settings_.facts.netns) {
    settings_.out.end_unit();
  }

  void sample(const SampleTime& time) override {
    life_start_.clear();
    line_start_ = ndjson_line_start("transition", time.utc, settings_.facts.host, time.snapshot);
    snapshot_ = time.snapshot;
    time_ = time.utc;
  }

  void transition(const Transition& of, const Judgement& judgement) override {
    TextBuffer& out = settings_.out;
    ++written_;
    begin_object();
    out.append(line_start_);
    out.append(R"(,"family":)");
    word_or_null(of.local ? name(of.local->address.family) : std::string_view());
    out.append(R"(,"protocol":)");
    out.number(std::uint64_t{protocol_number(of.protocol)});
    endpoint("local", of.local);
    endpoint("remote", of.remote);
    out.append(R"(,"cookie":)");
    if (of.cookie) {
      word(std::to_string(*of.cookie));
    } else {
      out.append("null");
    }
    out.append(R"(,"interface":)");
    const std::string_view device = devices_.name(of.netns, of.interface);
    device.empty() ? out.append("null") : append_json_string(out, device);
    out.append(R"(,"netns":)");
    number_or_null(netns_inode(of.netns));
    out.append(R"(,"socket":)");
    word_or_null(of.socket);
    out.append(R"(,"time_us":)");
    const bool timed = of.observed == Observed::exact && of.time;
    number_or_null(timed ? std::optional(of.time->count()) : std::nullopt);
    out.append(R"(,"mode":)");
    word(of.observed == Observed::exact ? "exact" : "sampled");
    out.append(R"(,"from":)");
    word(name(of.from));
    out.append(R"(,"to":)");
    word(name(of.to));
    out.append(R"(,"path":[)");
    passed(judgement.path);
    out.append(R"(],"paths":[)");
    for (const UnseenPath& way : judgement.paths) {
      out.append(&way == judgement.paths.data() ? "[" : ",[");
      passed(way.states());
      out.append(']');
    }
    out.append(R"(],"dwell_ms":)");
    number_or_null(dwell_ms(of));
    out.append(R"(,"peer_reset":)");
    truth_or_null(of.peer_reset);
    out.append(R"(,"object":)");
    word(name(of.body));
    out.append(R"(,"cause":)");
    word_or_null(of.minisocket_end ? name(*of.minisocket_end) : std::string_view());
    out.append(R"(,"tries":)");
    number_or_null(of.tries);
    out.append(R"(,"actor":)");
    if (of.actor_pid) {
      out.append(R"({"pid":)");
      out.number(*of.actor_pid);
      out.append(R"(,"comm":)");
      append_json_string(out, of.actor_name);
      out.append("}");
    } else {
      out.append("null");
    }
    out.append(R"(,"reset_sent":)");
    truth_or_null(of.reset_sent);
    out.append(R"(,"reset_reason":)");
    word_or_null(of.reset_reason ? name(*of.reset_reason) : std::string_view());
    out.append(R"(,"verdict":)");
    word(name(judgement.verdict));
    out.append(R"(,"reason":)");
    append_json_string(out, judgement.reason);
    out.append(R"(,"reference":)");
    append_json_string(out, judgement.reference);
    out.append('}');
    end_object();
  }

  void life(const ConnectionLife& of) override {
    TextBuffer& out = settings_.out;
    // Most runs write no lives.
    if (life_start_.empty()) life_start_ = ndjson_line_start("life", time_, settings_.facts.host, snapshot_);
    const std::string text = json_text(life_json(of, devices_));
    begin_object();
    out.append(life_start_);
    out.append(',');
    out.append(std::string_view(text).substr(1));
    end_object();
  }

  void lost(std::uint64_t count) override {
    nlohmann::ordered_json line;
    line["type"] = "lost";
    line["time"] = time_;
    line["host"] = settings_.facts.host ? nlohmann::ordered_json(*settings_.facts.host) : nullptr;
    line["snapshot"] = snapshot_;
    line["count"] = count;
    begin_object();
    settings_.out.append(json_text(line));
    end_object();
  }

  void sample_end() override {}

 protected:
  virtual void begin_object() {}
  virtual void end_object() {}
  [[nodiscard]] const RunFacts& facts() const { return settings_.facts; }
  [[nodiscard]] const DeviceNames& devices() const { return devices_; }
  [[nodiscard]] TextBuffer& out() { return settings_.out; }
  [[nodiscard]] std::uint64_t snapshot() const { return snapshot_; }
  /// How many transitions were written: fewer than were counted if some were left out, or if lives were written
  /// instead.
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  void word(std::string_view text) {
    settings_.out.append('"');
    settings_.out.append(text);
    settings_.out.append('"');
  }
  void passed(std::span<const Seen> states) {
    for (const Seen& seen : states) {
      if (&seen != states.data()) settings_.out.append(',');
      word(name(seen));
    }
  }
  void word_or_null(std::string_view text) {
    if (text.empty()) {
      settings_.out.append("null");
    } else {
      word(text);
    }
  }

  template <typename Number>
  void number_or_null(std::optional<Number> of) {
    of ? settings_.out.number(*of) : settings_.out.append("null");
  }
  void truth_or_null(std::optional<bool> of) { settings_.out.append(!of ? "null" : *of ? "true" : "false"); }

  void endpoint(std::string_view side, const std::optional<Endpoint>& of) {
    TextBuffer& out = settings_.out;
    out.append(",\"");
    out.append(side);
    out.append("_address\":");
    if (of) {
      word(to_string(of->address));
    } else {
      out.append("null");
    }
    out.append(",\"");
    out.append(side);
    out.append("_port\":");
    number_or_null(of ? std::optional(of->port) : std::nullopt);
  }

  RenderSettings settings_;
  DeviceNames devices_;
  std::string line_start_;
  std::string life_start_;
  std::string time_;
  std::uint64_t snapshot_ = 1;
  std::uint64_t written_ = 0;
};

nlohmann::ordered_json what_was_counted(const TransitionCounts& counts, std::uint64_t written,
                                        const DeviceNames& devices) {
  nlohmann::ordered_json to;
  to["samples"] = counts.samples > 0 ? nlohmann::ordered_json(counts.samples) : nullptr;
  to["lost_records"] = counts.lost_records ? nlohmann::ordered_json(*counts.lost_records) : nullptr;
  auto& transitions = to["transitions"];
  transitions["total"] = counts.verdicts.total();
  transitions["written"] = written;
  for (const TransitionVerdict verdict : kObservedVerdicts) {
    transitions["by_verdict"][std::string(name(verdict))] = counts.verdicts.count(verdict);
  }
  if (counts.trace) add_trace_summary(to, *counts.trace, devices);
  return to;
}

class TransitionLines final : public TransitionObjects {
 public:
  using TransitionObjects::TransitionObjects;

  void finish(const Report& last, const TransitionCounts& counts) override {
    const std::string line = summary_line(last, snapshot(), what_was_counted(counts, written(), devices()));
    out().end_units();
    out().append(line);
    finished_ = true;
  }

  void finish_in_need() noexcept override {
    if (finished_) return;
    out().end_units();
    out().append(document_in_need(Needed::summary_line, facts().version, kOutOfMemory).view());
  }

 private:
  void end_object() override {
    out().append('\n');
    out().end_unit();
  }

  bool finished_ = false;
};

class TransitionDocument final : public TransitionObjects {
 public:
  using TransitionObjects::TransitionObjects;

  void finish(const Report& last, const TransitionCounts& counts) override {
    begin_once();
    const std::string end = document_end(last, what_was_counted(counts, written(), devices()));
    out().end_units();
    out().append(objects_ > 0 ? "\n],\n" : "],\n");
    out().append(end);
    out().append('\n');
    finished_ = true;
  }

  void finish_in_need() noexcept override {
    if (finished_) return;
    out().end_units();
    if (!begun_) {
      out().append(document_in_need(Needed::envelope, facts().version, kOutOfMemory).view());
      return;
    }
    out().append(objects_ > 0 ? "\n],\n" : "],\n");
    out().append(end_in_need(kOutOfMemory).view());
    out().append('\n');
  }

 private:
  void begin_once() {
    if (begun_) return;
    const std::string start = document_start(facts());
    out().append(start);
    out().append(",\n\"events\":[");
    out().end_unit();
    begun_ = true;
  }
  void begin_object() override {
    begin_once();
    out().append(objects_ > 0 ? ",\n" : "\n");
  }
  void end_object() override {
    ++objects_;
    out().end_unit();
  }

  std::uint64_t objects_ = 0;
  bool begun_ = false;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<TransitionWriter> make_transition_document(RenderSettings settings) {
  return std::make_unique<TransitionDocument>(std::move(settings));
}

std::unique_ptr<TransitionWriter> make_transition_ndjson(RenderSettings settings) {
  return std::make_unique<TransitionLines>(std::move(settings));
}

}  // namespace tcpstat::render
