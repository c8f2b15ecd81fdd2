#include "model/address.h"

#include <arpa/inet.h>

#include <charconv>

namespace tcpstat::inline model {
namespace {

/// The decimal text of each byte, and its length in the fourth place.
constexpr auto kByteText = [] {
  std::array<std::array<char, 4>, 256> texts{};
  for (unsigned value = 0; value < texts.size(); ++value) {
    const unsigned length = value >= 100 ? 3 : value >= 10 ? 2 : 1;
    unsigned rest = value;
    for (unsigned at = length; at-- > 0; rest /= 10) texts[value][at] = static_cast<char>('0' + rest % 10);
    texts[value][3] = static_cast<char>(length);
  }
  return texts;
}();

/// Writes four bytes whatever the length is, because that is one store; the next byte begins behind the text.
char* write_byte(char* to, std::uint8_t value) {
  const auto& text = kByteText[value];
  std::memcpy(to, text.data(), text.size());
  return to + text[3];
}

char* write_dotted(char* to, const std::uint8_t* bytes) {
  to = write_byte(to, bytes[0]);
  for (int i = 1; i < 4; ++i) {
    *to++ = '.';
    to = write_byte(to, bytes[i]);
  }
  return to;
}

struct ZeroRun {
  int at = -1;
  int length = 0;
};

/// RFC 5952 §4.2: the longest run of at least two zero words, the first one where several are as long.
ZeroRun longest_zero_run(const std::array<unsigned, 8>& words) {
  ZeroRun best;
  for (int i = 0; i < 8;) {
    int j = i;
    while (j < 8 && words[static_cast<std::size_t>(j)] == 0) ++j;
    if (j - i >= 2 && j - i > best.length) best = {i, j - i};
    i = j + 1;
  }
  return best;
}

char* write_ipv6(char* to, const Address& address) {
  if (address.is_v4_mapped()) {
    std::memcpy(to, "::ffff:", 7);
    return write_dotted(to + 7, address.bytes.data() + 12);
  }
  std::array<unsigned, 8> words{};
  for (std::size_t i = 0; i < 8; ++i) {
    words[i] = static_cast<unsigned>(address.bytes[2 * i] << 8U) | address.bytes[2 * i + 1];
  }
  const ZeroRun zeros = longest_zero_run(words);
  for (int i = 0; i < 8;) {
    if (i == zeros.at) {
      *to++ = ':';
      *to++ = ':';
      i += zeros.length;
      continue;
    }
    if (i > 0 && i != zeros.at + zeros.length) *to++ = ':';
    to = std::to_chars(to, to + 4, words[static_cast<std::size_t>(i)], 16).ptr;
    ++i;
  }
  return to;
}

}  // namespace

bool Prefix::begins(const std::uint8_t* bytes) const {
  const std::size_t whole = length / 8U;
  if (std::memcmp(bytes, network.bytes.data(), whole) != 0) return false;
  const unsigned rest = length % 8U;
  return rest == 0 || ((bytes[whole] ^ network.bytes[whole]) >> (8 - rest)) == 0;
}

bool Prefix::contains(const Address& address) const {
  const Address candidate = address.unmapped();
  return candidate.family == network.family && begins(candidate.bytes.data());
}

Prefix prefix_of(const Address& address, std::uint8_t length) {
  Prefix prefix{address, length};
  const std::size_t bytes = address_bits(address.family) / 8U;
  for (std::size_t i = 0; i < bytes; ++i) {
    const unsigned first_bit = static_cast<unsigned>(i) * 8U;
    if (first_bit >= length) {
      prefix.network.bytes[i] = 0;
    } else if (first_bit + 8 > length) {
      prefix.network.bytes[i] &= static_cast<std::uint8_t>(0xFF00U >> (length - first_bit));
    }
  }
  return prefix;
}

char* write_address(char* to, const Address& address) {
  return address.family == Family::ipv4 ? write_dotted(to, address.bytes.data()) : write_ipv6(to, address);
}

char* write_endpoint(char* to, const Endpoint& endpoint) {
  if (endpoint.address.family == Family::ipv4) {
    to = write_dotted(to, endpoint.address.bytes.data());
  } else {
    *to++ = '[';
    to = write_ipv6(to, endpoint.address);
    *to++ = ']';
  }
  *to++ = ':';
  return std::to_chars(to, to + 5, endpoint.port).ptr;
}

std::string to_string(const Address& address) {
  std::array<char, kMaxAddressText> text;
  return {text.data(), write_address(text.data(), address)};
}

std::string to_string(const Endpoint& endpoint) {
  std::array<char, kMaxEndpointText> text;
  return {text.data(), write_endpoint(text.data(), endpoint)};
}

std::string to_string(const Prefix& prefix) { return to_string(prefix.network) + "/" + std::to_string(prefix.length); }

std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Address address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    address.family = Family::ipv6;
    return address;
  }
  return std::nullopt;
}

}  // namespace tcpstat::inline model
