#pragma once
// A line a row with something between the fields: what plain and csv share, and lists of words in every format that is
// no JSON.

#include <memory>

#include "render/documents.h"
#include "report/summary.h"
#include "report/word_list.h"

namespace tcpstat::render {

struct DelimitedStyle {
  char separator;
  std::string_view unknown;
  /// Names in the header: STATE or state.
  bool lower_case_header;
  /// Quote fields that hold a separator or a quote (RFC 4180 §2).
  bool quote;
};

std::unique_ptr<ListWriter> make_delimited_list(RenderSettings settings, DelimitedStyle style);
void write_delimited_summary(const RenderSettings& settings, const Summary& summary, DelimitedStyle style);

/// Fields between TABs, and no header.
void write_words(const Page& page, const WordList& words);

}  // namespace tcpstat::render
