#include "listing.h"

#include <algorithm>
#include <iterator>

namespace tcpstat::lab {
namespace {

std::string text_of(const nlohmann::json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

nlohmann::json Listing::rows() const {
  const auto found = document.find("connections");
  return found == document.end() ? nlohmann::json::array() : *found;
}

Listing list(std::vector<std::string> arguments, const RunOptions& options) {
  arguments.emplace_back("--json");
  const Outcome outcome = tcpstat(arguments, options);
  Listing listing;
  listing.exit_code = outcome.exit_code;
  listing.err = outcome.err;
  listing.document = nlohmann::json::parse(outcome.out, nullptr, false);
  if (listing.document.is_discarded()) listing.document = nlohmann::json();
  return listing;
}

std::string key_of(const nlohmann::json& row) {
  Row like;
  like.family = text_of(row.value("family", nlohmann::json()));
  like.state = text_of(row.value("state", nlohmann::json()));
  like.local_address = text_of(row.value("local_address", nlohmann::json()));
  like.local_port = row.value("local_port", std::uint16_t{0});
  like.remote_address = text_of(row.value("remote_address", nlohmann::json()));
  const auto port = row.value("remote_port", nlohmann::json());
  like.remote_port = port.is_number() ? port.get<std::uint16_t>() : std::uint16_t{0};
  return like.key();
}

std::string identity_of(const nlohmann::json& row) {
  const auto inode = row.value("inode", nlohmann::json());
  return key_of(row) + " inode " + (inode.is_null() ? "0" : inode.dump());
}

std::string identity_of(const Row& row) { return row.key() + " inode " + std::to_string(row.inode); }

Keys keys_of(const Listing& listing) {
  Keys keys;
  for (const nlohmann::json& row : listing.rows()) keys.push_back(key_of(row));
  return keys;
}

std::string difference(Keys expected, Keys actual) {
  std::sort(expected.begin(), expected.end());
  std::sort(actual.begin(), actual.end());
  Keys missing;
  Keys unexpected;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(), std::back_inserter(missing));
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(), std::back_inserter(unexpected));
  std::string text;
  for (const std::string& key : missing) text += "missing: " + key + '\n';
  for (const std::string& key : unexpected) text += "unexpected: " + key + '\n';
  return text;
}

}  // namespace tcpstat::lab
