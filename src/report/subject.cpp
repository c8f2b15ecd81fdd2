#include "report/subject.h"

namespace tcpstat::inline report {

std::string Subject::text() const {
  if (const auto* process = std::get_if<Process>(&what_))
    return process->name + "(" + std::to_string(process->pid) + ")";
  if (const auto* place = std::get_if<Place>(&what_)) {
    if (place->address && place->port && !place->device.empty()) {
      const std::string end = to_string(*place->address) + "%" + place->device;
      const bool brackets = place->address->family == Family::ipv6;
      return (brackets ? "[" + end + "]" : end) + ":" + std::to_string(*place->port);
    }
    if (!place->address) return ":" + std::to_string(place->port.value_or(0));
    return place->port ? to_string(Endpoint{*place->address, *place->port}) : to_string(*place->address);
  }
  if (const auto* sockets = std::get_if<Sockets>(&what_)) return sockets->label;
  return "host";
}

}  // namespace tcpstat::inline report
