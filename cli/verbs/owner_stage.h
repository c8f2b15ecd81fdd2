#pragma once
// Owners where they are asked for, and nothing where they are not. A filter by process needs them before the
// selection; else only selected rows are looked up.

#include <optional>

#include "base/error.h"
#include "model/host.h"
#include "report/coverage.h"
#include "survey/owner_join.h"
#include "survey/selection.h"

namespace tcpstat::cli::verbs {

class OwnerStage {
 public:
  OwnerStage(Host& reading, bool wanted, const filter::Filter& filter)
      : reading_(reading), wanted_(wanted && !reading.is_file()), before_(filter.needs_owners()), others_(filter) {
    others_.pids.clear();
    others_.processes.clear();
  }

  /// Reads the owners, before any row.
  Expected<void> open() {
    if (!wanted_) return {};
    auto owners = reading_.owners();
    if (!owners) return tl::make_unexpected(owners.error());
    owners_ = *owners;
    return {};
  }

  /// What stands in for `next` behind and before the selection; `next` itself where owners could not be read.
  Sink& behind_selection(Sink& next) { return owners_ != nullptr && !before_ ? join(next) : next; }
  Sink& before_selection(Sink& next) { return owners_ != nullptr && before_ ? join(next) : next; }

  /// The dump has ended: rows and listeners that waited go on.
  void finish(survey::Selection& selection) {
    if (join_) join_->finish();
    selection.finish();
    if (join_ && !before_) join_->finish();
  }

  /// As above, where no selection follows.
  void finish() {
    if (join_) join_->finish();
  }

  void add_warnings(Coverage& coverage) const {
    if (!join_ || join_->not_permitted() == 0) return;
    const std::uint64_t count = join_->not_permitted();
    coverage.warn("owners_not_permitted",
                  "the processes of " + std::to_string(count) + (count == 1 ? " socket" : " sockets") +
                      " could not be read (run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH)");
  }

  /// For -v.
  void print_reading(const Notes& notes) const {
    if (owners_ == nullptr) return;
    notes.print(Notes::Level::note, "looked for owners: " + std::to_string(owners_->forbidden()) +
                                        " processes could not be read, " + std::to_string(owners_->vanished()) +
                                        " ended meanwhile");
  }

 private:
  Sink& join(Sink& next) {
    return join_.emplace(
        *owners_,
        [this]() -> const OwnerLookup& {
          auto again = reading_.owners();
          return again ? **again : *owners_;
        },
        next, &others_);
  }

  Host& reading_;
  bool wanted_;
  bool before_;
  filter::Filter others_;  ///< what the filter asks for besides processes
  const OwnerLookup* owners_ = nullptr;
  std::optional<survey::OwnerJoin> join_;
};

}  // namespace tcpstat::cli::verbs
