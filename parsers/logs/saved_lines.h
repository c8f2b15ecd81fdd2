#pragma once
// Rows of ndjson that tcpstat saved, of one run or of many.

#include <nlohmann/json_fwd.hpp>

#include "base/line_splitter.h"
#include "parsers/logs/log_file.h"
#include "parsers/logs/ndjson_row.h"
#include "parsers/logs/saved_sample.h"

namespace tcpstat::logs {

class SavedLines final : public SampleReader {
 public:
  SavedLines(SavedSamples& samples, RecordedNames& names) : samples_(samples), names_(names), decoder_(names) {}

  void feed(std::string_view block) override;
  void finish() override;

 private:
  /// What tells samples apart: rows of one have all of these in common.
  struct Key {
    std::string host;
    std::string time;
    std::string snapshot;
    bool mptcp = false;
    friend bool operator==(const Key&, const Key&) = default;
  };

  static Key key_of(const nlohmann::json& object);
  void line(std::string_view text);
  void row(const nlohmann::json& object);
  void summary(const nlohmann::json& object);
  SavedSample& sample_of(const nlohmann::json& object);
  void end_sample();

  SavedSamples& samples_;
  RecordedNames& names_;
  NdjsonDecoder decoder_;
  LineSplitter lines_{kLongestLogLine + 1};
  Key key_;
  bool has_key_ = false;
  bool has_end_ = false;  ///< the summary line of the open sample came
};

}  // namespace tcpstat::logs
