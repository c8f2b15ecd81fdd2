// json, parsed by another program and held against the model field by field.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <set>

#include "support/expected_json.h"

namespace tcpstat::render {
namespace {

TEST_CASE("json is one document, each row a line, every key always there") {
  Rendering rendering("json");
  prepare(rendering);
  const Sample sample(rendering);
  const std::string text = rendering.finish(sample_report(rendering));
  const Json document = Json::parse(text);
  check_envelope(document);
  REQUIRE(document["connections"].size() == sample.expected.size());
  for (std::size_t i = 0; i < sample.expected.size(); ++i) {
    REQUIRE(document["connections"][i] == sample.expected[i]);
  }
  // Before the rows: the start, and the list's own line; behind them: its end, and the rest.
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == sample.expected.size() + 4);
}

TEST_CASE("without rows the document is still whole") {
  Rendering one("json");
  const Json document = Json::parse(one.finish());
  CHECK(document["connections"] == Json::array());
  CHECK(document["host"].is_null());
  CHECK(document["kernel"].is_null());
  CHECK(document["netns"].is_null());
}

TEST_CASE("keys are words of lower-case letters, digits and underscores") {
  Rendering rendering("json");
  prepare(rendering);
  const Sample sample(rendering);
  const Json document = Json::parse(rendering.finish(sample_report(rendering)));
  std::set<std::string> keys;
  const std::function<void(const Json&)> collect = [&](const Json& value) {
    for (const auto& [key, inner] : value.items()) {
      if (value.is_object()) keys.insert(key);
      if (inner.is_structured()) collect(inner);
    }
  };
  collect(document);
  for (const std::string& key : keys) {
    CAPTURE(key);
    CHECK(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
    CHECK(key[0] >= 'a');
  }
}

}  // namespace
}  // namespace tcpstat::render
