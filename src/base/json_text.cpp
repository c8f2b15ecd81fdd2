#include "base/json_text.h"

#include <nlohmann/json.hpp>

namespace tcpstat::inline base {

std::string json_text(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tcpstat::inline base
