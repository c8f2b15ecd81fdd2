#pragma once
// The reports of several network namespaces, and how they become one.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/check_report.h"
#include "report/report.h"

namespace tcpstat::inline report {

/// A CheckReport or an AuditReport of one of them.
template <typename Judged>
struct OfNamespace {
  std::uint64_t inode = 0;
  std::string name;  ///< its name, or a process that lives there
  Judged report;
  std::string obstacle = {};  ///< as in NamespaceVerdict
};

/// The headline where no namespace was left to be judged.
inline constexpr std::string_view kAllEnded = "the network namespaces have ended meanwhile";

/// Says once what warnings of several namespaces have in common.
class AlikeWarnings {
 public:
  /// `name`: of the namespace.
  void add(const std::string& name, const Warning& warning);
  void say(Coverage& coverage) const;

 private:
  struct Group {
    Warning first;
    std::string name;
    std::size_t others;
  };
  std::vector<Group> groups_;
};

/// The envelope of a report on several namespaces, made from that of one by leaving out what is true of that one alone.
Report envelope_of(const Report& one);
/// Adds what was read of one namespace: its rows, its counts by state, and its warnings, which get its name.
void add_reading(Report& all, Report of, std::uint64_t inode, const std::string& name);

/// Adds status, verdict and reading of one namespace. Findings and checks stay in `one`.
template <typename Judged>
void add_verdict(Judged& all, OfNamespace<Judged>& one) {
  all.status = worse(all.status, one.report.status);
  all.namespaces.push_back({one.inode, one.name, one.report.status, one.report.headline, one.obstacle});
  add_reading(all.reading, std::move(one.report.reading), one.inode, one.name);
}

}  // namespace tcpstat::inline report
