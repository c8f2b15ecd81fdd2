#include "audit/audit.h"

namespace tcpstat::audit {

std::vector<AuditCheck> audit(const AuditInput& input) {
  std::vector<AuditCheck> checks;
  const auto add = [&](std::string_view name, AuditJudgement judged, std::string_view reason, std::string_view cost,
                       std::string_view source) {
    checks.push_back({.name = name,
                      .value = std::move(judged.value),
                      .status = judged.status,
                      .advice = std::move(judged.advice),
                      .reason = reason,
                      .cost = cost,
                      .source = std::string(source)});
  };
#define AUDIT(name, source, reason, cost) add(#name, audit_##name(input), reason, cost, source);
#include "audit/audit.def"
#undef AUDIT
  return checks;
}

}  // namespace tcpstat::audit
