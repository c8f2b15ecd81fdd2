#include "cli/output_target.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>

namespace tcpstat::cli {
namespace {

/// A directory for the time of a test; all who may write to it are others.
class TargetPlace {
 public:
  TargetPlace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "output_target_test.XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TargetPlace(const TargetPlace&) = delete;
  TargetPlace& operator=(const TargetPlace&) = delete;
  ~TargetPlace() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  void file(const std::string& name) const { std::ofstream(at(name)) << "text"; }
  void link(const std::string& name, const std::string& to) const {
    REQUIRE(::symlink(to.c_str(), at(name).c_str()) == 0);
  }

 private:
  std::string path_;
};

TEST_CASE("a name that is free is a new file of its directory") {
  const TargetPlace place;
  const auto target = find_output_target(place.at("out"));
  REQUIRE(target);
  CHECK(target->name == "out");
  CHECK_FALSE(target->existing);
  CHECK_FALSE(target->open_file);
  struct stat there {};
  struct stat wanted {};
  REQUIRE(::fstat(target->directory.get(), &there) == 0);
  REQUIRE(::stat(place.at("").c_str(), &wanted) == 0);
  CHECK(there.st_ino == wanted.st_ino);
}

TEST_CASE("a name without a directory is one of this directory") {
  const auto target = find_output_target("output_target_test.none");
  REQUIRE(target);
  CHECK(target->name == "output_target_test.none");
  CHECK_FALSE(target->existing);
}

TEST_CASE("what is there is known") {
  const TargetPlace place;
  place.file("out");
  const auto target = find_output_target(place.at("out"));
  REQUIRE(target);
  REQUIRE(target->existing);
  CHECK(S_ISREG(target->existing->st_mode));
  CHECK(target->existing->st_size == 4);
}

TEST_CASE("links of ours are followed, relative to where they stand, also to what is not there yet") {
  const TargetPlace place;
  std::filesystem::create_directory(place.at("below"));
  place.file("below/real");
  place.link("absolute", place.at("below/real"));
  place.link("relative", "below/real");
  place.link("twice", "relative");
  place.link("new", "below/new");
  place.link("directory", "below");
  for (const char* name : {"absolute", "relative", "twice", "directory/real"}) {
    CAPTURE(name);
    const auto target = find_output_target(place.at(name));
    REQUIRE(target);
    CHECK(target->name == "real");
    REQUIRE(target->existing);
    CHECK(S_ISREG(target->existing->st_mode));
  }
  const auto target = find_output_target(place.at("new"));
  REQUIRE(target);
  CHECK(target->name == "new");
  CHECK_FALSE(target->existing);
}

TEST_CASE("forty links are followed, and no more") {
  const TargetPlace place;
  place.file("link0");
  for (int i = 1; i <= 40; ++i) place.link("link" + std::to_string(i), "link" + std::to_string(i - 1));
  CHECK(find_output_target(place.at("link39")));
  CHECK(find_output_target(place.at("link40")).error().sentence() ==
        "cannot write " + place.at("link40") + ": Too many levels of symbolic links");
}

TEST_CASE("an open file is left to the kernel to find") {
  const auto target = find_output_target("/proc/self/fd/1");
  REQUIRE(target);
  CHECK(target->open_file);
  CHECK(target->name == "1");
}

TEST_CASE("a directory is no file, and a path that is none leads nowhere") {
  const TargetPlace place;
  place.file("out");
  for (const char* name : {"", ".", ".."}) {
    CHECK(find_output_target(place.at(name)).error().why() == "Is a directory");
  }
  CHECK(find_output_target(place.at("no/out")).error().sentence() ==
        "cannot write " + place.at("no/out") + ": No such file or directory");
  CHECK(find_output_target(place.at("out/out")).error().why() == "Not a directory");
}

}  // namespace
}  // namespace tcpstat::cli
