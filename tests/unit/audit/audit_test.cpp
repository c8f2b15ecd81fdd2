// The lines of the audit as a whole; what each judges is in the two files beside this one.

#include "audit/audit.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>

namespace tcpstat::audit {
namespace {

TEST_CASE("a line says what it judges, why, at which cost and from where") {
  const KernelFacts nothing;
  const std::vector<Listener> nobody;
  std::set<std::string_view> names;
  for (const AuditCheck& check : audit({nothing, nobody})) {
    CAPTURE(check.name);
    CHECK(names.insert(check.name).second);
    CHECK_FALSE(check.reason.empty());
    CHECK_FALSE(check.cost.empty());
    CHECK_FALSE(check.source.empty());
  }
  CHECK(names.size() == 17);
}

TEST_CASE("what is not known is neither ok nor a warning") {
  const KernelFacts nothing;
  const std::vector<Listener> nobody;
  for (const AuditCheck& check : audit({nothing, nobody})) {
    CAPTURE(check.name);
    CHECK(check.status != Severity::warning);
    CHECK(check.status != Severity::critical);
    if (check.status == Severity::ok) CHECK(check.value.has_value());
  }
}

}  // namespace
}  // namespace tcpstat::audit
