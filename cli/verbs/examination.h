#pragma once
// A check by rules: what is read when, what detection and diagnosis are handed, and what they found. One sample; two of
// one run (--interval); or one beside what the last run remembered (--state-file).

#include <optional>
#include <string>
#include <vector>

#include "check/run_memory.h"
#include "cli/options/request.h"
#include "cli/state_file.h"
#include "cli/verbs/earlier_look.h"
#include "detect/sample/tracked_sample.h"
#include "detect/syn_detector.h"
#include "diagnose/diagnosis.h"
#include "model/host.h"
#include "report/check_report.h"

namespace tcpstat::cli::verbs {

class Examination {
 public:
  Examination(const options::Request& request, Host& reading) : request_(request), reading_(reading) {}

  /// Reads and judges; `reading`, `status` and everything that is to be said.
  CheckReport run();

 private:
  [[nodiscard]] bool wants(std::string_view rule) const;
  void remember();
  void judge_halves(const detect::SynSample& now, const KernelFacts& facts);
  void keep(std::vector<Finding> findings);
  void keep(std::vector<SynVerdict> verdicts);
  void save(check::RunMemory next);
  void add_performance(const detect::SynSample& now, const KernelFacts& facts);
  void conclude();

  const options::Request& request_;
  Host& reading_;
  CheckReport report_;
  std::optional<EarlierLook> earlier_;
  detect::TrackedSample tracked_;
  std::optional<StateFile> file_;
  std::optional<check::RunMemory> memory_;
  std::uint64_t close_waits_ = 0;
};

/// The half-open connections of one sample, for the end of a list: taken beside its rows, judged at its end.
detect::SynReport judge_listed(Host& reading, detect::SynSample& sample, const Coverage& coverage);

}  // namespace tcpstat::cli::verbs
