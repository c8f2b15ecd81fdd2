#include "cli/output.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <vector>

#include "base/file_descriptor.h"

namespace tcpstat::cli {
namespace {

/// A directory for the time of a test.
class OutputPlace {
 public:
  OutputPlace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "output_test.XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  OutputPlace(const OutputPlace&) = delete;
  OutputPlace& operator=(const OutputPlace&) = delete;
  ~OutputPlace() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  std::string path_;
};

using Names = std::vector<std::string>;

std::string text_at(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put_text(const std::string& path, const std::string& text, mode_t mode) {
  std::ofstream(path) << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

void write_new(const Output& output) { REQUIRE(::write(output.fd(), "new", 3) == 3); }

mode_t mode_at(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

TEST_CASE("without a name it goes to standard output") {
  auto output = Output::open("");
  REQUIRE(output);
  CHECK(output->fd() == STDOUT_FILENO);
  CHECK(output->name() == "standard output");
  CHECK(output->commit());
}

TEST_CASE("a new file is there when it is whole, for others to read") {
  const OutputPlace place;
  auto output = Output::open(place.at("out"));
  REQUIRE(output);
  CHECK(output->name() == place.at("out"));
  write_new(*output);
  CHECK(place.names().empty());
  CHECK(output->commit());
  CHECK(place.names() == Names{"out"});
  CHECK(text_at(place.at("out")) == "new");
  CHECK(mode_at(place.at("out")) == 0644);
  // Once is enough.
  CHECK(output->commit());
  CHECK(place.names() == Names{"out"});
}

TEST_CASE("an old file is replaced as a whole, and keeps its mode") {
  const OutputPlace place;
  put_text(place.at("out"), "old", 0640);
  {
    auto output = Output::open(place.at("out"));
    REQUIRE(output);
    write_new(*output);
    CHECK(text_at(place.at("out")) == "old");
  }
  // Not committed, so nothing has happened.
  CHECK(text_at(place.at("out")) == "old");
  CHECK(place.names() == Names{"out"});
  auto output = Output::open(place.at("out"));
  REQUIRE(output);
  write_new(*output);
  CHECK(output->commit());
  CHECK(text_at(place.at("out")) == "new");
  CHECK(mode_at(place.at("out")) == 0640);
  CHECK(place.names() == Names{"out"});
}

TEST_CASE("a file that came to be meanwhile is replaced, too") {
  const OutputPlace place;
  auto output = Output::open(place.at("out"));
  REQUIRE(output);
  write_new(*output);
  put_text(place.at("out"), "of somebody", 0600);
  CHECK(output->commit());
  CHECK(text_at(place.at("out")) == "new");
  CHECK(place.names() == Names{"out"});
}

TEST_CASE("a link stays one, and what it names is replaced") {
  const OutputPlace place;
  put_text(place.at("real"), "old", 0644);
  REQUIRE(::symlink("real", place.at("link").c_str()) == 0);
  auto output = Output::open(place.at("link"));
  REQUIRE(output);
  CHECK(output->name() == place.at("link"));
  write_new(*output);
  CHECK(output->commit());
  CHECK(std::filesystem::is_symlink(place.at("link")));
  CHECK(text_at(place.at("real")) == "new");
  REQUIRE(::symlink("loop", place.at("loop").c_str()) == 0);
  CHECK(Output::open(place.at("loop")).error().sentence() ==
        "cannot write " + place.at("loop") + ": Too many levels of symbolic links");
}

TEST_CASE("what moves on is written once") {
  const OutputPlace place;
  auto opened = Output::open(place.at("out"));
  REQUIRE(opened);
  Output output(std::move(*opened));
  write_new(output);
  CHECK(opened->commit());
  CHECK(place.names().empty());
  CHECK(output.name() == place.at("out"));
  CHECK(output.commit());
  CHECK(text_at(place.at("out")) == "new");
}

TEST_CASE("what is no regular file is written directly") {
  auto null = Output::open("/dev/null");
  REQUIRE(null);
  write_new(*null);
  CHECK(null->commit());
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("a FIFO waits for its reader, and no longer than it is told to") {
  const OutputPlace place;
  const std::string path = place.at("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(Output::open(path, std::chrono::milliseconds(0)).error().sentence() ==
        "cannot write " + path + ": nobody reads it (start its reader first)");
  const FileDescriptor reading(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  auto output = Output::open(path, std::chrono::milliseconds(0));
  REQUIRE(output);
  CHECK((::fcntl(output->fd(), F_GETFL) & O_NONBLOCK) == 0);
  write_new(*output);
  CHECK(output->commit());
  char text[4] = {};
  CHECK(::read(reading.get(), text, sizeof text) == 3);
  CHECK(std::string(text) == "new");
  CHECK(place.names() == Names{"fifo"});
}

TEST_CASE("a socket is no file, however long somebody would wait") {
  const OutputPlace place;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = place.at("socket");
  REQUIRE(path.size() < sizeof name.sun_path);
  std::copy(path.begin(), path.end(), name.sun_path);
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  CHECK(Output::open(path, std::chrono::milliseconds(0)).error().sentence() ==
        "cannot write " + path + ": No such device or address");
}

TEST_CASE("an open file is written where it ends") {
  const OutputPlace place;
  put_text(place.at("out"), "old ", 0644);
  const FileDescriptor open_file(::open(place.at("out").c_str(), O_WRONLY | O_CLOEXEC));
  auto output = Output::open("/proc/self/fd/" + std::to_string(open_file.get()));
  REQUIRE(output);
  write_new(*output);
  CHECK(output->commit());
  CHECK(text_at(place.at("out")) == "old new");
}

TEST_CASE("where there is no place for a file the sentence names it") {
  const OutputPlace place;
  CHECK(Output::open(place.at("no/out")).error().sentence() ==
        "cannot write " + place.at("no/out") + ": No such file or directory");
  CHECK(Output::open(place.at("")).error().sentence() == "cannot write " + place.at("") + ": Is a directory");
  CHECK(Output::open(place.at(".")).error().sentence() == "cannot write " + place.at(".") + ": Is a directory");
}

}  // namespace
}  // namespace tcpstat::cli
