#include "model/row_store.h"

#include <cstring>
#include <new>

namespace tcpstat::inline model {

std::string_view RowStore::copy(std::string_view text) {
  if (text.empty()) return {};
  auto* to = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

void RowStore::copy_owners(Socket& row) {
  if (row.owners.empty()) return;
  auto* to = static_cast<Owner*>(memory_.allocate(row.owners.size() * sizeof(Owner), alignof(Owner)));
  for (std::size_t i = 0; i < row.owners.size(); ++i) {
    const Owner& owner = row.owners[i];
    new (to + i) Owner{owner.pid, owner.fd, copy(owner.name)};
  }
  row.owners = {to, row.owners.size()};
}

void RowStore::keep(const Connection& row) {
  Connection& kept = connections_.emplace_back(row);
  copy_owners(kept);
  kept.congestion = copy(row.congestion);
  if (row.rates != nullptr) kept.rates = new (memory_.allocate(sizeof(Rates), alignof(Rates))) Rates(*row.rates);
  if (row.tcp_info.empty()) return;
  const std::string_view info = copy({reinterpret_cast<const char*>(row.tcp_info.data()), row.tcp_info.size()});
  kept.tcp_info = {std::as_bytes(std::span(info)), row.tcp_info.missing, row.tcp_info.untold};
}

void RowStore::keep(const Listener& row) { copy_owners(listeners_.emplace_back(row)); }

}  // namespace tcpstat::inline model
