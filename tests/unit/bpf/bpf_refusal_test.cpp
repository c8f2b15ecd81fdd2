#include "parsers/bpf/bpf_refusal.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>

namespace tcpstat::bpf {
namespace {

BpfHost able() {
  return {.built_in = true, .has_btf = true, .is_permitted = true, .lockdown = "none", .major = 6, .minor = 1};
}

TEST_CASE("nothing speaks against a host that has everything") {
  CHECK(may_trace(able()).possible);
  BpfHost integrity = able();
  integrity.lockdown = "integrity";
  CHECK(may_trace(integrity).possible);
  BpfHost unknown = able();
  unknown.lockdown = "";
  unknown.major = 0;
  CHECK(may_trace(unknown).possible);
}

TEST_CASE("each thing that is missing has its own sentence") {
  const auto sentence = [](auto spoil) {
    BpfHost host = able();
    spoil(host);
    CHECK_FALSE(may_trace(host).possible);
    return may_trace(host).error.sentence();
  };
  CHECK(sentence([](BpfHost& host) { host.built_in = false; }) ==
        "cannot trace by BPF: this tcpstat was built without BPF programs (building it with them takes Debian's "
        "libbpf-dev, bpftool, clang and llvm)");
  CHECK(sentence([](BpfHost& host) { host.has_btf = false; }) ==
        "cannot trace by BPF: this kernel has no BTF (one that is built with CONFIG_DEBUG_INFO_BTF has it)");
  CHECK(sentence([](BpfHost& host) { host.is_permitted = false; }) ==
        "cannot trace by BPF: it takes CAP_BPF and CAP_PERFMON (run as root)");
  CHECK(sentence([](BpfHost& host) { host.lockdown = "confidentiality"; }) ==
        "cannot trace by BPF: this kernel is locked down for confidentiality (see /sys/kernel/security/lockdown)");
  CHECK(sentence([](BpfHost& host) {
          host.major = 5;
          host.minor = 11;
        }) == "cannot trace by BPF: this kernel is Linux 5.11 (Linux 5.12 and later can)");
}

TEST_CASE("what loading ends with: the reason that is known, else errno and what may be behind it") {
  BpfHost host = able();
  host.has_btf = false;
  // libbpf's errno for it: "No such process".
  CHECK(load_failure(host, ESRCH).sentence().find("no BTF") != std::string::npos);
  CHECK(load_failure(able(), EPERM).sentence() ==
        "cannot trace by BPF: Operation not permitted (a seccomp filter, a security module or a user namespace may "
        "forbid it)");
  BpfHost locked = able();
  locked.lockdown = "integrity";
  CHECK(load_failure(locked, EPERM).sentence().ends_with("(this kernel is locked down: integrity)"));
  CHECK(load_failure(able(), EINVAL).sentence().ends_with("(this kernel does not know a part of the programs)"));
  CHECK(load_failure(able(), ENOMEM).sentence() == "cannot trace by BPF: Cannot allocate memory");
}

TEST_CASE("this host is looked at") {
  const BpfHost host = look_at_host();
  CHECK(host.major >= 3);
}

}  // namespace
}  // namespace tcpstat::bpf
