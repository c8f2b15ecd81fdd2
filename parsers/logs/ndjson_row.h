#pragma once
// One line of tcpstat's own ndjson -> a row. Pure but for the names it records.

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <variant>
#include <vector>

#include "model/connection.h"
#include "model/flaw.h"
#include "model/listener.h"
#include "model/recorded_names.h"

namespace tcpstat::logs {

/// Decodes lines; what a row points to lives until the next call.
class NdjsonDecoder {
 public:
  /// A line that is no row: a summary, a transition.
  struct NoRow {};
  using Row = std::variant<Connection, Listener, NoRow, Flaw>;

  explicit NdjsonDecoder(RecordedNames& names) : names_(names) {}

  Row decode(std::string_view line);
  /// Decodes a line that is parsed already; one that could not be parsed is no object.
  Row decode_object(const nlohmann::json& object);

 private:
  /// False if a member has the wrong type or a value that cannot be.
  bool read_socket(const nlohmann::json& object, Socket& to);
  bool read_connection(const nlohmann::json& object, Connection& to);
  /// To be called when owners and control group are read: the place is recorded by these.
  bool read_place(const nlohmann::json& object, const Socket& row);
  bool read_owners(const nlohmann::json& object, Socket& to);
  bool read_rates(const nlohmann::json& object, Connection& to);
  bool read_tcp_info(const nlohmann::json& object, Connection& to);

  RecordedNames& names_;
  std::vector<Owner> owners_;
  std::vector<std::string> owner_names_;
  Rates rates_;
  std::vector<std::byte> tcp_info_;
  std::string congestion_;
};

}  // namespace tcpstat::logs
