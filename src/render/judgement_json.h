#pragma once
// Findings, verdicts and checks in JSON, built with nlohmann/json: there are few of them.

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "report/check_report.h"

namespace tcpstat::render {

/// Keys verdicts and findings.
void add_judgements(nlohmann::ordered_json& to, const std::vector<SynVerdict>& verdicts,
                    const std::vector<Finding>& findings);

/// The whole document of `check --json` with its line feed.
std::string check_document(const CheckReport& report);
/// The whole document of `audit --json` with its line feed.
std::string audit_document(const AuditReport& report);

}  // namespace tcpstat::render
