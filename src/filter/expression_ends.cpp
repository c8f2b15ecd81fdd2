// Hosts and ports of a filter.

#include <algorithm>
#include <array>
#include <charconv>

#include "filter/expression_values.h"

namespace tcpstat::filter {
namespace {

using Parts = std::vector<Expression>;

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<unsigned> decimal(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Takes one token apart.
class EndParser {
 public:
  EndParser(const Token& token, Side side, const ExpressionWords& words) : token_(token), side_(side), words_(words) {}

  Understood<Expression> host() {
    auto rest = without_family();
    if (!rest) return tl::make_unexpected(rest.error());
    // The name of a file may hold anything.
    if (rest->starts_with('@') && words_.prefixes_of) {
      if (auto failed = take_file(std::string(rest->substr(1)))) return tl::make_unexpected(*failed);
      return Expression::all_of(std::move(parts_));
    }
    const auto zoned = without_zone(*rest);
    if (!zoned) return tl::make_unexpected(unknown_address());
    if (zoned->device) parts_.emplace_back(Test(*zoned->device));
    if (auto failed = take_host(zoned->end)) return tl::make_unexpected(*failed);
    return Expression::all_of(std::move(parts_));
  }

  Understood<Expression> port(Comparison comparison) {
    auto rest = without_family();
    if (!rest) return tl::make_unexpected(rest.error());
    if (rest->starts_with(':')) rest->remove_prefix(1);
    if (rest->starts_with('[') && rest->ends_with(']')) *rest = rest->substr(1, rest->size() - 2);
    auto test = comparison == Comparison::equal ? ports(*rest) : compared(*rest, comparison);
    if (!test) return test;
    parts_.push_back(std::move(*test));
    return Expression::all_of(std::move(parts_));
  }

 private:
  using Failure = std::optional<ExpressionError>;

  [[nodiscard]] ExpressionError wrong(std::string problem, std::string remedy = {}) const {
    return {std::move(problem), std::move(remedy), token_.place};
  }
  [[nodiscard]] ExpressionError unknown_address() const {
    return wrong("unknown address " + in_quotes(token_.text),
                 "an address, not a host name: 192.0.2.1, 10/8, 192.0.2.0/24:443, [2001:db8::]/32:443, :443");
  }

  /// Takes the family off the front, which is named as in ss.
  Understood<std::string_view> without_family() {
    const std::string_view text = token_.text;
    for (const std::string_view other : {"unix:", "link:", "netlink:", "vsock:"}) {
      if (!text.starts_with(other)) continue;
      return tl::make_unexpected(wrong("there are no " + std::string(other) + " sockets among those of TCP"));
    }
    if (text.starts_with("inet:")) return family(Family::ipv4, text.substr(5));
    if (text.starts_with("inet6:")) return family(Family::ipv6, text.substr(6));
    return text;
  }
  std::string_view family(Family family, std::string_view rest) {
    family_ = family;
    parts_.emplace_back(Test(FamilyTest{family}));
    return rest;
  }

  Failure take_host(std::string_view text) {
    if (text.empty()) return std::nullopt;
    if (text.starts_with('*')) return take_port(text.substr(1));
    if (text.starts_with(':') && !text.starts_with("::")) return take_port(text);
    const std::string_view word = text.substr(0, text.find(':'));
    if (word == "any" || word == "all" || word == "default") return take_port(text.substr(word.size()));
    if (text.starts_with('[')) return take_bracketed(text);
    if (std::count(text.begin(), text.end(), ':') > 1) return take_bare_ipv6(text);
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (auto failed = take_address(text.substr(0, colon))) return failed;
    return take_port(text.substr(colon));
  }

  Failure take_file(const std::string& file) {
    auto prefixes = words_.prefixes_of(file);
    if (!prefixes) return wrong(prefixes.error());
    parts_.emplace_back(Test(AddressSetTest{side_, file, std::move(*prefixes)}));
    return std::nullopt;
  }

  /// `[ADDR[/LEN]][/LEN][:PORT]`
  Failure take_bracketed(std::string_view text) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return wrong("the bracket of " + in_quotes(text) + " is not closed");
    std::string address(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
    if (text.starts_with('/')) {
      const std::size_t colon = std::min(text.find(':'), text.size());
      address += text.substr(0, colon);
      text.remove_prefix(colon);
    }
    if (auto failed = take_address(address)) return failed;
    return take_port(text);
  }

  /// An IPv6 address without brackets has a port only behind its length.
  Failure take_bare_ipv6(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
      const std::size_t colon = std::min(text.find(':', slash), text.size());
      if (auto failed = take_address(text.substr(0, colon))) return failed;
      return take_port(text.substr(colon));
    }
    const std::size_t colon = text.rfind(':');
    const std::string_view last = text.substr(colon + 1);
    const auto before = parse_address(text.substr(0, colon));
    if (before && before->family == Family::ipv6 && is_digits(last)) {
      return wrong("the end of " + in_quotes(text) + " may be a port or part of the address",
                   "with a port: [" + std::string(text.substr(0, colon)) + "]:" + std::string(last) + "; without: [" +
                       std::string(text) + "]");
    }
    return take_address(text);
  }

  Failure take_address(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string_view address_text = text.substr(0, slash);
    const bool has_length = slash != std::string_view::npos;
    auto address = parse_address(address_text);
    if (!address && has_length) address = parse_short(address_text);
    if (!address) return hint_of(address_text);
    // inet6: with an IPv4 address is no mistake: it may be the IPv4 peer of an IPv6 socket.
    if (family_ == Family::ipv4 && address->family == Family::ipv6) {
      return wrong("inet: is for IPv4, and " + in_quotes(address_text) + " is an IPv6 address", "leave out inet:");
    }
    unsigned length = address_bits(address->family);
    if (has_length) {
      const auto given = length_of(text.substr(slash + 1), address->family);
      if (!given) {
        return wrong("bad prefix length in " + in_quotes(token_.text), "0 to " + std::to_string(length));
      }
      length = *given;
    }
    parts_.emplace_back(Test(AddressTest{side_, prefix_of(*address, static_cast<std::uint8_t>(length))}));
    return std::nullopt;
  }

  /// `10` of `10/8`: what is missing at the right is zero.
  static std::optional<Address> parse_short(std::string_view text) {
    std::string whole(text);
    const auto dots = std::count(text.begin(), text.end(), '.');
    if (text.empty() || text.find(':') != std::string_view::npos || dots > 2) return std::nullopt;
    for (auto i = dots; i < 3; ++i) whole += ".0";
    return parse_address(whole);
  }

  [[nodiscard]] ExpressionError hint_of(std::string_view text) const {
    if (const auto whole = parse_short(text)) {
      const auto bytes = 1 + std::count(text.begin(), text.end(), '.');
      return wrong("the address " + in_quotes(token_.text) + " is not whole",
                   "write " + std::string(text) + "/" + std::to_string(8 * bytes) + " or " + to_string(*whole));
    }
    return unknown_address();
  }

  /// Bits, or an IPv4 netmask.
  static std::optional<unsigned> length_of(std::string_view text, Family family) {
    if (const auto bits = decimal(text)) {
      return *bits <= address_bits(family) ? bits : std::nullopt;
    }
    const auto mask = parse_address(text);
    if (family != Family::ipv4 || !mask || mask->family != Family::ipv4) return std::nullopt;
    for (unsigned bits = 0; bits <= 32; ++bits) {
      Address ones;
      ones.bytes = {255, 255, 255, 255};
      if (prefix_of(ones, static_cast<std::uint8_t>(bits)).network == *mask) return bits;
    }
    return std::nullopt;
  }

  /// What follows an address: `:PORT`, `PORT`, or nothing.
  Failure take_port(std::string_view text) {
    if (text.starts_with(':')) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    auto test = ports(text);
    if (!test) return test.error();
    parts_.push_back(std::move(*test));
    return std::nullopt;
  }

  [[nodiscard]] Understood<Expression> ports(std::string_view text) const {
    if (text.empty() || text == "*") return Expression::everything();
    Parts any;
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      const auto range = range_of(text.substr(at, comma - at));
      if (!range) return tl::make_unexpected(range.error());
      any.emplace_back(Test(PortTest{side_, *range}));
      at = comma + 1;
    }
    return Expression::any_of(std::move(any));
  }

