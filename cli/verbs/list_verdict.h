#pragma once
// Where the verdict on a list's half-open connections is told: on a terminal below the table, in JSON in verdicts and
// findings. csv and plain have no place for it, and then nothing is looked at.

#include <optional>

#include "check/half_opens.h"
#include "cli/output.h"
#include "render/formats.h"

namespace tcpstat::cli::verbs {

class ListVerdict {
 public:
  /// Takes part in `plan` if there is something to judge and a place to tell it.
  ListVerdict(const render::Format& format, StateSet shown, const Output& output, Host& host, survey::DumpPlan& plan);

  /// To be called when the dump has ended.
  void judge(Report& report);
  /// Whether the verdict is told below the table: always if certain states were asked for, otherwise only if it is bad.
  [[nodiscard]] bool below_table(const Report& report) const;

 private:
  enum class Place : std::uint8_t { nowhere, below_table, document };

  Place place_ = Place::nowhere;
  bool asked_for_ = false;
  std::optional<check::ListedHalfOpens> half_opens_;
};

}  // namespace tcpstat::cli::verbs
