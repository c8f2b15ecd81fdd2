#include "record/retention.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::record {
namespace {

using Action = RetentionStep::Action;
using std::chrono::hours;

/// Ten hours of rows, a file an hour, and two days of counts.
std::vector<StoredFile> ten_hours() {
  std::vector<StoredFile> files;
  for (int hour = 0; hour < 10; ++hour) {
    files.push_back(
        {.name = "rows-" + std::to_string(hour), .kind = FileKind::rows, .begin = hours(hour), .bytes = 100});
    if (hour % 8 == 0) {
      files.push_back(
          {.name = "counts-" + std::to_string(hour), .kind = FileKind::counts, .begin = hours(hour), .bytes = 10});
    }
  }
  files.back().open = true;
  return files;
}

/// The steps until the limits are kept; a thin file has a tenth of its bytes.
std::string steps(std::vector<StoredFile> files, hours now, const RetentionLimits& limits) {
  std::string text;
  while (const auto step = next_step(files, now, limits)) {
    const auto at = std::find_if(files.begin(), files.end(), [&](const auto& one) { return one.name == step->name; });
    REQUIRE(at != files.end());
    CHECK_FALSE(at->open);
    text += (text.empty() ? "" : " ") + std::string(step->action == Action::thin ? "~" : "-") + step->name;
    if (step->action == Action::thin) {
      at->thin = true;
      at->bytes /= 10;
    } else {
      files.erase(at);
    }
  }
  return text;
}

TEST_CASE("without limits everything stays") { CHECK(steps(ten_hours(), hours(1000), {}).empty()); }

TEST_CASE("a file goes when the whole of it is older than what is kept") {
  CHECK(steps(ten_hours(), hours(10), {.keep = hours(7), .most_bytes = {}}) == "-rows-0 -rows-1 -rows-2");
  CHECK(steps(ten_hours(), hours(15), {.keep = hours(7), .most_bytes = {}}) ==
        "-rows-0 -counts-0 -rows-1 -rows-2 -rows-3 -rows-4 -rows-5 -rows-6 -rows-7");
}

TEST_CASE("where there is no room the oldest rows are thinned, then removed, and counts go last") {
  CHECK(steps(ten_hours(), hours(10), {.keep = {}, .most_bytes = 1020}).empty());
  CHECK(steps(ten_hours(), hours(10), {.keep = {}, .most_bytes = 900}) == "~rows-0 ~rows-1");
  CHECK(steps(ten_hours(), hours(10), {.keep = {}, .most_bytes = 190}) ==
        "~rows-0 ~rows-1 ~rows-2 ~rows-3 ~rows-4 ~rows-5 ~rows-6 ~rows-7 ~rows-8 -rows-0 -rows-1");
  CHECK(steps(ten_hours(), hours(10), {.keep = {}, .most_bytes = 1}).ends_with("-rows-8 -counts-0 -counts-8"));
}

TEST_CASE("the file that is being written is no matter of limits") {
  std::vector<StoredFile> files = ten_hours();
  for (StoredFile& file : files) file.open = true;
  CHECK_FALSE(next_step(files, hours(1000), {.keep = hours(1), .most_bytes = 1}));
}

}  // namespace
}  // namespace tcpstat::record
