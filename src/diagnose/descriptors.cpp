// All states: programs whose connections take nearly all descriptors that they may have. What they do not take is for
// files, pipes and listeners, so that the next accept(2), socket(2) or open(2) may fail (EMFILE), whatever the
// connections are good for.

#include <algorithm>
#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/worst_findings.h"

namespace tcpstat::diagnose::descriptors {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 0.9, "ratio", "of the files that a program may have open (RLIMIT_NOFILE): it needs some for others"},
    {"critical", 0.98, "ratio", "of the files that a program may have open: accept(2) and socket(2) are about to fail"},
    {"least", 20, "sockets", "of one process: who limits it to fewer expects few"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {kDescriptorsRule, "do connections take nearly all descriptors of a program?",
     "getrlimit(2) RLIMIT_NOFILE; accept(2), socket(2) EMFILE; fs/file.c, alloc_fd()", kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

class Descriptors final : public Diagnosis {
 public:
  explicit Descriptors(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  // Those that a descriptor can stand for; sockets that were never connected are counted with what no table shows.
  [[nodiscard]] StateSet states() const override {
    return StateSet::all() - StateSet{State::listen, State::syn_recv, State::time_wait};
  }

  void connection(const Connection& row) override {
    if (row.owners.empty()) return;
    held_.of({row.owners.front().pid, {}}).add(row, std::nullopt, rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    std::vector<Finding> found;
    for (const auto& [key, group] : held_.largest()) {
      if (static_cast<double>(group->rows) < limit("least")) break;
      if (const auto most = facts.open_files(key.pid)) judge(*group, *most, found);
    }
    add_worst(std::move(found), out);
  }

 private:
  [[nodiscard]] double limit(std::string_view name) const { return limit_of(rule_limits_, kRule, name); }

  void judge(const RowGroup& group, std::uint64_t most, std::vector<Finding>& found) const {
    const double share = static_cast<double>(group.rows) / static_cast<double>(most);
    const Severity severity = judged(share, limit("warning"), limit("critical"));
    if (severity == Severity::ok) return;
    const Subject about = Subject::process(group.process, group.pid);
    Finding one(std::string(kRule.id), severity, about,
                {measured("descriptors_taken", share, limit(severity == Severity::critical ? "critical" : "warning"),
                          "ratio", "/proc/PID/limits"),
                 measured("sockets", static_cast<double>(group.rows), "sockets", kFromDump)});
    one.value = share;
    one.unit = "ratio";
    one.warning = limit("warning");
    one.critical = limit("critical");
    one.message = about.text() + " holds " + counted(group.rows, "connection") + service_text(group) + ", " +
                  percent(share) + " of the " + counted(most, "file") + " that it may have open";
    one.brief = about.text() + " uses " + std::to_string(group.rows) + " of its " + counted(most, "descriptor");
    one.why = "it cannot open files or connections once none is left";
    one.advice =
        "see whether it closes what it no longer needs; or raise its limit of open files (LimitNOFILE, ulimit -n)";
    one.next = "tcpstat summary --by state,remote_address --pid " + std::to_string(group.pid);
    found.push_back(std::move(one));
  }

  const RuleLimits& rule_limits_;
  RowGroups held_;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Descriptors>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::descriptors
