// Segments whose TCP-MD5 or TCP-AO signature is missing or wrong.

#include <doctest/doctest.h>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::test;

TEST_CASE("segments of peers that do not have the same key are told by their counters") {
  Diagnosing run;
  CHECK(run.verdict("signature-failed") == Severity::ok);
  run.facts.counters.md5_failure = 32;
  CHECK(run.verdict("signature-failed") == Severity::ok);  // since boot
  run.before.emplace().counters.md5_failure = 30;
  CHECK(run.verdict("signature-failed") == Severity::ok);
  run.before->counters.md5_failure = 29;
  auto all = run.finish("signature-failed");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::warning);
  CHECK(all[0].message == "3 segments of peers with a key were dropped just now: 3 with a wrong MD5 signature");
  CHECK(all[0].brief == "3 segments dropped for a missing or wrong signature");
  CHECK(evidence(all[0], "md5_failure") == 3);

  Diagnosing several;
  KernelCounters& before = several.before.emplace().counters;
  before.md5_not_found = before.ao_bad = before.ao_key_not_found = before.ao_required = 0;
  KernelCounters& now = several.facts.counters;
  now.md5_not_found = 1;
  now.ao_bad = 2;
  now.ao_key_not_found = 3;
  now.ao_required = 4;
  CHECK(several.finish("signature-failed").at(0).message ==
        "10 segments of peers with a key were dropped just now: 1 with no MD5 signature, 2 with a wrong AO signature, "
        "3 with an AO key that is not known here, 4 with no AO signature");
}
