#include "parsers/host/sources.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::host {
namespace {

TEST_CASE("every source has its id, and those that can be asked for have a name") {
  for (const SourceId id :
       {SourceId::automatic, SourceId::netlink, SourceId::proc, SourceId::both, SourceId::file, SourceId::record}) {
    CHECK(info(id).id == id);
    CHECK_FALSE(info(id).meaning.empty());
  }
  std::string names;
  for (const SourceInfo& one : named_sources()) names += std::string(one.name) + " ";
  CHECK(names == "auto netlink proc both ");
  names.clear();
  for (const SourceInfo& one : live_sources()) names += std::string(one.name) + " ";
  CHECK(names == "netlink proc both ");
  CHECK(info(SourceId::file).name == "file");
  CHECK(info(SourceId::record).name == "file");
}

TEST_CASE("live sources are made and asked again, what was saved is not") {
  for (const SourceInfo& one : live_sources()) {
    CAPTURE(one.name);
    CHECK(one.live());
    REQUIRE((one.make != nullptr));
    CHECK(one.make({})->name() == one.name);
  }
  CHECK(info(SourceId::automatic).live());
  CHECK((info(SourceId::automatic).make == nullptr));
  CHECK_FALSE(info(SourceId::file).live());
  CHECK_FALSE(info(SourceId::record).live());
}

TEST_CASE("a /proc is enough for two of them, and one reads twice") {
  struct Row {
    SourceId id;
    bool one_source;
    bool reads_proc;
  };
  for (const Row& row :
       {Row{SourceId::automatic, true, true}, Row{SourceId::netlink, true, false}, Row{SourceId::proc, true, true},
        Row{SourceId::both, false, false}, Row{SourceId::file, true, false}, Row{SourceId::record, true, false}}) {
    CAPTURE(info(row.id).name);
    CHECK(info(row.id).traits.one_source == row.one_source);
    CHECK(info(row.id).traits.reads_proc == row.reads_proc);
  }
}

}  // namespace
}  // namespace tcpstat::host
