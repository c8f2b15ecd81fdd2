// Layouts were written from what their makers document: systemd's "Control Group APIs and Delegation" and
// systemd.unit(5), Kubernetes' node documentation on cgroup drivers, Docker's "Runtime metrics", podman-run(1)
// (--cgroups, --cgroup-parent), crio.conf(5) (cgroup_manager), lxc.container.conf(5), systemd-nspawn(1), proc(5),
// cgroups(7).

#include "model/cgroup_place.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::inline model {
namespace {

const std::string kId = "4f6e0c8a91b2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbcc";
const std::string kPod = "8e1f2a3b-4c5d-6e7f-8091-a2b3c4d5e6f7";
const std::string kPodOfUnit = "8e1f2a3b_4c5d_6e7f_8091_a2b3c4d5e6f7";

struct Layout {
  std::string name;
  std::string path;
  std::string unit;
  std::string container;
  std::string pod;
};

TEST_CASE("units, containers and pods in the paths of control groups") {
  const Layout layouts[] = {
      {"the root", "/", "", "", ""},
      {"nothing", "", "", "", ""},
      {"a service", "/system.slice/nginx.service", "nginx.service", "", ""},
      {"an instance", R"(/system.slice/system-getty.slice/getty@tty1.service)", "getty@tty1.service", "", ""},
      {"a group below a service", "/system.slice/nginx.service/worker", "nginx.service", "", ""},
      {"a name that systemd escaped", "/system.slice/_cpu.service", "cpu.service", "", ""},
      {"a slice alone", "/system.slice", "", "", ""},
      {"process 1", "/init.scope", "init.scope", "", ""},
      {"a session", "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "", ""},
      {"a user's manager", "/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope", "", ""},
      {"a user's unit", "/user.slice/user-1000.slice/user@1000.service/app.slice/sync.service", "sync.service", "", ""},
      {"Docker, systemd driver", "/system.slice/docker-" + kId + ".scope", "docker-" + kId + ".scope", kId, ""},
      {"Docker, cgroupfs driver", "/docker/" + kId, "", kId, ""},
      {"Docker, below another parent", "/web/" + kId, "", kId, ""},
      {"systemd within Docker", "/docker/" + kId + "/system.slice/nginx.service", "", kId, ""},
      {"the daemon of Docker", "/system.slice/docker.service", "docker.service", "", ""},
      {"Podman", "/machine.slice/libpod-" + kId + ".scope", "libpod-" + kId + ".scope", kId, ""},
      {"nerdctl", "/system.slice/nerdctl-" + kId + ".scope", "nerdctl-" + kId + ".scope", kId, ""},
      {"Podman, split", "/machine.slice/libpod-" + kId + ".scope/container", "libpod-" + kId + ".scope", kId, ""},
      {"Podman of a user",
       "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope/container",
       "libpod-" + kId + ".scope", kId, ""},
      {"Podman, cgroupfs manager", "/libpod_parent/libpod-" + kId, "", kId, ""},
      {"Podman's monitor", "/machine.slice/libpod-conmon-" + kId + ".scope", "libpod-conmon-" + kId + ".scope", "", ""},
      {"containerd in Kubernetes, systemd driver",
       "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + kPodOfUnit + ".slice/cri-containerd-" + kId +
           ".scope",
       "cri-containerd-" + kId + ".scope", kId, kPod},
      {"containerd in Kubernetes, guaranteed",
       "/kubepods.slice/kubepods-pod" + kPodOfUnit + ".slice/cri-containerd-" + kId + ".scope",
       "cri-containerd-" + kId + ".scope", kId, kPod},
      {"containerd in Kubernetes, cgroupfs driver", "/kubepods/besteffort/pod" + kPod + "/" + kId, "", kId, kPod},
      {"containerd, cgroupfs, guaranteed", "/kubepods/pod" + kPod + "/" + kId, "", kId, kPod},
      {"containerd, drivers mixed",
       "/system.slice/containerd.service/kubepods-burstable-pod" + kPodOfUnit + ".slice:cri-containerd:" + kId,
       "containerd.service", kId, kPod},
      {"a static pod", "/kubepods/burstable/pod4c5d6e7f8091a2b3c4d5e6f708192a3b/" + kId, "", kId,
       "4c5d6e7f8091a2b3c4d5e6f708192a3b"},
      {"CRI-O",
       "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + kPodOfUnit + ".slice/crio-" + kId +
           ".scope",
       "crio-" + kId + ".scope", kId, kPod},
      {"CRI-O's monitor", "/kubepods.slice/kubepods-pod" + kPodOfUnit + ".slice/crio-conmon-" + kId + ".scope",
       "crio-conmon-" + kId + ".scope", "", kPod},
      {"LXC", "/lxc.payload.web", "", "web", ""},
      {"LXC, older", "/lxc/web", "", "web", ""},
      {"systemd-nspawn without a name", "/machine.slice/machine-.scope", "machine-.scope", "", ""},
      {"systemd-nspawn", "/machine.slice/machine-web.scope/payload", "machine-web.scope", "web", ""},
      // What only looks alike.
      {"an id that is cut", "/docker/4f6e0c8a91b2", "", "", ""},
      {"an id with other letters", "/docker/" + std::string(64, 'z'), "", "", ""},
      {"a unit called pod", "/system.slice/pod1.service", "pod1.service", "", ""},
      {"a folder called pod", "/podinfo/x", "", "", ""},
  };
  for (const Layout& layout : layouts) {
    CAPTURE(layout.name);
    const CgroupPlace place = place_of(layout.path);
    CHECK(place.unit == layout.unit);
    CHECK(place.container == layout.container);
    CHECK(place.pod == layout.pod);
  }
}

TEST_CASE("/proc/PID/cgroup of both versions") {
  CHECK(place_in("0::/system.slice/nginx.service\n").unit == "nginx.service");
  // Version 1: systemd's own hierarchy has units, controllers may have the container alone.
  const CgroupPlace v1 =
      place_in("12:pids:/docker/" + kId + "\n2:cpu,cpuacct:/docker/" + kId + "\n1:name=systemd:/docker/" + kId + "\n");
  CHECK(v1.container == kId);
  CHECK(v1.unit == "");
  // Both at once: version 2 has nothing to say.
  const CgroupPlace mixed =
      place_in("3:memory:/system.slice/ssh.service\n1:name=systemd:/system.slice/ssh.service\n0::/\n");
  CHECK(mixed.unit == "ssh.service");
  CHECK(place_in("0::/a:b/web.service").unit == "web.service");
  // Of hierarchies that tell as much the first counts.
  CHECK(place_in("2:cpu:/system.slice/a.service\n1:name=systemd:/system.slice/b.service\n").unit == "a.service");
  for (const auto* text : {"", "\n", "0", "0:", "0::", "::::\n\n", "0::/\n"}) {
    CAPTURE(text);
    CHECK(place_in(text).empty());
  }
}

TEST_CASE("words that people type for units and containers") {
  CHECK(is_unit("nginx.service", "nginx"));
  CHECK(is_unit("nginx.service", "nginx.service"));
  CHECK(is_unit("session-3.scope", "session-3.scope"));
  CHECK_FALSE(is_unit("session-3.scope", "session-3"));
  CHECK_FALSE(is_unit("nginx.service", "ngin"));
  CHECK(is_container(kId, kId));
  CHECK(is_container(kId, "4f6e0c8a91b2"));
  CHECK(is_container(kId, "4f6e0c"));
  CHECK_FALSE(is_container(kId, "4f6e0"));
  CHECK_FALSE(is_container(kId, ""));
  CHECK(is_container("web", "web"));
  CHECK_FALSE(is_container("web-server", "web-se"));
  CHECK(short_id(kId) == "4f6e0c8a91b2");
  CHECK(short_id("web") == "web");
}

}  // namespace
}  // namespace tcpstat::inline model
