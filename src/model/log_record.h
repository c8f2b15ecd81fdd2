#pragma once
// What one line of a log of TCP sockets says: a transition as the kernel or a sampler saw it, a row of a sample, the
// end of a sample. Views live during the call that hands the record over.

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "model/connection.h"
#include "model/transition.h"

namespace tcpstat::inline model {

/// Which sample a row belongs to, and where that was taken.
struct SampleName {
  std::optional<std::uint64_t> counter;
  std::optional<EventTime> time;
  std::string_view host;
  std::optional<std::uint64_t> netns;
  std::string_view kernel = {};  ///< at the end of a sample
};

struct SampleRow {
  SampleName sample;
  State state = State::close;
  Endpoint local;
  Endpoint remote;
  std::optional<std::uint64_t> cookie;
  std::optional<std::uint64_t> inode;
  TimerKind timer = TimerKind::unknown;
};

/// Whether the sample holds every connection: a row that is not in a partial or filtered one may still exist.
enum class Whole : std::uint8_t { no, yes };
/// Whether the writer of the log saw everything that it was to see; if not, the reason that the log gives, if any.
struct Sight {
  Whole whole = Whole::yes;
  std::string_view why = {};
};
struct SampleEnd {
  SampleName sample;
  Whole whole = Whole::no;
  Sight sight = {};
  std::uint64_t line = 0;
};
/// The end of a trace or of a comparison of samples: transitions that follow belong to another one.
struct RunEnd {
  std::optional<std::uint64_t> lost;         ///< in the whole run, including losses that were told before
  std::optional<std::uint64_t> transitions;  ///< that the run has written
  Sight sight;
  std::string_view host;
  std::string_view kernel;
  std::uint64_t line = 0;
};

/// The log itself says that records are missing.
struct LostRecords {
  std::uint64_t count = 0;
};
/// Records are missing that something in the log has counted.
struct MissingRecords {
  std::uint64_t count = 0;
  std::string_view why = {};  ///< "the header counts 10 entries, and the log has 5"
};
/// The trace was read from a ring that had overwritten this many entries, of whatever event. Nothing: they are those of
/// one processor, whose part of the ring begins here; the head of the trace, if it is there, has counted them.
struct OverwrittenEntries {
  std::optional<std::uint64_t> count = {};
  std::uint64_t kept = 0;  ///< entries, of whatever event, that stand behind this line
};
/// A header, a comment, an event of another kind, another protocol.
struct OtherLine {};
struct BadLine {
  std::string_view why;  ///< "no JSON object"
};

using LogRecord =
    std::variant<Transition, SampleRow, SampleEnd, RunEnd, LostRecords, OverwrittenEntries, OtherLine, BadLine>;

}  // namespace tcpstat::inline model
