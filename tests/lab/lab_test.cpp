// The tests of the lab run in namespaces of their own, and not at all where those cannot be made.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "namespace.h"

namespace {

constexpr int kSkipped = 77;  // SKIP_RETURN_CODE in CMakeLists.txt

}  // namespace

int main(int argc, char** argv) {
  if (const auto reason = tcpstat::lab::obstacle()) {
    std::printf("skipped: %s\n", reason->c_str());
    return kSkipped;
  }
  return doctest::Context(argc, argv).run();
}
