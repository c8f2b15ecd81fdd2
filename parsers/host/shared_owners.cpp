#include "parsers/host/shared_owners.h"

namespace tcpstat::host {

Expected<SharedOwners::Table> SharedOwners::look_now(const Look& look, Done& to) {
  const Clock::time_point began = Clock::now();
  auto table = look();
  if (!table) return tl::make_unexpected(table.error());
  to = {std::make_shared<const procfs::ProcessTable>(std::move(*table)), began, Clock::now()};
  return to.table;
}

Expected<SharedOwners::Table> SharedOwners::first(const Look& look) {
  const Clock::time_point asked = Clock::now();
  const std::lock_guard lock(first_mutex_);
  if (first_.table && (!lasts_ || first_.ended + *lasts_ >= asked)) return first_.table;
  return look_now(look, first_);
}

Expected<SharedOwners::Table> SharedOwners::again(const Look& look) {
  const Clock::time_point asked = Clock::now();
  const std::lock_guard lock(again_mutex_);
  if (again_.table && again_.began >= asked) return again_.table;
  return look_now(look, again_);
}

}  // namespace tcpstat::host
