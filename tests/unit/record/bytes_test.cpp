#include "record/bytes.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::record {
namespace {

TEST_CASE("numbers come back as they went in, and bytes that end too early are seen") {
  std::string bytes;
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, ~std::uint64_t{0}}) {
    append_varint(bytes, number);
  }
  append_fixed(bytes, std::uint32_t{0x0403'0201});
  CHECK(bytes.substr(bytes.size() - 4) == "\x01\x02\x03\x04");
  append_text(bytes, "ends");
  ByteReader reader(bytes);
  CHECK(reader.varint() == 0U);
  CHECK(reader.varint() == 127U);
  CHECK(reader.varint() == 128U);
  CHECK(reader.varint() == ~std::uint64_t{0});
  CHECK(reader.fixed<std::uint32_t>() == 0x0403'0201U);
  CHECK(reader.text() == "ends");
  CHECK(reader.at_end());
  for (std::size_t length = 0; length < 5; ++length) {
    ByteReader cut(std::string_view("\x05"
                                    "ends")
                       .substr(0, length));
    CHECK_FALSE(cut.text());
    CHECK(cut.at_end());
  }
  ByteReader endless("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  CHECK_FALSE(endless.varint());
}

TEST_CASE("small steps either way are small numbers") {
  CHECK(zigzag(5, 5) == 0);
  CHECK(zigzag(5, 4) == 1);
  CHECK(zigzag(5, 6) == 2);
  for (const std::uint64_t before : {std::uint64_t{0}, std::uint64_t{7}, ~std::uint64_t{0}}) {
    for (const std::uint64_t now : {std::uint64_t{0}, std::uint64_t{9}, ~std::uint64_t{0}, std::uint64_t{1} << 63U}) {
      CHECK(unzigzag(before, zigzag(before, now)) == now);
    }
  }
}

}  // namespace
}  // namespace tcpstat::record
