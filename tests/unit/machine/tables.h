#pragma once
// tests/fixtures/machine/tables.json: the tables as another hand wrote them down.

#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "model/seen.h"
#include "support/fixtures.h"

namespace tcpstat::test {

inline const nlohmann::json& tables() {
  static const auto kTables = nlohmann::json::parse(fixture("machine/tables.json"));
  return kTables;
}

/// A JSON key ("fin_wait1"), or "absent".
inline Seen seen(const std::string& key) {
  if (key == "absent") return kAbsent;
  for (const StateInfo& row : states()) {
    if (row.key == key) return row.state;
  }
  throw std::invalid_argument(key);
}
inline State state(const std::string& key) { return seen(key).value(); }

}  // namespace tcpstat::test
