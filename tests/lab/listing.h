// What tcpstat said, read back: its JSON document, and rows as comparable lines of text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command.h"
#include "truth.h"

namespace tcpstat::lab {

// NOLINTNEXTLINE(bugprone-exception-escape): moving a json object asserts its invariants, and does not throw.
struct Listing {
  int exit_code = -1;
  std::string err;
  nlohmann::json document;

  /// The rows, in the order printed. A copy: `for (row : list(…).rows())` would outlive the document otherwise.
  nlohmann::json rows() const;
};

/// Runs tcpstat with `--json` added and parses what it prints; `document` is null when that is no JSON.
Listing list(std::vector<std::string> arguments, const RunOptions& options = {});

/// The same line that Row::key() makes.
std::string key_of(const nlohmann::json& row);

/// The key with the inode: tells listeners apart that share a port.
std::string identity_of(const nlohmann::json& row);
std::string identity_of(const Row& row);

using Keys = std::vector<std::string>;

Keys keys_of(const Listing& listing);

/// Keys of the rows that `keep` accepts.
template <typename Predicate>
Keys keys_of(const Truth& truth, Predicate keep) {
  Keys keys;
  for (const Row& row : truth)
    if (keep(row)) keys.push_back(row.key());
  return keys;
}

/// "missing: …" and "unexpected: …" a line each, as multisets; empty when both are equal.
std::string difference(Keys expected, Keys actual);

}  // namespace tcpstat::lab
