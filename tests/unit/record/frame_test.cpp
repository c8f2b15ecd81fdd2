#include "record/frame.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::record {
namespace {

TEST_CASE("the checksum is CRC-32C") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE306'9283);            // the check value of every catalogue
  CHECK(crc32c(std::string(32, '\0')) == 0x8A91'36AA);  // RFC 3720, B.4
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8'AB43);
}

TEST_CASE("a boot id is bytes and text, and zeros are none") {
  const std::string text = "6f1c2b1e-0a3d-4c5e-9f80-1234567890ab";
  const auto bytes = boot_bytes(text + "\n");
  CHECK(bytes[0] == 0x6f);
  CHECK(bytes[15] == 0xab);
  CHECK(boot_text(bytes) == text);
  CHECK_FALSE(boot_text(boot_bytes("")));
}

TEST_CASE("a file header comes back, and one that is not ours says why") {
  FileHeader header;
  header.kind = FileKind::counts;
  header.identity = Identity::ends;
  header.tolerance_ms = 100;
  header.interval_ms = 10'000;
  header.boot_id[3] = 7;
  header.first_sample = 1234;
  header.made_ns = -5;
  const std::string bytes = encode(header);
  REQUIRE(bytes.size() == kHeaderBytes);
  const auto back = decode_file_header(bytes, "x.tcr");
  REQUIRE(back);
  CHECK(back->kind == FileKind::counts);
  CHECK(back->identity == Identity::ends);
  CHECK(back->interval_ms == 10'000);
  CHECK(back->boot_id[3] == 7);
  CHECK(back->first_sample == 1234);
  CHECK(back->made_ns == -5);
  CHECK(decode_file_header("{\"a\":1}", "x.tcr").error().sentence() ==
        "cannot read x.tcr: it is no file of tcpstat record");
  std::string damaged = bytes;
  damaged[40] = 'x';
  CHECK(decode_file_header(damaged, "x.tcr").error().sentence() == "cannot read x.tcr: its first 64 bytes are damaged");
  CHECK_FALSE(decode_file_header(bytes.substr(0, 63), "x.tcr"));
}

TEST_CASE("a file of a newer version is refused by that version, one of a newer minor version is read") {
  FileHeader header;
  header.minor = kMinor + 1;
  CHECK(decode_file_header(encode(header), "x.tcr"));
  header.major = kMajor + 1;
  CHECK(decode_file_header(encode(header), "x.tcr").error().sentence() ==
        "cannot read x.tcr: it has record format 2, and this tcpstat knows formats up to 1 (read it with the tcpstat "
        "that wrote it, or a newer one)");
}

TEST_CASE("a frame comes back whether packing made it smaller or not") {
  for (const std::string& payload : {std::string(), std::string("x"), std::string(5000, 'a')}) {
    FrameHeader header;
    header.kind = FrameKind::difference;
    header.flags = rows_limited;
    header.sample = 42;
    header.wall_ns = 1;
    header.rows = 3;
    const std::string bytes = encode_frame(header, payload);
    const auto back = decode_frame_header(bytes);
    REQUIRE(back);
    CHECK(back->sample == 42);
    CHECK(back->flags == rows_limited);
    CHECK(back->rows == 3);
    CHECK(bytes.size() == kHeaderBytes + back->stored);
    CHECK(decode_payload(*back, std::string_view(bytes).substr(kHeaderBytes)) == payload);
    CHECK((payload.size() < 100) == (back->codec == Codec::none));
  }
}

TEST_CASE("no turned bit of a frame goes unnoticed") {
  FrameHeader header;
  header.sample = 9;
  const std::string whole = encode_frame(header, std::string(300, 'b') + "c");
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << (bit % 8)));
    const auto found = decode_frame_header(damaged);
    if (found) CHECK_FALSE(decode_payload(*found, std::string_view(damaged).substr(kHeaderBytes)));
  }
}

TEST_CASE("the next frame is found behind damage") {
  const std::string frame = encode_frame({}, "payload");
  CHECK(find_frame("TCF1 is no frame" + frame, 0) == 16);
  CHECK(find_frame(frame, 1) == std::string_view::npos);
}

}  // namespace
}  // namespace tcpstat::record
