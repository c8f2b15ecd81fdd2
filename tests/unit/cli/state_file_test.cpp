#include "cli/state_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>

namespace tcpstat::cli {
namespace {

/// A directory of its own, gone with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tcpstat-state-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(std::string_view name = "state") const { return (path_ / name).string(); }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat status;
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode;
}

std::string why_refused(const std::string& path) {
  StateFile file(path, std::chrono::milliseconds(0));
  const auto opened = file.open();
  return opened ? "" : opened.error().sentence();
}

bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

TEST_CASE("a new file is empty, ours alone, and holds what replaced it") {
  const Folder folder;
  StateFile file(folder.file(), std::chrono::milliseconds(0));
  CHECK(file.name() == "the state file " + folder.file());
  REQUIRE(file.open().has_value());
  CHECK(mode_of(folder.file()) == (S_IFREG | 0600));
  CHECK(file.read().value().text == "");
  REQUIRE(file.replace("first").has_value());
  CHECK(text_of(folder.file()) == "first");
  CHECK(mode_of(folder.file()) == (S_IFREG | 0600));
  CHECK(folder.files() == 1);
  REQUIRE(file.open().has_value());
  CHECK(file.read().value().text == "first");
}

TEST_CASE("a second run waits for the first, and no longer than it is told to") {
  const Folder folder;
  StateFile first(folder.file(), std::chrono::milliseconds(0));
  REQUIRE(first.open().has_value());
  CHECK(has(why_refused(folder.file()), "another run holds it"));
  REQUIRE(first.replace("x").has_value());
  CHECK(why_refused(folder.file()).empty());
}

TEST_CASE("who may write to it besides us makes it untrustworthy, who may read it does not") {
  const Folder folder;
  for (const auto& [mode, trusted] :
       {std::pair(0600U, true), {0644U, true}, {0620U, false}, {0602U, false}, {0666U, false}}) {
    CAPTURE(mode);
    std::ofstream(folder.file()) << "text";
    REQUIRE(::chmod(folder.file().c_str(), mode) == 0);
    StateFile file(folder.file(), std::chrono::milliseconds(0));
    REQUIRE(file.open().has_value());
    const auto read = file.read();
    REQUIRE(read.has_value());
    CHECK(read->text == "text");
    CHECK(read->doubt.has_value() != trusted);
    if (read->doubt) CHECK(has(read->doubt->sentence(), "other users may write it"));
  }
}

TEST_CASE("what is larger than any state is not read") {
  const Folder folder;
  for (const std::size_t more : {0U, 1U}) {
    CAPTURE(more);
    std::ofstream(folder.file()) << "";
    REQUIRE(::chmod(folder.file().c_str(), 0600) == 0);
    REQUIRE(::truncate(folder.file().c_str(), static_cast<off_t>(StateFile::kMostBytes + more)) == 0);
    StateFile file(folder.file(), std::chrono::milliseconds(0));
    REQUIRE(file.open().has_value());
    const auto read = file.read();
    CHECK(read.has_value() == (more == 0));
    if (!read) CHECK(has(read.error().sentence(), "too large"));
  }
}

TEST_CASE("links, other kinds of files and files with other names are refused and stay as they are") {
  const Folder folder;
  std::ofstream(folder.file("precious")) << "precious";
  REQUIRE(::symlink(folder.file("precious").c_str(), folder.file("link").c_str()) == 0);
  CHECK(has(why_refused(folder.file("link")), "it is a symbolic link"));
  REQUIRE(::symlink(folder.file("nowhere").c_str(), folder.file("dangling").c_str()) == 0);
  CHECK(has(why_refused(folder.file("dangling")), "it is a symbolic link"));
  CHECK_FALSE(std::filesystem::exists(folder.file("nowhere")));
  REQUIRE(::link(folder.file("precious").c_str(), folder.file("other").c_str()) == 0);
  CHECK(has(why_refused(folder.file("other")), "it has other names"));
  REQUIRE(::mkfifo(folder.file("fifo").c_str(), 0600) == 0);
  CHECK(has(why_refused(folder.file("fifo")), "it is no regular file"));
  CHECK(has(why_refused(folder.file("")), "it is no regular file"));
  CHECK(has(why_refused(folder.file("missing/state")), "its directory must exist"));
  CHECK(text_of(folder.file("precious")) == "precious");
}

TEST_CASE("a file that cannot take the old one's place leaves it, and nothing beside it") {
  const Folder folder;
  StateFile file(folder.file(), std::chrono::milliseconds(0));
  REQUIRE(file.open().has_value());
  REQUIRE(::unlink(folder.file().c_str()) == 0);
  REQUIRE(::mkdir(folder.file().c_str(), 0700) == 0);
  const auto replaced = file.replace("text");
  REQUIRE_FALSE(replaced.has_value());
  CHECK(has(replaced.error().sentence(), "cannot write the state file"));
  CHECK(folder.files() == 1);
}

}  // namespace
}  // namespace tcpstat::cli
