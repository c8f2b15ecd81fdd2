#pragma once
// A line a row with something between the fields: what plain and csv share, and lists of words as text.

#include <memory>

#include "render/formats.h"
#include "render/history_writers.h"
#include "render/transition_writer.h"
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

/// A format that writes its documents in `style`.
template <const DelimitedStyle& style>
Format delimited_format(std::string_view name, std::string_view meaning);

std::unique_ptr<ListWriter> make_delimited_list(RenderSettings settings, DelimitedStyle style);
void write_delimited_summary(const RenderSettings& settings, const Summary& summary, DelimitedStyle style);

/// Fields between TABs, and no header.
void write_words(const Page& page, const WordList& words);
/// In `style`; with a header where the fields are not between TABs.
void write_delimited_words(const Page& page, const WordList& words, DelimitedStyle style);

template <const DelimitedStyle& style>
Format delimited_format(std::string_view name, std::string_view meaning) {
  return {.name = name,
          .meaning = meaning,
          .has_columns = true,
          .list = [](RenderSettings settings) { return make_delimited_list(std::move(settings), style); },
          .summary = [](const RenderSettings& settings, const Report&,
                        const Summary& counts) { write_delimited_summary(settings, counts, style); },
          .transitions =
              [](RenderSettings settings) { return make_transition_fields(std::move(settings), style.separator); },
          .lives = [](RenderSettings settings) { return make_life_fields(std::move(settings), style.separator); },
          .words = [](const Page& page, const WordList& words) { write_delimited_words(page, words, style); },
          .history = [](const Page& page, const RunFacts&,
                        const History& history) { write_history_fields(page, history, style.separator); }};
}

}  // namespace tcpstat::render
