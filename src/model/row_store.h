#pragma once
// Keeps rows beyond the call that handed them over, with everything they point to. For the few that must be held
// (listeners), and for sorting, which collects and says so in the manual.

#include <cstddef>
#include <memory_resource>
#include <vector>

#include "model/connection.h"
#include "model/listener.h"

namespace tcpstat::inline model {

class RowStore {
 public:
  RowStore() = default;
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  /// Deep copies; what the copies point to lives as long as this object.
  void keep(const Connection& row);
  void keep(const Listener& row);

  [[nodiscard]] std::vector<Connection>& connections() { return connections_; }
  [[nodiscard]] std::vector<Listener>& listeners() { return listeners_; }

 private:
  std::string_view copy(std::string_view text);
  void copy_owners(Socket& row);

  std::pmr::monotonic_buffer_resource memory_;
  std::vector<Connection> connections_;
  std::vector<Listener> listeners_;
};

}  // namespace tcpstat::inline model
