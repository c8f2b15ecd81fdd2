#pragma once
// Formats: each says which documents it writes. The next one is a file in formats/ and a line in formats.def.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "render/documents.h"
#include "report/check_report.h"
#include "report/explanation.h"
#include "report/record_history.h"
#include "report/summary.h"
#include "report/word_list.h"

namespace tcpstat::render {

class TransitionWriter;
class ValidationWriter;

/// The kinds of documents.
enum class Document : std::uint8_t {
  list,
  samples,  ///< lists one after another
  summary,
  transitions,
  lives,  ///< of connections, as transitions tell them
  check,
  audit,
  validation,
  explanation,
  words,  ///< `--list`
  history,
};

/// One format, made in its file in formats/. A document that it does not write is null.
struct Format {
  std::string_view name;
  std::string_view meaning;

  /// Whether `-o` and `-H` mean something to it.
  bool has_columns = false;
  /// Whether its documents tell what was read and what is missing, and have a place for verdicts and counts.
  bool has_envelope = false;
  /// Whether it is for people, so that it has host names, headlines and verdicts in words.
  bool for_people = false;
  /// Whether its summary and check need Metrics, which have to be counted.
  bool counts_metrics = false;
  /// Whether one list can be told from the next in the same stream.
  bool tells_samples_apart = false;

  std::unique_ptr<ListWriter> (*list)(RenderSettings settings) = nullptr;
  void (*summary)(const RenderSettings& settings, const Report& report, const Summary& summary) = nullptr;
  /// settings.columns is not used.
  std::unique_ptr<TransitionWriter> (*transitions)(RenderSettings settings) = nullptr;
  std::unique_ptr<TransitionWriter> (*lives)(RenderSettings settings) = nullptr;

  std::unique_ptr<ValidationWriter> (*validation)(const Page& page, const RunFacts& facts) = nullptr;

  void (*check)(const Page& page, const CheckReport& report) = nullptr;
  void (*audit)(const Page& page, const AuditReport& report) = nullptr;
  /// For a check or an audit that found out nothing: tells why. Null if the format has no such document.
  void (*unknown)(const Page& page, std::string_view sentence) = nullptr;
  /// What check and audit look like in this format, if its name does not tell.
  std::string_view judgement_name = {};

  void (*explanation)(const Page& page, const Explanation& explanation) = nullptr;
  void (*words)(const Page& page, const WordList& words) = nullptr;
  void (*history)(const Page& page, const RunFacts& facts, const History& history) = nullptr;
};

/// In the order of formats.def.
enum class FormatId : std::uint8_t {
#define FORMAT(name) name,
#include "render/formats.def"
#undef FORMAT
};

/// Defined in formats/NAME.cpp, in a namespace of its name.
#define FORMAT(name) \
  namespace name {   \
  Format format();   \
  }
#include "render/formats.def"
#undef FORMAT

std::span<const Format> formats();
const Format& format(FormatId id);
/// Null for an unknown name.
const Format* find_format(std::string_view name);

bool writes(const Format& format, Document document);
/// The formats that write it, for a sentence: "table, json or ndjson".
std::string writers_of(Document document, std::span<const Format> among = formats());

}  // namespace tcpstat::render
