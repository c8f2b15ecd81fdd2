#pragma once
// The writers for what `validate` says about a log, in the formats that can tell it: table, json and ndjson.

#include <memory>

#include "render/documents.h"
#include "report/log_finding.h"
#include "report/report.h"
#include "report/validation.h"

namespace tcpstat::render {

/// Findings are written as they come: a log may be of any size. Then exactly one finish().
class ValidationWriter {
 public:
  ValidationWriter() = default;
  ValidationWriter(const ValidationWriter&) = delete;
  ValidationWriter& operator=(const ValidationWriter&) = delete;
  virtual ~ValidationWriter() = default;
  virtual void finding(const LogFinding& finding) = 0;
  virtual void finish(const Validation& validation) = 0;
};

std::unique_ptr<ValidationWriter> make_validation_table(const Page& page, const RunFacts& facts);
std::unique_ptr<ValidationWriter> make_validation_json(const Page& page, const RunFacts& facts);
std::unique_ptr<ValidationWriter> make_validation_ndjson(const Page& page, const RunFacts& facts);

}  // namespace tcpstat::render
