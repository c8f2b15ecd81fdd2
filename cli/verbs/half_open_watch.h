#pragma once
// Beside a list that covers SYN_RECV: looks at the rows as they pass, and judges at the end what the half-open ones come
// from. On a terminal the verdict stands under the table, in JSON in verdicts and findings; csv and plain have no place
// for it, and then nothing is looked at.

#include <optional>

#include "cli/options/request.h"
#include "cli/output.h"
#include "detect/sample/syn_sample.h"
#include "model/both_sinks.h"
#include "model/host.h"
#include "report/report.h"

namespace tcpstat::cli::verbs {

class HalfOpenWatch {
 public:
  HalfOpenWatch(const options::Request& request, const Output& output, Host& reading);

  /// The list covers SYN_RECV, of whole listeners, and its format has a place for a verdict.
  [[nodiscard]] bool wanted() const { return place_ != Place::nowhere; }
  /// Below a table the verdict is always told to who asked for SYN_RECV, to others only when it is bad.
  [[nodiscard]] bool below_table(const Report& report) const;
  /// Stands before `next`, which sees all rows that it sees.
  Sink& before(Sink& next);
  /// The dump has ended; a verdict of a part of the rows would be none.
  void judge(Report& report);

 private:
  enum class Place : std::uint8_t { nowhere, below_table, document };

  struct Stage {
    explicit Stage(Sink& next) : both(sampler, next) {}
    detect::SynSampler sampler;
    BothSinks both;
  };

  Host& reading_;
  Place place_ = Place::nowhere;
  bool asked_for_ = false;
  std::optional<Stage> stage_;
};

}  // namespace tcpstat::cli::verbs
