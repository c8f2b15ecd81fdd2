#include "base/text_buffer.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <limits>
#include <ostream>
#include <string>
#include <thread>

#include "base/file_descriptor.h"
#include "support/rows.h"

namespace tcpstat {
namespace {

FileDescriptor memory_file() { return FileDescriptor(::memfd_create("text", MFD_CLOEXEC)); }

std::string content_of(const FileDescriptor& file) {
  std::string text(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  REQUIRE(::pread(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  return text;
}

/// The same text three times: expected, in memory and through a descriptor, in pieces of all kinds.
TEST_CASE("whatever the pieces, the text comes out whole and in order") {
  const FileDescriptor file = memory_file();
  TextBuffer to_file(file.get());
  TextBuffer to_memory;
  std::string expected;
  test::Random random(3);
  for (int i = 0; i < 400; ++i) {
    const std::size_t size = random.once_in(20) ? random.below(3 * TextBuffer::kBlock) : random.below(300);
    const char c = static_cast<char>('a' + random.below(26));
    for (TextBuffer* out : {&to_file, &to_memory}) {
      switch (i % 5) {
        case 0:
          out->append(std::string(size, c));
          break;
        case 1:
          out->append(size, c);
          break;
        case 2:
          out->append(c);
          break;
        case 3:
          out->number(i);
          break;
        default: {
          const std::size_t room = std::min(size, TextBuffer::kBlock);
          char* to = out->reserve(room);
          std::memset(to, c, room);
          out->commit(to + room);
        }
      }
    }
    switch (i % 5) {
      case 2:
        expected += c;
        break;
      case 3:
        expected += std::to_string(i);
        break;
      case 4:
        expected.append(std::min(size, TextBuffer::kBlock), c);
        break;
      default:
        expected.append(size, c);
    }
  }
  CHECK(to_memory.view() == expected);
  REQUIRE(to_file.flush());
  CHECK(to_file.error() == 0);
  CHECK(to_file.bytes_written() == expected.size());
  CHECK(content_of(file) == expected);
}

TEST_CASE("numbers are written as the library writes them") {
  const auto written = [](auto value) {
    char text[kMostDigits];
    return std::string(text, write_number(text, value));
  };
  for (std::uint32_t value = 0; value < 100'000; ++value) REQUIRE(written(value) == std::to_string(value));
  for (std::uint32_t value = 100'000; value < 100'100'000; value += 9'973) {
    REQUIRE(written(value) == std::to_string(value));
  }
  for (std::uint64_t power = 10; power < 1'000'000'000'000; power *= 10) {
    for (const std::uint64_t value : {power - 1, power, power + 1}) {
      CHECK(written(value) == std::to_string(value));
      CHECK(written(-static_cast<std::int64_t>(value)) == "-" + std::to_string(value));
    }
  }
  CHECK(written(std::uint8_t{255}) == "255");
  CHECK(written(std::int16_t{-5}) == "-5");
}

TEST_CASE("the extreme numbers are written whole") {
  TextBuffer out;
  out.number(std::numeric_limits<std::int64_t>::min());
  out.append(' ');
  out.number(std::numeric_limits<std::uint64_t>::max());
  out.append(' ');
  out.number(std::uint8_t{7});
  CHECK(out.view() == "-9223372036854775808 18446744073709551615 7");
}

TEST_CASE("a buffer in memory can be shrunk and cleared") {
  TextBuffer out;
  out.append("header and row");
  out.shrink(6);
  CHECK(out.view() == "header");
  out.clear();
  CHECK(out.view().empty());
  CHECK(out.flush());
}

TEST_CASE("text that points to nothing is nothing") {
  TextBuffer out;
  out.append(std::string_view());
  CHECK(out.view().empty());
}

TEST_CASE("nothing is written before a block is full or flush is called") {
  const FileDescriptor file = memory_file();
  TextBuffer out(file.get());
  out.append("row\n");
  CHECK(content_of(file).empty());
  CHECK(out.flush());
  CHECK(content_of(file) == "row\n");
}

TEST_CASE("a full disk is told once, and the first error stays") {
  const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  TextBuffer out(full.get());
  out.append("row\n");
  CHECK(out.error() == 0);
  CHECK_FALSE(out.flush());
  CHECK(out.error() == ENOSPC);
  out.append(std::string(5 * TextBuffer::kBlock, 'x'));  // dropped, and no memory grows for it
  CHECK(out.size() <= TextBuffer::kBlock);
  CHECK_FALSE(out.flush());
  CHECK(out.error() == ENOSPC);
  CHECK(out.bytes_written() == 0);
}

TEST_CASE("a reader that is gone is EPIPE") {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const FileDescriptor writing(ends[1]);
  { const FileDescriptor reading(ends[0]); }
  TextBuffer out(writing.get());
  out.append("row\n");
  CHECK_FALSE(out.flush());
  CHECK(out.error() == EPIPE);
}

TEST_CASE("a descriptor that is closed is EBADF") {
  TextBuffer out(1'000'000);
  out.append("row\n");
  CHECK_FALSE(out.flush());
  CHECK(out.error() == EBADF);
}

TEST_CASE("a slow reader of a pipe that does not block gets everything") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  REQUIRE(::fcntl(writing.get(), F_SETFL, O_NONBLOCK) == 0);
  std::size_t received = 0;
  std::thread reader([&] {
    char part[1000];
    for (ssize_t got = 0; (got = ::read(reading.get(), part, sizeof part)) > 0;) {
      received += static_cast<std::size_t>(got);
    }
  });
  TextBuffer out(writing.get());
  for (int i = 0; i < 100; ++i) out.append(std::string(10'000, 'x'));
  CHECK(out.flush());
  writing.reset();
  reader.join();
  CHECK(received == 1'000'000);
}

TEST_CASE("what a descriptor takes in parts arrives whole and in order") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  // A page: each write takes a part of what it is given.
  REQUIRE(::fcntl(writing.get(), F_SETPIPE_SZ, 4096) >= 4096);
  REQUIRE(::fcntl(writing.get(), F_SETFL, O_NONBLOCK) == 0);
  std::string received;
  std::thread reader([&] {
    char part[777];
    for (ssize_t got = 0; (got = ::read(reading.get(), part, sizeof part)) > 0;) {
      received.append(part, static_cast<std::size_t>(got));
    }
  });
  std::string expected;
  TextBuffer out(writing.get());
  for (int i = 0; i < 30'000; ++i) {
    const std::string text = std::to_string(i) + ' ';
    expected += text;
    out.append(text);
  }
  CHECK(out.flush());
  CHECK(out.bytes_written() == expected.size());
  CHECK(out.size() == 0);
  writing.reset();
  reader.join();
  CHECK(received == expected);
}

TEST_CASE("a full block is written no further than to the last whole unit") {
  const FileDescriptor file = memory_file();
  TextBuffer out(file.get());
  out.end_unit();
  std::string expected;
  for (int row = 0; row < 5000; ++row) {
    const std::string text = std::to_string(row) + std::string(30, 'x') + '\n';
    expected += text;
    for (const char c : text) out.append(c);
    out.end_unit();
    const std::string written = content_of(file);
    if (!written.empty()) REQUIRE(written.back() == '\n');
  }
  out.append("half a row that is dropped");
  out.drop_unit();
  out.end_units();
  out.append("end");
  CHECK(out.flush());
  CHECK(content_of(file) == expected + "end");
}

TEST_CASE("a unit that is larger than a block stays whole") {
  const FileDescriptor file = memory_file();
  TextBuffer out(file.get());
  out.append("first\n");
  out.end_unit();
  out.append(std::string(3 * TextBuffer::kBlock, 'x'));
  CHECK(content_of(file) == "first\n");
  out.drop_unit();
  out.append("second\n");
  out.end_unit();
  CHECK(out.flush());
  CHECK(content_of(file) == "first\nsecond\n");
}

TEST_CASE("nothing is dropped where nobody told what is whole") {
  TextBuffer out;
  out.append("text");
  out.drop_unit();
  CHECK(out.view() == "text");
}

}  // namespace
}  // namespace tcpstat
