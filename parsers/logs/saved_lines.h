#pragma once
// Rows of ndjson that tcpstat saved.

#include "base/line_splitter.h"
#include "parsers/logs/ndjson_row.h"
#include "parsers/logs/saved_sample.h"

namespace tcpstat::logs {

class SavedLines final : public SampleReader {
 public:
  SavedLines(SavedSamples& samples, RecordedNames& names) : samples_(samples), decoder_(names) {}

  void feed(std::string_view block) override;
  void finish() override;

 private:
  void line(std::string_view text);

  SavedSamples& samples_;
  NdjsonDecoder decoder_;
  LineSplitter lines_{std::string::npos};
};

}  // namespace tcpstat::logs
