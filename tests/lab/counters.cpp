#include "counters.h"

#include <fstream>
#include <sstream>

namespace tcpstat::lab {

Counters read_counters() {
  Counters counters;
  for (const char* const path : {"/proc/thread-self/net/netstat", "/proc/thread-self/net/snmp"}) {
    std::ifstream file(path);
    // Pairs of lines: "TcpExt: name name …", "TcpExt: 0 0 …".
    for (std::string heading, line; std::getline(file, heading) && std::getline(file, line);) {
      std::istringstream names(heading);
      std::istringstream values(line);
      std::string table;
      std::string name;
      std::int64_t value = 0;
      names >> table;
      values >> name;
      table.back() = '.';
      while (names >> name && values >> value) counters[table + name] = value;
    }
  }
  return counters;
}

Counters operator-(const Counters& after, const Counters& before) {
  Counters grown;
  for (const auto& [name, value] : after) {
    const auto found = before.find(name);
    grown[name] = value - (found == before.end() ? 0 : found->second);
  }
  return grown;
}

}  // namespace tcpstat::lab
