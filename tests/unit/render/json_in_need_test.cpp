#include "render/json_in_need.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "render/formats.h"
#include "render/json_documents.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

TEST_CASE("a document that needs no memory has the keys of an ordinary one") {
  for (const Needed what : {Needed::list, Needed::judgement, Needed::envelope, Needed::summary_line}) {
    const FixedText text = document_in_need(what, "1.2.3", kOutOfMemory);
    CHECK(text.view().ends_with("}\n"));
    const json document = json::parse(text.view());
    const json ordinary = json::parse(document_start(RunFacts{}) + "," + document_end(Report{}));
    for (const auto& [key, value] : ordinary.items()) {
      CAPTURE(key);
      CHECK(document.contains(key));
    }
    CHECK(document["complete"] == false);
    CHECK(document["tool"]["version"] == "1.2.3");
    CHECK(document["warnings"][0]["message"] == kOutOfMemory);
    CHECK(document["summary"]["by_state"].size() == 11);
    CHECK(document["time"].get<std::string>().size() == std::string_view("2026-01-31T23:59:59.123Z").size());
    CHECK(document.contains("connections") == (what == Needed::list));
    CHECK(document.value("status", "") == (what == Needed::judgement ? "UNKNOWN" : ""));
    if (what == Needed::judgement) {
      TextBuffer whole;
      format(FormatId::json).check({.out = whole}, CheckReport{});
      const json check = json::parse(whole.view());
      for (const auto& [key, value] : check.items()) {
        CAPTURE(key);
        CHECK(document.contains(key));
      }
    }
    CHECK(document.value("type", "") == (what == Needed::summary_line ? "summary" : ""));
  }
}

TEST_CASE("the end alone closes what document_start() began") {
  const json document =
      json::parse(document_start(RunFacts{}) + ",\"connections\":[]," + std::string(end_in_need("why").view()));
  CHECK(document["complete"] == false);
  CHECK(document["warnings"][0]["message"] == "why");
}

}  // namespace
}  // namespace tcpstat::render
