#pragma once
// Text of /proc/net/tcp and tcp6 that was saved.

#include "base/line_splitter.h"
#include "parsers/logs/saved_sample.h"
#include "parsers/procfs/proc_net_tcp.h"

namespace tcpstat::logs {

class SavedText final : public SampleReader {
 public:
  SavedText(SavedSamples& samples, procfs::proc_net_tcp::Format format) : samples_(samples), format_(format) {}

  void feed(std::string_view block) override;
  void finish() override;

 private:
  void line(std::string_view text, procfs::proc_net_tcp::LineEnd end);

  // Rows have 150 to 300 characters; a file without newlines must not fill the memory.
  static constexpr std::size_t kLongestLine = 4096;

  SavedSamples& samples_;
  procfs::proc_net_tcp::Format format_;
  LineSplitter lines_{kLongestLine};
};

}  // namespace tcpstat::logs
