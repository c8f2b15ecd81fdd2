#pragma once
// What a finding or a verdict speaks of.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "model/address.h"

namespace tcpstat::inline report {

/// The host, an endpoint, a process, or sockets that were chosen and counted. Two are equal if they name the same thing
/// in the same way.
class Subject {
 public:
  static Subject host() { return Subject(Host{}); }
  /// "192.0.2.1:443", "[::1]:443"; "0.0.0.0:443" too.
  static Subject endpoint(const Endpoint& endpoint) { return Subject(Place{endpoint.address, endpoint.port, {}}); }
  /// "[fe80::1%eth0]:443": an endpoint that is bound to a device; without a device as above.
  static Subject endpoint(const Endpoint& endpoint, std::string_view device) {
    return Subject(Place{endpoint.address, endpoint.port, std::string(device)});
  }
  /// ":443": a port at any address.
  static Subject port(std::uint16_t port) { return Subject(Place{std::nullopt, port, {}}); }
  /// "192.0.2.1": an address with any port.
  static Subject address(const Address& address) { return Subject(Place{address, std::nullopt, {}}); }
  /// "nginx(812)".
  static Subject process(std::string name, std::uint32_t pid) { return Subject(Process{std::move(name), pid}); }

  /// "syn_recv": what `check -w` counts.
  static Subject sockets(std::string label) { return Subject(Sockets{std::move(label)}); }

  [[nodiscard]] bool is_host() const { return std::holds_alternative<Host>(what_); }
  /// Whether this is an endpoint at the address that the other subject names.
  [[nodiscard]] bool is_at(const Subject& address) const {
    const auto* place = std::get_if<Place>(&what_);
    const auto* other = std::get_if<Place>(&address.what_);
    return place != nullptr && other != nullptr && place->port && place->address && !other->port &&
           place->address == other->address;
  }
  /// Whether this is the other endpoint, or its port at any address.
  [[nodiscard]] bool takes_in(const Subject& endpoint) const {
    const auto* place = std::get_if<Place>(&what_);
    const auto* other = std::get_if<Place>(&endpoint.what_);
    return place != nullptr && other != nullptr && place->port && place->port == other->port &&
           (!place->address || place->address == other->address);
  }
  /// Whether this is an address of the loopback device, or an endpoint there.
  [[nodiscard]] bool is_loopback() const {
    const auto* place = std::get_if<Place>(&what_);
    return place != nullptr && place->address && place->address->is_loopback();
  }
  /// As it is printed. Processes choose their names and somebody chose the device's: renderers escape them.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Subject&, const Subject&) = default;

 private:
  struct Host {
    friend bool operator==(const Host&, const Host&) = default;
  };
  struct Place {
    std::optional<Address> address;
    std::optional<std::uint16_t> port;
    std::string device;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Process {
    std::string name;
    std::uint32_t pid;
    friend bool operator==(const Process&, const Process&) = default;
  };
  struct Sockets {
    std::string label;
    friend bool operator==(const Sockets&, const Sockets&) = default;
  };
  using What = std::variant<Host, Place, Process, Sockets>;

  explicit Subject(What what) : what_(std::move(what)) {}

  What what_;
};

}  // namespace tcpstat::inline report