  [[nodiscard]] Understood<Expression> compared(std::string_view text, Comparison comparison) const {
    if (text.empty() || text == "*") {
      return tl::make_unexpected(
          wrong(in_quotes(token_.text) + " is any port, which no port is less or greater than", "a number"));
    }
    const auto limit = number_of(text);
    if (!limit) return tl::make_unexpected(limit.error());
    int first = 0;
    int last = 65535;
    if (comparison == Comparison::less) last = *limit - 1;
    if (comparison == Comparison::at_most) last = *limit;
    if (comparison == Comparison::greater) first = *limit + 1;
    if (comparison == Comparison::at_least) first = *limit;
    if (first > last) return Expression::nothing();
    const PortRange range{static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
    return Expression(Test(PortTest{side_, range}));
  }

  /// `N`, `N-M`, `N-`.
  [[nodiscard]] Understood<PortRange> range_of(std::string_view text) const {
    const std::size_t dash = text.find('-');
    // Names of services have dashes too.
    if (dash == std::string_view::npos || dash == 0 || !is_digits(text.substr(0, dash))) {
      const auto port = number_of(text);
      if (!port) return tl::make_unexpected(port.error());
      return PortRange{*port, *port};
    }
    const auto first = number_of(text.substr(0, dash));
    if (!first) return tl::make_unexpected(first.error());
    if (dash + 1 == text.size()) return PortRange{*first, 65535};
    const auto last = number_of(text.substr(dash + 1));
    if (!last) return tl::make_unexpected(last.error());
    if (*last < *first) {
      return tl::make_unexpected(wrong("the port range " + in_quotes(text) + " ends before it begins"));
    }
    return PortRange{*first, *last};
  }

  [[nodiscard]] Understood<std::uint16_t> number_of(std::string_view text) const {
    constexpr std::string_view kRemedy = "a number from 0 to 65535, or a name of /etc/services";
    const bool hex = text.starts_with("0x");
    if (is_digits(text) || hex) {
      if (text.size() > 1 && text[0] == '0' && !hex) {
        const std::string_view plain = text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
        return tl::make_unexpected(wrong("the port " + in_quotes(text) + " begins with 0, which ss takes for octal",
                                         "write " + std::string(plain)));
      }
      unsigned long value = 0;
      const std::string_view digits = text.substr(hex ? 2 : 0);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
      if (error != std::errc{} || end != digits.data() + digits.size() || value > 65535) {
        return tl::make_unexpected(wrong("bad port " + in_quotes(text), "a number from 0 to 65535"));
      }
      return static_cast<std::uint16_t>(value);
    }
    const auto service = words_.service_port ? words_.service_port(text) : std::nullopt;
    if (!service) return tl::make_unexpected(wrong("unknown port " + in_quotes(text), std::string(kRemedy)));
    return *service;
  }

  const Token& token_;
  Side side_;
  const ExpressionWords& words_;
  Parts parts_;
  std::optional<Family> family_;  ///< named by inet: or inet6:
};

}  // namespace

std::optional<ZonedEnd> without_zone(std::string_view text) {
  const std::size_t percent = text.find('%');
  if (percent == std::string_view::npos) return ZonedEnd{std::string(text)};
  const std::size_t end = std::min(text.find_first_of("]:/", percent), text.size());
  const std::string_view device = text.substr(percent + 1, end - percent - 1);
  if (device.empty()) return std::nullopt;
  ZonedEnd zoned{std::string(text.substr(0, percent)) + std::string(text.substr(end))};
  const auto index = decimal(device);
  zoned.device = index ? DeviceTest{{}, *index} : DeviceTest{std::string(device), 0};
  return zoned;
}

Understood<Expression> parse_host(const Token& token, Side side, const ExpressionWords& words) {
  return EndParser(token, side, words).host();
}

Understood<Expression> parse_port(const Token& token, Side side, Comparison comparison, const ExpressionWords& words) {
  return EndParser(token, side, words).port(comparison);
}

}  // namespace tcpstat::filter
