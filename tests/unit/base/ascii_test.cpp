#include "base/ascii.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("only the 26 letters change their case") {
  for (int number = 0; number < 256; ++number) {
    CAPTURE(number);
    const char c = static_cast<char>(number);
    const bool upper = number >= 0x41 && number <= 0x5A;
    const bool lower = number >= 0x61 && number <= 0x7A;
    CHECK(ascii_lower(c) == (upper ? static_cast<char>(number + 32) : c));
    CHECK(ascii_upper(c) == (lower ? static_cast<char>(number - 32) : c));
  }
  CHECK(ascii_lower(std::string_view("SYN_Recv \xC3\x84")) == "syn_recv \xC3\x84");
  CHECK(ascii_upper(std::string_view("syn_recv-2 \xC3\xA4")) == "SYN_RECV-2 \xC3\xA4");
}

TEST_CASE("words are the same in any case, and with a hyphen for an underscore") {
  CHECK(same_word("syn-recv", "SYN_RECV"));
  CHECK(same_word("", ""));
  CHECK_FALSE(same_word("syn-recv", "SYN_REC"));
  CHECK_FALSE(same_word("syn recv", "SYN_RECV"));
}

TEST_CASE("a key is its name in lower case, and ends in a zero") {
  constexpr LowerCase kKey("RECV_QUEUE");
  CHECK(kKey.view() == "recv_queue");
  CHECK(std::string(kKey.data()) == "recv_queue");
  CHECK(kKey == "recv_queue");
  CHECK(LowerCase().view().empty());
}

}  // namespace
}  // namespace tcpstat
