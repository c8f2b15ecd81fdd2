#include "base/json_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("a document is one line with its keys in their order") {
  nlohmann::ordered_json document;
  document["b"] = 1;
  document["a"] = {1, 2};
  CHECK(json_text(document) == R"({"b":1,"a":[1,2]})");
}

TEST_CASE("bytes that are no text do not end the program") {
  CHECK(json_text(nlohmann::ordered_json("a\xFFz\n")) == "\"a\xEF\xBF\xBDz\\n\"");
  CHECK(json_text(nlohmann::ordered_json("\x7F \xC2\x9B \xC3\xBC \xC2\xA7")) ==
        "\"\\u007f \\u009b \xC3\xBC \xC2\xA7\"");
}

TEST_CASE("depth is that of the brackets that are open at once") {
  CHECK(json_depth("") == 0);
  CHECK(json_depth("1") == 0);
  CHECK(json_depth("[]") == 1);
  CHECK(json_depth("[[],[],{}]") == 2);
  CHECK(json_depth(R"({"a":[1,{"b":[]}],"c":2})") == 4);
  // Brackets of texts neither open nor close anything.
  CHECK(json_depth(R"(["[[[", "]]]", "\"[[", "\\"])") == 1);
  CHECK(json_depth(R"(["]]", [[]]])") == 3);
  CHECK(json_depth("[[[") == 3);
}

}  // namespace
}  // namespace tcpstat
