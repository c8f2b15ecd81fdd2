#pragma once
// How this host is set up against SYN floods and exhaustion: each setting judged, with advice, its reason and its cost.
// It reads what it is handed and changes nothing.

#include <optional>
#include <string>
#include <vector>

#include "model/kernel_facts.h"
#include "model/listener.h"
#include "report/check_report.h"

namespace tcpstat::audit {

/// What stands in one line of the audit beside its name.
struct AuditJudgement {
  std::optional<std::string> value;
  Severity status = Severity::ok;
  std::string advice = {};
};
/// Of what could not be read.
inline AuditJudgement unread() { return {std::nullopt, Severity::unknown, "it could not be read"}; }

struct AuditInput {
  const KernelFacts& facts;
  const std::vector<Listener>& listeners;
  Completeness table = Completeness::whole;  ///< of the listeners
};

/// Whether a setting is missing because this kernel has none, and not because settings cannot be read.
inline bool lacks_settings(const AuditInput& input) {
  return input.facts.settings.somaxconn || input.facts.settings.syncookies;
}

/// One line for each row of audit.def, in its order.
std::vector<AuditCheck> audit(const AuditInput& input);

// One function for each row of audit.def.
#define AUDIT(name, source, reason, cost) AuditJudgement audit_##name(const AuditInput& input);
#include "audit/audit.def"
#undef AUDIT

}  // namespace tcpstat::audit
