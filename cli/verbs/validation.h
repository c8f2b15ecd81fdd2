#pragma once
// What `validate` says of a log, and its three forms. Findings are written as they come: a log may be of any size.

#include <memory>

#include "base/text_buffer.h"
#include "cli/terminal.h"
#include "render/renderer.h"
#include "report/log_finding.h"
#include "report/report.h"
#include "trace/validation_result.h"

namespace tcpstat::cli::verbs {

using trace::Validation;

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
