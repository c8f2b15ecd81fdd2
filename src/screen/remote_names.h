#pragma once
// Names of remote hosts, asked for in the background: what is on the screen is asked for, and shown when it has come.

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/address.h"
#include "render/documents.h"

namespace tcpstat::screen {

/// Asks for all of them; returns what came in time.
using ResolveHosts = std::map<Address, std::string> (*)(const std::vector<Address>& addresses,
                                                        std::chrono::milliseconds limit);

class RemoteNames final : public render::HostNames {
 public:
  explicit RemoteNames(ResolveHosts resolve) : resolve_(resolve) {}

  /// Empty until it is known; an address that is looked up here is asked for by the next turn().
  [[nodiscard]] std::string_view host(const Address& address) const override;
  /// Takes the answers that came, and asks for what is new. It waits for nobody.
  void turn();

 private:
  using Answers = std::map<Address, std::string>;

  ResolveHosts resolve_;
  Answers known_;
  std::set<Address> asked_;
  mutable std::set<Address> wanted_;
  std::future<Answers> coming_;
};

}  // namespace tcpstat::screen
