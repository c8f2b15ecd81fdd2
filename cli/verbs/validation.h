#pragma once
// What `validate` says of a log, and its three forms. Findings are written as they come: a log may be of any size.

#include <memory>

#include "base/text_buffer.h"
#include "cli/terminal.h"
#include "render/renderer.h"
#include "report/report.h"
#include "trace/pair_counts.h"
#include "trace/remark.h"

namespace tcpstat::cli::verbs {

/// One finding: a remark of the machine, or a line that could not be read.
struct LogFinding {
  std::string_view rule;  ///< "illegal", …, or "bad_line"
  trace::Remark remark;
};

/// Known when the log has ended.
struct Validation {
  const trace::PairCounts* pairs = nullptr;
  std::uint64_t lines = 0;
  std::uint64_t sockets = 0;
  std::uint64_t samples = 0;
  std::uint64_t not_seen_again = 0;  ///< in samples that cannot tell whether they were gone
  std::uint64_t lost_records = 0;    ///< as the log itself says
  std::uint64_t bad_lines = 0;
  std::uint64_t left_out = 0;  ///< findings that were counted and not written
  bool complete = true;        ///< the log was read to its end, and every line was understood
  std::vector<Warning> warnings;
};

class ValidationForm {
 public:
  ValidationForm() = default;
  ValidationForm(const ValidationForm&) = delete;
  ValidationForm& operator=(const ValidationForm&) = delete;
  virtual ~ValidationForm() = default;
  virtual void finding(const LogFinding& finding) = 0;
  virtual void finish(const Validation& validation) = 0;
};

/// `width`: terminal columns that lines are wrapped and cut to, 0 for a pipe.
std::unique_ptr<ValidationForm> validation_table(TextBuffer& out, const Terminal& terminal, std::size_t width);
std::unique_ptr<ValidationForm> validation_json(TextBuffer& out, const RunFacts& facts);
std::unique_ptr<ValidationForm> validation_ndjson(TextBuffer& out, const RunFacts& facts);

}  // namespace tcpstat::cli::verbs
