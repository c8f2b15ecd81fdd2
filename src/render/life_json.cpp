#include "render/life_json.h"

#include <nlohmann/json.hpp>
#include <string>

#include "model/netns.h"
#include "render/json_or_null.h"
#include "render/transition_writer.h"

namespace tcpstat::render {
namespace {

using Json = nlohmann::ordered_json;

Json us(const std::optional<EventTime>& time) { return time ? Json(time->count()) : Json(); }
template <typename Word>
Json word(const std::optional<Word>& of) {
  return of ? Json(name(*of)) : Json();
}

void add_endpoint(Json& to, const std::string& side, const std::optional<Endpoint>& of) {
  to[side + "_address"] = of ? Json(to_string(of->address)) : Json();
  to[side + "_port"] = of ? Json(of->port) : Json();
}

/// The device of a life, or of a group of lives.
template <typename Record>
Json device_json(const Record& of, const DeviceNames& devices) {
  const std::string_view device = devices.name(of.netns, of.interface);
  return device.empty() ? Json() : Json(device);
}

Json handshakes_json(const HandshakeCounts& of) {
  Json out;
  out["outgoing"] = {{"completed", of.outgoing.completed},
                     {"refused", value_or_null(of.outgoing.refused)},
                     {"failed", value_or_null(of.outgoing.failed)}};
  out["incoming"] = {{"completed", of.incoming.completed},
                     {"reset", value_or_null(of.incoming.reset)},
                     {"expired", value_or_null(of.incoming.expired)},
                     {"pruned", value_or_null(of.incoming.pruned)},
                     {"cookie", value_or_null(of.incoming.cookie)}};
  return out;
}

}  // namespace

Json life_json(const ConnectionLife& of, const DeviceNames& devices) {
  Json out;
  out["object"] = name(of.body);
  out["family"] = of.local ? Json(name(of.local->address.family)) : Json();
  out["protocol"] = protocol_number(of.protocol);
  add_endpoint(out, "local", of.local);
  add_endpoint(out, "remote", of.remote);
  out["cookie"] = of.cookie ? Json(std::to_string(*of.cookie)) : Json();
  out["socket"] = of.socket.empty() ? Json() : Json(of.socket);
  out["opening"] = of.opening == Opening::unknown ? Json() : Json(name(of.opening));
  out["began_us"] = us(of.began);
  out["ended_us"] = us(of.ended);
  out["lasted_us"] = us(lasted(of));
  out["handshake_us"] = us(of.handshake);
  out["closed_first"] = word(of.closed_first);
  out["ending"] = word(of.ending);
  out["reset_by"] = word(of.reset_by);
  out["reset_reason"] = word(of.reset_reason);
  out["bytes_sent"] = value_or_null(of.bytes_sent);
  out["bytes_received"] = value_or_null(of.bytes_received);
  out["complete"] = of.complete;
  out["legal"] = of.legal;
  out["interface"] = device_json(of, devices);
  out["netns"] = value_or_null(netns_inode(of.netns));
  out["states"] = Json::array();
  for (const LifeStay& stay : of.states) {
    out["states"].push_back({{"state", name(stay.state)}, {"lasted_us", us(stay.lasted)}});
  }
  return out;
}

void add_trace_summary(Json& to, const TraceSummary& of, const DeviceNames& devices) {
  to["lives"] = of.lives;
  to["running"] = of.running;
  to["handshakes"] = handshakes_json(of.handshakes);
  to["state_times"] = Json::array();
  for (const TimedGroup& group : of.groups) {
    Json out;
    out["opening"] = group.opening == Opening::unknown ? Json() : Json(name(group.opening));
    add_endpoint(out, "local", group.local);
    out["interface"] = device_json(group, devices);
    out["states"] = Json::array();
    for (const StateTimes& times : group.states) {
      out["states"].push_back({{"state", name(times.state)},
                               {"count", times.count},
                               {"p50_us", times.p50.count()},
                               {"p90_us", times.p90.count()},
                               {"p99_us", times.p99.count()},
                               {"max_us", times.max.count()}});
    }
    to["state_times"].push_back(std::move(out));
  }
}

}  // namespace tcpstat::render
