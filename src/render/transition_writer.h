#pragma once
// Writers of transitions, each with its judgement, or of whole lives of connections, in the formats that can tell them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/transition.h"
#include "render/documents.h"
#include "report/connection_life.h"
#include "report/report.h"
#include "report/trace_summary.h"
#include "report/transition_verdict.h"

namespace tcpstat::render {

/// When a sample was taken, in two forms.
struct SampleTime {
  std::uint64_t snapshot = 1;
  std::string utc;    ///< RFC 3339
  std::string local;  ///< 14:03:07, for the table
};

/// How many transitions were told, from how many samples.
struct TransitionCounts {
  std::uint64_t samples = 0;                  ///< 0: the kernel announced the transitions
  std::optional<std::uint64_t> lost_records;  ///< nothing for samples, which cannot know it
  VerdictCounts verdicts;
  std::optional<TraceSummary> trace = {};  ///< if the kernel announced them
};

class TransitionWriter {
 public:
  TransitionWriter() = default;
  TransitionWriter(const TransitionWriter&) = delete;
  TransitionWriter& operator=(const TransitionWriter&) = delete;
  virtual ~TransitionWriter() = default;

  virtual void sample(const SampleTime& time) = 0;
  virtual void transition(const Transition& transition, const Judgement& judgement) = 0;
  /// A connection that has ended, in a document of lives.
  virtual void life(const ConnectionLife& /*life*/) {}
  /// The kernel lost this many records here.
  virtual void lost(std::uint64_t /*count*/) {}
  /// All transitions of the sample have come: what was held back for the width of columns is written.
  virtual void sample_end() = 0;
  /// `last` is the last sample's.
  virtual void finish(const Report& last, const TransitionCounts& counts) = 0;
  /// Instead of finish(), if memory is short: closes the document and says so. Does nothing after finish().
  virtual void finish_in_need() noexcept {}
};

/// Milliseconds that the old state was seen; nothing for a socket that appeared.
inline std::optional<std::uint64_t> dwell_ms(const Transition& of) {
  if (!of.dwell) return std::nullopt;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(*of.dwell).count());
}

/// How long the life lasted, from its first record to its last.
inline std::optional<EventTime> lasted(const ConnectionLife& of) {
  return of.began && of.ended ? std::optional(*of.ended - *of.began) : std::nullopt;
}

std::unique_ptr<TransitionWriter> make_life_table(RenderSettings settings);
std::unique_ptr<TransitionWriter> make_life_fields(RenderSettings settings, char separator);
std::unique_ptr<TransitionWriter> make_transition_table(RenderSettings settings);
/// Lives as well.
std::unique_ptr<TransitionWriter> make_transition_ndjson(RenderSettings settings);
/// The same objects as the events of one document, which is begun by the first of them or by the end.
std::unique_ptr<TransitionWriter> make_transition_document(RenderSettings settings);
/// With ',' as in csv, with TAB as in plain.
std::unique_ptr<TransitionWriter> make_transition_fields(RenderSettings settings, char separator);

}  // namespace tcpstat::render
